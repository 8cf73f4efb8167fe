/** What an ensemble keeps in memory in a simulated day: old transactions are forgotten, so it does not grow. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { counterOf, type Server } from "../../ensemble/index.ts";
import { simulate, type View } from "../../sim/index.ts";
import type { Row } from "../cell/table.ts";
import { day } from "./ensemble.ts";
import { rounded } from "./measure.ts";

const HOUR_MS = 3_600_000;
const EVERY_MS = 4 * HOUR_MS;

// Taken before the run, in which nobody may look at a real clock.
const now = performance.now.bind(performance);

/** Looks at the memory every four simulated hours, after everything that can go is gone. */
export async function benchDay(): Promise<readonly Row[]> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const rows: Row[] = [];
  let last: View | undefined;
  const startMs = now();
  const look = (view: View) => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const { committed, history } = view.state("s1") as Server;
    rows.push({
      "simulated hours": Math.round(view.atMs / HOUR_MS),
      transactions: counterOf(committed),
      "of them kept": history.entries.length,
      "heap MB": rounded(heapUsed / 1e6),
      "buffers MB (disks)": rounded(arrayBuffers / 1e6),
      "s so far": rounded((now() - startMs) / 1000),
    });
  };
  await simulate({
    ...day,
    always(view) {
      last = view;
      if (view.atMs >= rows.length * EVERY_MS) look(view);
    },
  });
  if (last !== undefined) look(last);
  return rows;
}
