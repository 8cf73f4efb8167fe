/** A script on a real Kafka. */

import { connectAdmin, connectConsumer, connectProducer } from "quorumlab/connect";
import { type Kit, performScript, type Seen } from "./perform-kafka.ts";
import type { Script } from "./script-kafka.ts";

/** Short, so that members soon hear of each other; long, so that none is lost on a busy machine. */
const HEARTBEAT_MS = 100;
const SESSION_MS = 30_000;
/** How long a member may be silent: of a group that is to live, and of one that is to give it up. */
const LIVING_MS = 120_000;
const SLOW_MS = 3_000;

/** @throws Unlucky */
export async function runReal(
  script: Script,
  { port }: { readonly port: number },
): Promise<Seen[]> {
  const servers = `127.0.0.1:${port}`;
  const admin = await connectAdmin(servers);
  const kit: Kit = {
    admin,
    producer: (acks, isVain) =>
      connectProducer(servers, { acks, deliveryTimeoutMs: isVain ? 300 : 60_000 }),
    consumer: (id, group, reset, isSlow) =>
      connectConsumer(servers, {
        group,
        clientId: id,
        autoOffsetReset: reset,
        sessionTimeoutMs: SESSION_MS,
        heartbeatIntervalMs: HEARTBEAT_MS,
        rebalanceTimeoutMs: isSlow ? SLOW_MS : LIVING_MS,
      }),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    pollMs: 50,
    knockMs: 500,
    idleMs: SLOW_MS + 10 * HEARTBEAT_MS,
  };
  try {
    return await performScript(script, kit);
  } finally {
    const made = script.steps.flatMap((step) => (step.kind === "createTopic" ? step.topic : []));
    await Promise.allSettled([...new Set(made)].map((topic) => admin.deleteTopic(topic)));
    await admin.close();
  }
}
