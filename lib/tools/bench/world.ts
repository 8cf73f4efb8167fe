/** World events per second, next to a loop that only takes events from the same kind of queue. */

import TinyQueue from "tinyqueue";
import { type Scenario, simulate } from "../../sim/index.ts";
import type { Row } from "../cell/table.ts";
import { median, rounded, TIMES } from "./measure.ts";
import { SCENES } from "./worlds.ts";

/** Each scene of `worlds`. */
export async function benchWorld(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { name, scenario } of SCENES) {
    rows.push({ world: name, ...(await besideBareLoop(name, scenario)) });
  }
  return rows;
}

/** The world, with guard and digest, and the bare loop by turns, so that both meet the same machine. */
export async function besideBareLoop(name: string, scenario: Scenario): Promise<Row> {
  const pending = await pendingOf(scenario);
  const pairs: { readonly world: number; readonly bare: number; readonly pace: number }[] = [];
  const digests = new Set<string>();
  for (let n = 0; n < TIMES; n++) {
    const startMs = performance.now();
    const { events, digest } = await simulate(scenario);
    digests.add(digest);
    const tookMs = performance.now() - startMs;
    const bare = bareLoop(pending, 4 * events);
    pairs.push({ world: (1000 * events) / tookMs, bare, pace: scenario.forMs / tookMs });
  }
  if (digests.size > 1) throw new Error(`${name}: runs of one seed differ`);
  return {
    "events pending": pending,
    "events/s": rounded(median(pairs.map(({ world }) => world))),
    "bare loop, events/s": rounded(median(pairs.map(({ bare }) => bare))),
    ratio: rounded(median(pairs.map(({ world, bare }) => world / bare))),
    "simulated s per s": rounded(median(pairs.map(({ pace }) => pace))),
  };
}

/** How many events are in the queue of a world on average, counted in a run that is not timed. */
async function pendingOf(scenario: Scenario): Promise<number> {
  const { push } = TinyQueue.prototype;
  let sum = 0;
  let pushes = 0;
  TinyQueue.prototype.push = function (item: unknown) {
    sum += this.length;
    pushes += 1;
    push.call(this, item);
  };
  try {
    await simulate(scenario);
  } finally {
    TinyQueue.prototype.push = push;
  }
  return Math.round(sum / pushes);
}

type Due = { readonly us: number; readonly order: number; readonly act: () => void };

/** Takes events from a queue, each of which puts the next one in. @returns events per second */
function bareLoop(pending: number, events: number): number {
  const queue = new TinyQueue<Due>([], (a, b) => a.us - b.us || a.order - b.order);
  let nowUs = 0;
  let order = 0;
  let chance = 1;
  const act = () => {
    chance = (chance * 16_807) % 2_147_483_647;
    queue.push({ us: nowUs + 1000 + (chance % 4000), order: order++, act });
  };
  for (let n = 0; n < pending; n++) act();
  const startMs = performance.now();
  for (let n = 0; n < events; n++) {
    const due = queue.pop() as Due;
    nowUs = due.us;
    due.act();
  }
  return (1000 * events) / (performance.now() - startMs);
}
