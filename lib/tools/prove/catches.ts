/** The second half of a proof: every known-wrong implementation is caught by `check`, as a learner runs it. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inParallel } from "../grade/command.ts";
import { gradeExercise, type Patch } from "../grade/grade.ts";
import type { ExerciseReport } from "../grade/report.ts";
import { PROJECT } from "../grade/settings.ts";

/** A known-wrong implementation, as test/known-wrong lists it. */
export type KnownWrong = Patch & {
  readonly name: string;
  /** The `says` of the property that catches it. */
  readonly caughtBy: string;
};

/** A known-wrong implementation, and what became of it. */
export type Catch = {
  readonly system: string;
  readonly wrong: KnownWrong;
  /** In how many runs some property found it wrong. */
  readonly caught: number;
  /** In how many runs each property did, by its number. */
  readonly by: ReadonlyMap<number, number>;
  /** The number of the property that ought to. */
  readonly named: number;
  /** From the start of the grading to its whole report: the median. */
  readonly medianMs: number;
  /** Why it is none: it does not type-check, or it fails the examples of its stub. */
  readonly flaw?: string;
};

type Graded = { readonly report: ExerciseReport; readonly ms: number };

/** The known-wrong implementations of an exercise. */
async function knownWrong(name: string): Promise<readonly KnownWrong[]> {
  const file = pathToFileURL(join(PROJECT, `test/known-wrong/${name}.ts`)).href;
  const { patches } = (await import(file)) as { patches: readonly KnownWrong[] };
  return patches;
}

/**
 * Grades every known-wrong implementation, each time with a fresh seed.
 *
 * @param runs how many times each
 * @param onRun is told how many runs of how many are done
 */
export async function catches(
  names: readonly string[],
  runs: number,
  atATime: number,
  signal: AbortSignal,
  onRun: (done: number, of: number) => void,
): Promise<Catch[]> {
  const root = mkdtempSync(join(tmpdir(), "quorumlab-prove-"));
  try {
    const lists = await Promise.all(names.map(knownWrong));
    const all = lists.flatMap((list, at) =>
      list.map((wrong, nth) => {
        const system = names[at] ?? "";
        return { system, wrong, folder: planted(wrong, system, join(root, `${system}-${nth}`)) };
      }),
    );
    const each = all.flatMap((one) => Array.from({ length: runs }, (_, run) => ({ ...one, run })));
    let done = 0;
    const graded = await inParallel(each, atATime, async ({ system, folder, run }) => {
      const sinceMs = performance.now();
      // Types do not depend on the seed: they are checked once.
      const report = await gradeExercise(system, { folder, types: run === 0, signal });
      onRun(++done, each.length);
      return { report, ms: performance.now() - sinceMs };
    });
    return all.map(({ system, wrong }, at) => {
      return tally(system, wrong, graded.slice(at * runs, (at + 1) * runs));
    });
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Writes the solution with the mistake into a folder of its own. */
function planted({ file, from, to }: KnownWrong, system: string, folder: string): string {
  const source = readFileSync(join(PROJECT, file), "utf8");
  mkdirSync(folder);
  writeFileSync(
    join(folder, `${system}.ts`),
    source.replace(from, () => to),
  );
  return folder;
}

function tally(system: string, wrong: KnownWrong, graded: readonly Graded[]): Catch {
  const by = new Map<number, number>();
  for (const { number, verdict } of graded.flatMap(({ report }) => report.properties)) {
    if (verdict === "violated") by.set(number, (by.get(number) ?? 0) + 1);
  }
  const [first] = graded;
  const named = first?.report.properties.find(({ says }) => says === wrong.caughtBy)?.number ?? 0;
  const caught = graded.filter(({ report }) =>
    report.properties.some(({ verdict }) => verdict === "violated"),
  );
  const times = graded.slice(1).map(({ ms }) => ms);
  const medianMs = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  // What concerns the whole file: it does not type-check, or an example does not hold.
  const flaw = first?.report.message;
  const row = { system, wrong, caught: caught.length, by, named, medianMs };
  return flaw === undefined ? row : { ...row, flaw };
}
