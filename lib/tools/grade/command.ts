/** What the grading commands have in common: names, folders, seeds and times from the command line, and work side by side. */

import { existsSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Misuse } from "../command.ts";
import { loadTable } from "./grade.ts";
import type { ExerciseReport } from "./report.ts";

/** Each grading is two processes, the compiler's and the child's, so two of them keep two cores busy. */
export const AT_A_TIME: number = Math.max(2, Math.floor(availableParallelism() / 2));

/** The names asked for, or all. @throws Misuse when there is no such exercise */
export async function exerciseNames(asked: readonly string[], table?: string): Promise<string[]> {
  const all = Object.keys(await loadTable(table));
  for (const name of asked) {
    if (all.includes(name)) continue;
    throw new Misuse(`there is no exercise "${name}": expected one of ${all.join(", ")}.`);
  }
  return asked.length === 0 ? all : [...new Set(asked)];
}

/** @throws Misuse when there is no such folder */
export function folderNamed(folder: string, hint = ""): string {
  if (isFolder(folder)) return folder;
  if (existsSync(folder)) throw new Misuse(`${folder} is no folder.`);
  throw new Misuse(`there is no folder ${folder}.${hint}`);
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** @throws Misuse unless the text is a whole number that can be a seed */
export function seedFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = Number(text);
  if (/^-?\d+$/.test(text) && seed === (seed | 0)) return seed;
  throw new Misuse(`--seed ${text}: expected a whole number from ${-(2 ** 31)} to ${2 ** 31 - 1}.`);
}

/** "90s", "5m" or "1h" in milliseconds. @throws Misuse for anything else */
export function durationFrom(text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text) ?? [];
  const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 }[unit as "s" | "m" | "h"];
  if (count !== undefined && unitMs !== undefined) return Number(count) * unitMs;
  throw new Misuse(`--for ${text}: expected a time such as 90s, 5m or 1h.`);
}

/** Does something with every item, so many at a time. @returns the results, in the order of the items */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  atATime: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return results;
}

/** Draws the first failing run of these reports into a file, and says so on standard error. */
export async function drawFailure(reports: readonly ExerciseReport[], file: string): Promise<void> {
  const { picturesOf } = await import("./pictures.ts");
  for (const property of reports.flatMap(({ properties }) => properties)) {
    const [picture] = picturesOf(property);
    if (picture === undefined) continue;
    writeFileSync(file, picture.svg);
    console.error(`The failing run is drawn in ${file}.`);
    return;
  }
  console.error(`Nothing was drawn in ${file}: there is no failing run to show.`);
}
