/** What an operator does in a trial: it makes the topic, and then what the plan says. */

import { createAdmin, createProducer, type KafkaError } from "quorumlab/broker";
import { ANSWERED, ASKED } from "../system.ts";
import { type Operating, QUIET_MS, REPLICAS, UP_MS } from "./plan.ts";
import { expected, type Stage, TOPIC, until } from "./stage.ts";

const OTHER = "other";

export async function operates(stage: Stage): Promise<void> {
  const { host, plan } = stage;
  const does = operations(stage);
  await host.sleep(UP_MS / 2);
  await does.make(TOPIC, plan.partitions);
  const inOrder = [...plan.operations].sort((a, b) => a.atMs - b.atMs);
  for (const { atMs, does: what } of inOrder) {
    await until(host, UP_MS + atMs);
    if (isCalm(host)) break;
    await does[what]();
  }
}

/** In the calm it begins nothing new: the end judges what has come to rest. */
function isCalm(host: Stage["host"]): boolean {
  return host.trueMs() > QUIET_MS;
}

type Operations = Record<Operating["does"], () => Promise<void>> & {
  make(topic: string, partitions: number): Promise<void>;
};

function operations({ host, plan, brokers, notes }: Stage): Operations {
  const admin = createAdmin(host, { brokers });
  /** @param isSo the code of an error that tells that it is so already */
  const tries = async (operation: () => Promise<void>, isSo: string) => {
    notes.saw(ASKED);
    for (let isOver = false; !isOver; ) {
      try {
        await operation();
        isOver = true;
      } catch (error) {
        expected(error);
        isOver = (error as KafkaError).code === isSo;
        await host.sleep(20);
      }
    }
    notes.saw(ANSWERED);
  };
  const { config } = plan;
  const make = (topic: string, partitions: number) =>
    tries(
      () => admin.createTopic({ topic, partitions, replicas: REPLICAS, config }),
      "TOPIC_ALREADY_EXISTS",
    );
  return {
    make,
    createPartitions: () =>
      tries(() => admin.createPartitions(TOPIC, plan.partitions + 1), "INVALID_PARTITIONS"),
    async electPreferred() {
      for (let nth = 0; nth < 20 && !isCalm(host); nth++) {
        const partition = nth % plan.partitions;
        await admin.electLeader({ topic: TOPIC, partition }, "preferred").catch(expected);
        await host.sleep(40);
      }
    },
    async makeAnew() {
      // Several times: one that it is told of late or not at all may take the next for the last.
      for (let nth = 0; nth < 4 && !isCalm(host); nth++) {
        await make(OTHER, 1);
        const producer = createProducer(host, { brokers });
        await producer.send({ topic: OTHER, value: "old" }).catch(expected);
        await producer.close();
        await tries(() => admin.deleteTopic(OTHER), "UNKNOWN_TOPIC_OR_PARTITION");
      }
      await make(OTHER, 1);
    },
  };
}
