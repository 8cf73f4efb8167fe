/** One real Kafka, broker and controller in one, on free ports of the loopback interface; its data goes with it. */

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectConsumer } from "quorumlab/connect";
import { findJars, KAFKA, NoServer, placeOf, run } from "./jars.ts";
import { freePort, launch } from "./launch.ts";
import type { RealServer } from "./server.ts";

/** Any will do: 16 bytes, in base64. */
const CLUSTER = "quorumlab-compares-AAA";

/**
 * Starts a Kafka, and waits until it coordinates groups.
 *
 * @param say is told what takes long
 * @throws NoServer
 */
export async function startKafka(say: (what: string) => void): Promise<RealServer> {
  const jars = await findJars(KAFKA, () => say("fetching Kafka by Maven"));
  say("starting Kafka");
  const place = placeOf(KAFKA);
  mkdirSync(place, { recursive: true });
  const folder = mkdtempSync(join(place, "data-"));
  const settings = join(folder, "server.properties");
  const [port, controller] = [await freePort(), await freePort()];
  writeFileSync(settings, settingsOf(folder, port, controller));
  const java = ["-Xmx384m", "-cp", jars];
  const format = ["kafka.tools.StorageTool", "format", "--standalone"];
  const isFormatted = await run("java", [...java, ...format, "-t", CLUSTER, "-c", settings]);
  const { serving, said, stop } = launch("Kafka", folder, [...java, "kafka.Kafka", settings]);
  try {
    if (isFormatted !== 0) throw new NoServer("Kafka could not format a folder for its data.");
    await serving(async () => said().includes("Kafka Server started") || undefined);
    await coordinating(port);
    const version = /Kafka version: (\S+)/.exec(said())?.[1] ?? "unknown";
    return { port, version, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function settingsOf(folder: string, port: number, controller: number): string {
  const hosts = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`;
  return `process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:${controller}
listeners=${hosts}
advertised.listeners=${hosts}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${join(folder, "data")}
auto.create.topics.enable=false
# Messages here are as old as their scripts say.
log.retention.ms=-1
log.index.size.max.bytes=65536
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
`;
}

/** The topic that groups are kept in is made when it is first asked for. */
async function coordinating(port: number): Promise<void> {
  const consumer = await connectConsumer(`127.0.0.1:${port}`, { group: "first" });
  await consumer.committed({ topic: "none", partition: 0 }).finally(() => consumer.close());
}
