/** Kafka and our cluster of brokers. */

import { type Comparison, type System, untilLucky } from "./comparison.ts";
import type { Tally } from "./counts.ts";
import { differences } from "./differences-kafka.ts";
import { Unlucky } from "./perform-kafka.ts";
import { runReal } from "./real-kafka.ts";
import { drawScript, told } from "./script-kafka.ts";
import { startKafka } from "./server-kafka.ts";
import { runSimulated } from "./simulated-kafka.ts";
import { count, never, rowsOf } from "./tally-kafka.ts";

export const kafka: System = {
  name: "Kafka",
  ours: "our cluster",
  scripts: 500,
  // Most of a script's time on the real one goes by until members have heard of each other.
  atATime: 16,
  async start(seed, say): Promise<Comparison> {
    const server = await startKafka(say);
    const tally: Tally = new Map();
    const isUnlucky = (error: unknown) => error instanceof Unlucky;
    return {
      version: server.version,
      async compare(nth) {
        const real = await untilLucky(nth, isUnlucky, (root) =>
          runReal(drawScript(seed, nth, root), server),
        );
        const script = drawScript(seed, nth, `c${nth}`);
        count(tally, script, real);
        return differences(script, real, await runSimulated(script, nth));
      },
      stepsOf: (nth) => drawScript(seed, nth, `c${nth}`).steps.map(told),
      rows: () => rowsOf(tally),
      notes: () => [],
      never: () => never(tally),
      stop: server.stop,
    };
  },
};
