/** What an LSM tree costs next to a log that only appends: writes and reads per second, and bytes written for a byte. */

import { Disk, luck } from "../../sim/index.ts";
import { LsmTree, WriteAheadLog } from "../../storage/index.ts";
import type { Row } from "../cell/table.ts";
import { median, rounded, TIMES } from "./measure.ts";

const RECORDS = 20_000;
const VALUE = "v".repeat(100);
const SYNC = 1000;
/** So that the records of a run make four levels. */
const MEMTABLE_BYTES = 32 * 1024;

/** Log and tree by turns, so that both meet the same machine. Keys come in an order that luck draws. */
export async function benchStorage(): Promise<readonly Row[]> {
  const keys = Array.from({ length: RECORDS }, (_, n) => {
    return `key ${Math.floor(RECORDS * luck(1, n))}`;
  });
  const userBytes = keys.reduce((sum, key) => sum + key.length + VALUE.length, 0);
  const runs = Array.from({ length: TIMES }, () => {
    const log = new WriteAheadLog(new Disk(), "log", SYNC);
    const appends = perSecond(keys, (key) => log.append(Buffer.from(key + VALUE)));
    const tree = new LsmTree(new Disk(), "tree", { memtableBytes: MEMTABLE_BYTES, sync: SYNC });
    const puts = perSecond(keys, (key) => tree.put(key, VALUE));
    const gets = perSecond(keys, (key) => {
      if (tree.get(key) !== VALUE) throw new Error(`the tree has lost ${key}`);
    });
    const misses = perSecond(keys, (key) => tree.get(`${key}, never put`));
    return { appends, puts, gets, misses, log, tree };
  });
  const of = (pick: (run: (typeof runs)[number]) => number) => rounded(median(runs.map(pick)));
  return [
    {
      store: "plain log",
      records: RECORDS,
      "writes/s": of(({ appends }) => appends),
      ratio: 1,
      "bytes written per byte": of(({ log }) => log.sizeBytes / userBytes),
    },
    {
      store: "LSM tree",
      records: RECORDS,
      "writes/s": of(({ puts }) => puts),
      ratio: of(({ puts, appends }) => puts / appends),
      "bytes written per byte": of(
        ({ tree: { written } }) => written.fileBytes / written.userBytes,
      ),
      "gets/s": of(({ gets }) => gets),
      "gets/s of absent keys": of(({ misses }) => misses),
      tables: runs[0]?.tree.levels.map((tables) => tables.length).join(" + "),
    },
  ];
}

function perSecond(keys: readonly string[], act: (key: string) => void): number {
  const startMs = performance.now();
  for (const key of keys) act(key);
  return (1000 * keys.length) / (performance.now() - startMs);
}
