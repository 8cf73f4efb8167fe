/** What is proved: systems, and the known-wrong implementations of systems and exercises. */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { System, Systems } from "../../properties/index.ts";
import type { Patch } from "../grade/job.ts";
import { PROJECT, TABLE } from "../grade/settings.ts";

/** A known-wrong implementation, as test/known-wrong lists it. */
export type KnownWrong = Patch & {
  readonly name: string;
  /** The `says` of the property that catches it. */
  readonly caughtBy: string;
};

/** What a proof takes for granted unless it is told. */
export type Settings = {
  /** The module with the tables of exercises and systems: the course's own. */
  readonly table?: string;
  /** The folder of the known-wrong implementations: the course's own. */
  readonly knownWrong?: string;
  /** How long a search for a bug in a system lasts at most: 30 s. */
  readonly withinMs?: number;
};

/** The table of systems. */
export async function systemsIn(table: string = TABLE): Promise<Systems> {
  const module: Partial<typeof import("../../properties/index.ts")> = await import(
    pathToFileURL(table).href
  );
  return module.systems ?? {};
}

/** Loads a system. @throws Error when the table does not have it */
export async function loadSystem(name: string, table?: string): Promise<System> {
  const systems = await systemsIn(table);
  const load = Object.hasOwn(systems, name) ? systems[name] : undefined;
  if (load !== undefined) return load();
  throw new Error(`There is no system "${name}": expected ${Object.keys(systems).join(", ")}.`);
}

/** The known-wrong implementations of an exercise or a system. */
export async function knownWrongOf(
  name: string,
  folder: string = join(PROJECT, "test/known-wrong"),
): Promise<readonly KnownWrong[]> {
  const file = pathToFileURL(join(folder, `${name}.ts`)).href;
  const { patches } = (await import(file)) as { patches: readonly KnownWrong[] };
  return patches;
}
