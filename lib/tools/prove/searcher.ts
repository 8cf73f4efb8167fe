/** A child that searches: it plants the bugs that it is given, loads a system, and makes the searches that come as messages. */

import { pathToFileURL } from "node:url";
import type { System } from "../../properties/index.ts";
import { plant } from "../grade/plant.ts";
import { PROJECT } from "../grade/settings.ts";
import { search } from "./search.ts";
import type { Order, Subject, Word } from "./searches.ts";
import { loadSystem } from "./subjects.ts";

const PROGRESS_EVERY_MS = 200;

let loaded: Promise<System> | undefined;

function tell(word: Word): void {
  process.send?.(word);
}

async function load({ system: name, table, patches }: Subject): Promise<System> {
  const unused = plant(patches, pathToFileURL(PROJECT).href);
  const system = await loadSystem(name, table);
  for (const { file } of unused()) throw new Error(`patch of ${file}: it was not loaded`);
  return system;
}

async function obey({ subject, search: wanted }: Order): Promise<void> {
  loaded ??= load(subject);
  const system = await loaded;
  let saidMs = performance.now();
  const onCase = (cases: number) => {
    if (performance.now() - saidMs < PROGRESS_EVERY_MS) return;
    saidMs = performance.now();
    tell({ kind: "progress", cases });
  };
  tell({ kind: "searched", searched: await search(system, wanted, onCase) });
}

process.on("message", (order: Order) => {
  obey(order).catch((error: Error) => tell({ kind: "broken", message: error.message }));
});
// Whoever ordered is gone.
process.on("disconnect", () => process.exit());
