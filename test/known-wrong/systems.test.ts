/**
 * Each system has its properties, and each of its known-wrong implementations is a fair mistake, which the property
 * that it names catches. `quorumlab prove` does the same with many more seeds.
 */

import { randomInt } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { type System, systems } from "../../lib/properties/index.ts";
import { trouble } from "../../lib/tools/prove/judged.ts";
import { search } from "../../lib/tools/prove/search.ts";
import { searches } from "../../lib/tools/prove/searches.ts";
import { type KnownWrong, knownWrongOf } from "../../lib/tools/prove/subjects.ts";
import { typeMistakes } from "../../lib/tools/prove/types.ts";
import type { Patch } from "./patch.ts";

const fresh = randomInt(2 ** 31);
console.log(`Systems are tried with the seed 1 and the fresh seed ${fresh}.`);

/** A known-wrong implementation that needs more cases than this is caught by luck. */
const CASES = 2_000;
/** Only an endless search takes so long, however busy the machine is. */
const WITHIN_MS = 280_000;
vi.setConfig({ testTimeout: 300_000 });

const all: { readonly system: System; readonly wrongs: readonly (KnownWrong & Patch)[] }[] = [];
for (const load of Object.values(systems)) {
  const system = await load();
  const wrongs = (await knownWrongOf(system.name)) as readonly (KnownWrong & Patch)[];
  all.push({ system, wrongs });
}

const properties = all.flatMap(({ system }) =>
  system.properties.map(({ says, runs }, index) => {
    return { system, name: system.name, number: index + 1, says, runs };
  }),
);
const mistakes = all.flatMap(({ system, wrongs }) =>
  wrongs.map((wrong) => ({ system, of: system.name, wrong, name: wrong.name })),
);

test("a system is called as in the table, and says each thing once", () => {
  expect(all.map(({ system }) => system.name)).toEqual(Object.keys(systems));
  for (const { system } of all) {
    const sentences = system.properties.map(({ says }) => says);
    expect(new Set(sentences).size, system.name).toBe(sentences.length);
  }
});

describe.each(properties)("$name, property $number: $says", ({ system, number, runs }) => {
  test.each([1, fresh])("holds with seed %i", async (seed) => {
    const wanted = { number, seed, cases: runs, withinMs: WITHIN_MS, shrinks: true };
    const { found } = await search(system, wanted);
    expect(trouble(system, found, seed)).toBeUndefined();
  });
});

describe("known-wrong implementations of systems", () => {
  test("each has its origin, and names a property; each property catches one", () => {
    for (const { system, wrongs } of all) {
      const says = system.properties.map((property) => property.says);
      for (const { name, origin, caughtBy } of wrongs) {
        expect(origin, `${name}: where is it known from?`).not.toBe("");
        expect(says, `${name}: no property says this`).toContain(caughtBy);
      }
      const caught = wrongs.map(({ caughtBy }) => caughtBy);
      expect(new Set(caught), `${system.name}: nothing else is caught`).toEqual(new Set(says));
    }
  });

  test("no two of them are the same, or are called the same", () => {
    for (const { wrongs } of all) {
      const changes = wrongs.map(({ file, from, to }) => JSON.stringify([file, from, to]));
      expect(new Set(changes).size).toBe(wrongs.length);
      expect(new Set(wrongs.map(({ name }) => name)).size).toBe(wrongs.length);
    }
  });

  test("each is made of a text that its file has exactly once, and type-checks", async () => {
    const found = await typeMistakes(mistakes.map(({ wrong }) => wrong));
    expect([...found].map(([nth, what]) => `${mistakes[nth]?.name}: ${what}`)).toEqual([]);
  });

  test.concurrent.each(mistakes)("$of: $name", async ({ system, of, wrong }) => {
    const number = 1 + system.properties.findIndex(({ says }) => says === wrong.caughtBy);
    const wanted = { number, seed: 1, cases: CASES, withinMs: WITHIN_MS, shrinks: false };
    const { signal } = new AbortController();
    const subject = { system: of, patches: [wrong] };
    const [made] = await searches(subject, [wanted], { signal });
    expect(made?.found, `missed with seed 1 in ${CASES} cases`).toMatchObject({
      verdict: "violated",
    });
  });
});
