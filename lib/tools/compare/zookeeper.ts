/** ZooKeeper and our ensemble. */

import type { Comparison, Found, System } from "./comparison.ts";
import { untilLucky } from "./comparison.ts";
import type { Tally } from "./counts.ts";
import { type Difference, differences, explanations } from "./differences.ts";
import { runReal, Unlucky } from "./real.ts";
import { drawScript, type Script } from "./script.ts";
import { startServer } from "./server.ts";
import { runSimulated } from "./simulated.ts";
import { count, events, never, rowsOf } from "./tally.ts";

export const zookeeper: System = {
  name: "ZooKeeper",
  ours: "our ensemble",
  scripts: 2000,
  // Most of a script's time on the real server goes by until sessions have expired.
  atATime: 24,
  async start(seed, say): Promise<Comparison> {
    const server = await startServer(say);
    const tally: Tally = new Map();
    const draw = (nth: number, root = `c${nth}`) => drawScript(seed, nth, `/${root}`);
    return {
      version: server.version,
      async compare(nth) {
        const isUnlucky = (error: unknown) => error instanceof Unlucky;
        const { script, real } = await untilLucky(nth, isUnlucky, async (root) => {
          const own = draw(nth, root);
          return { script: own, real: await runReal(own, server) };
        });
        count(tally, script, real);
        return differences(script, real, await runSimulated(script, nth)).map(foundOf);
      },
      stepsOf: (nth) => stepsOf(draw(nth)),
      rows: () => rowsOf(tally),
      notes: () => [`Events: ${events(tally)}.`],
      never: () => never(tally),
      stop: server.stop,
    };
  },
};

function foundOf(each: Difference): Found {
  const { session, step, real, ours } = each;
  const what = `session ${session}: ${JSON.stringify(step) ?? "an event"}`;
  const [explained] = explanations([each]).explained;
  return { what, real, ours, ...(explained && { explained }) };
}

function stepsOf({ steps }: Script): string[] {
  return steps.map(({ session, ...step }) => `session ${session} ${JSON.stringify(step)}`);
}
