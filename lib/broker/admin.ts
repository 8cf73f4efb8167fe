/**
 * An admin: it asks the controller, for only the controller changes the cluster. When an answer is lost the request goes
 * out again, and may find that it was carried out. Then the error says `unknownOutcome`: nobody can tell whether this
 * call or somebody else's made the topic. (Kafka's admin gives the same error, and does not say so.)
 */

import { checkNumber, checkWord } from "quorumlab/ensemble";
import { checkWhole } from "quorumlab/sim";
import { Client, type ClientOptions, type KafkaHost } from "./client.ts";
import { type ErrorCode, KafkaError } from "./errors.ts";
import { checkTopic } from "./input.ts";
import type { Admin } from "./kafka.ts";
import type { Answer, ControllerRequest, Request } from "./messages.ts";

/** What does not come from the controller. Whatever it says itself is its answer. */
const PASSING: readonly ErrorCode[] = ["NOT_CONTROLLER", "NETWORK_EXCEPTION", "REQUEST_TIMED_OUT"];

/**
 * An admin on a program's host.
 *
 * @throws RangeError when an option makes no sense
 */
export function createAdmin(host: KafkaHost, options: ClientOptions): Admin {
  const client = new Client(host, options);

  function askController<K extends Answer["kind"]>(request: Request, expects: K) {
    const attempt = async () => {
      const { controller } = await client.metadata();
      if (controller !== null) return client.send(controller, request, expects);
      throw client.noted(new KafkaError("NOT_CONTROLLER", "nobody is controller"));
    };
    return client.retry(attempt, { mayPass: ({ code }) => PASSING.includes(code) });
  }

  async function change(request: ControllerRequest): Promise<void> {
    await askController(request, "done");
  }

  return {
    async createTopic(topic) {
      checkTopic(topic);
      await change({ kind: "createTopic", ...topic });
    },
    deleteTopic: (topic) => change({ kind: "deleteTopic", topic }),
    async createPartitions(topic, partitions) {
      checkWhole("createPartitions: partitions", partitions);
      await change({ kind: "createPartitions", topic, partitions });
    },
    async describeTopic(topic) {
      // The other brokers hear of it a little later.
      const { topics } = await askController({ kind: "metadata" }, "metadata");
      const partitions = topics.get(topic);
      if (partitions === undefined) throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION", topic);
      return partitions;
    },
    async listOffset({ topic, partition }, spec) {
      if (typeof spec === "string") checkWord("listOffset: spec", spec, "earliest", "latest");
      else checkNumber("listOffset: timestampMs", spec?.timestampMs, 0);
      const { offset } = await client.retry(async () => {
        const { leader } = await client.leading({ topic, partition });
        return client.send(leader, { kind: "listOffset", topic, partition, spec }, "offset");
      });
      return offset;
    },
    async electLeader({ topic, partition }, election) {
      checkWord("electLeader: election", election, "preferred", "unclean");
      await change({ kind: "electLeader", topic, partition, election });
    },
  };
}
