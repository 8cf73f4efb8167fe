/**
 * Teeth: every known-wrong implementation is a fair mistake, such as a learner could make, and the property that it
 * names catches it.
 */

import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exercises } from "../../lib/properties/index.ts";
import { loadExercise } from "../../lib/tools/grade/grade.ts";
import { judged } from "../../lib/tools/prove/judged.ts";
import type { Patch } from "./patch.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const folder = join(project, `.quorumlab/tmp/known-wrong-${process.pid}`);

const hasSolutions = existsSync(join(project, "solutions"));
if (!hasSolutions) {
  console.log(
    "There is no folder solutions: the tests of solutions and of known-wrong ones are left out.",
  );
}

const fresh = randomInt(2 ** 31);
if (hasSolutions)
  console.log(`Known-wrong ones are tried with the seed 1 and the fresh seed ${fresh}.`);

type Mistake = {
  readonly exercise: string;
  readonly patch: Patch;
  readonly name: string;
  readonly file: string;
};

const mistakes: Mistake[] = [];
for (const exercise of hasSolutions ? Object.keys(exercises) : []) {
  const list = join(project, `test/known-wrong/${exercise}.ts`);
  const { patches } = (await load(list)) as { patches: readonly Patch[] };
  for (const patch of patches) {
    const file = join(folder, `${exercise}-${mistakes.length}.ts`);
    mistakes.push({ exercise, patch, name: patch.name, file });
  }
}

function source({ file }: Patch): string {
  return readFileSync(join(project, file), "utf8");
}

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  for (const { patch, file } of mistakes) {
    writeFileSync(
      file,
      source(patch).replace(patch.from, () => patch.to),
    );
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

describe.runIf(hasSolutions)("known-wrong implementations", () => {
  test("each is made of a text that the solution has exactly once", () => {
    for (const { patch } of mistakes) {
      expect(source(patch).split(patch.from), `${patch.file}: ${patch.name}`).toHaveLength(2);
    }
  });

  test("no two of them are the same", () => {
    const texts = mistakes.map(({ patch, file }) => [readFileSync(file, "utf8"), patch.name]);
    expect(new Map(texts as [string, string][]).size).toBe(mistakes.length);
  });

  test("they type-check", () => {
    const compilerOptions = { noUnusedLocals: false };
    const settings = {
      extends: join(project, "tsconfig.json"),
      compilerOptions,
      include: ["*.ts"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
    const compiler = join(project, "node_modules/typescript/bin/tsc");
    let said = "";
    try {
      execFileSync(process.execPath, [compiler, "-p", folder, "--pretty", "false"]);
    } catch (error) {
      said = String((error as { stdout?: unknown }).stdout);
    }
    for (const { name, file } of mistakes) said = said.replaceAll(file, name);
    expect(said).toBe("");
  });

  test.each(mistakes)("$exercise: $name", async ({ exercise: of, patch, file }) => {
    const [exercise, module] = [await loadExercise(of), await load(file)];
    await exercise.examples(module as never);
    const number = 1 + exercise.properties.findIndex(({ says }) => says === patch.caughtBy);
    expect(number, `no property says "${patch.caughtBy}"`).toBeGreaterThan(0);
    const misses = async (seed: number) => {
      const found = await judged(exercise, number, module, seed, { shrinks: 0 });
      return found.verdict !== "violated";
    };
    expect(await misses(1), "missed with seed 1").toBe(false);
    // One fresh seed in twenty may miss; two in a row are a property without teeth.
    const missed = (await misses(fresh)) && (await misses(fresh + 1));
    expect(missed, `missed with the seeds ${fresh} and ${fresh + 1}`).toBe(false);
  });
});

function load(file: string): Promise<object> {
  return import(pathToFileURL(file).href);
}
