/** The library's client interfaces, over the real systems. */
export { type ConnectOptions, connectZooKeeper } from "./zookeeper.ts";
