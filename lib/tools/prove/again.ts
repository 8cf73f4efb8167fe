/** One search of a system again: the case that failed, or all of a seed, with a known-wrong implementation if asked. */

import { Misuse } from "../command.ts";
import { drawFailure } from "../grade/command.ts";
import { NO_SUCH_CASE } from "../grade/job.ts";
import { SIGNS } from "../grade/print.ts";
import { trouble } from "./judged.ts";
import { searches } from "./searches.ts";
import { type KnownWrong, knownWrongOf, loadSystem, type Settings } from "./subjects.ts";
import { CASES, WITHIN_MS } from "./teeth.ts";

export type Again = {
  readonly seed: number;
  readonly path?: string | undefined;
  /** The name of a known-wrong implementation, or a part of it that no other has. */
  readonly wrong?: string | undefined;
  /** The file to draw the failing run in. */
  readonly svg?: string | undefined;
};

/** @returns the exit code: 0 the property holds, 1 it fails, 3 unknown @throws Misuse when there is no such thing */
export async function searchAgain(
  name: string,
  asked: string,
  { seed, path, wrong, svg }: Again,
  signal: AbortSignal,
  { table, knownWrong }: Settings,
): Promise<number> {
  const system = await loadSystem(name, table);
  const number = Number(asked);
  const property = system.properties[number - 1];
  if (property === undefined) {
    const most = system.properties.length;
    throw new Misuse(`${name} has no property ${asked}: expected 1 to ${most}.`);
  }
  const patches = wrong === undefined ? [] : [theOne(await knownWrongOf(name, knownWrong), wrong)];
  // Without a bug there is nothing to find: the usual number of cases ends the search.
  const cases = wrong === undefined ? property.runs : CASES;
  const search = { number, seed, cases, withinMs: WITHIN_MS, shrinks: true };
  const wanted = [path === undefined ? search : { ...search, path }];
  const [made] = await searches({ system: name, table, patches }, wanted, { signal });
  if (made === undefined) throw new Error(`the search of ${name} was not made`);
  const { found, ms } = made;
  if (found.message === NO_SUCH_CASE) throw new Misuse(NO_SUCH_CASE);
  const { verdict, runs, failing, ...rest } = found;
  const { says } = property;
  const calm = `${name}, property ${number}, "${says}": ok, ${runs} cases.`;
  console.log(`${SIGNS[verdict]} ${trouble(system, found, seed) ?? calm}`);
  console.log(`  ${(ms / 1000).toFixed(2)} s`);
  if (svg !== undefined) {
    const own = { ...rest, verdict, runs, says, points: 0, outOf: 0 };
    const { title } = system;
    await drawFailure([{ name, title, verdict, points: 0, outOf: 0, properties: [own] }], svg);
  }
  if (verdict === "ok") return 0;
  return verdict === "unknown" ? 3 : 1;
}

function theOne(all: readonly KnownWrong[], name: string): KnownWrong {
  const exact = all.filter((each) => each.name === name);
  const [one, ...others] =
    exact.length > 0 ? exact : all.filter((each) => each.name.includes(name));
  if (one !== undefined && others.length === 0) return one;
  const names = all.map((each) => `  ${each.name}`).join("\n");
  throw new Misuse(`--wrong ${name}: expected a part of exactly one of these names:\n${names}`);
}
