/** The library's client interfaces, over the real systems. */
export {
  type ConnectAdminOptions,
  type ConnectConsumerOptions,
  type ConnectProducerOptions,
  connectAdmin,
  connectConsumer,
  connectProducer,
} from "./kafka.ts";
export { type ConnectOptions, connectZooKeeper } from "./zookeeper.ts";
