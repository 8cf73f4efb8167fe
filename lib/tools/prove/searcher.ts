/**
 * A child that searches: it plants bugs if it is given any, loads a system, and makes one search after the other.
 * Its job comes as a message, and so do its words.
 */

import { pathToFileURL } from "node:url";
import { plant } from "../grade/plant.ts";
import { PROJECT } from "../grade/settings.ts";
import { search } from "./search.ts";
import type { Job, Word } from "./searches.ts";
import { loadSystem } from "./subjects.ts";

const PROGRESS_EVERY_MS = 200;

function tell(word: Word): void {
  process.send?.(word);
}

async function work({ system: name, table, patches, searches }: Job): Promise<void> {
  const unused = plant(patches, pathToFileURL(PROJECT).href);
  const system = await loadSystem(name, table);
  for (const { file } of unused()) throw new Error(`patch of ${file}: it was not loaded`);
  for (const each of searches) {
    let saidMs = performance.now();
    const onCase = (cases: number) => {
      if (performance.now() - saidMs < PROGRESS_EVERY_MS) return;
      saidMs = performance.now();
      tell({ kind: "progress", cases });
    };
    tell({ kind: "searched", searched: await search(system, each, onCase) });
  }
}

process.once("message", (job: Job) => {
  work(job)
    .catch(({ message }: Error) => tell({ kind: "broken", message }))
    .finally(() => process.disconnect?.());
});
