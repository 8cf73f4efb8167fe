/** House rules about imports: one direction between the rooms, one door to each, and nothing that nobody uses. */

import { basename } from "node:path";
import { expect, test } from "vitest";
import {
  exportsOf,
  type Import,
  importsOf,
  nodesOf,
  publicEntries,
  syntaxOf,
  targetOf,
  ts,
} from "./syntax.ts";
import { files, filesIn, nothingBreaks, rooms, textOf } from "./tree.ts";

const course = ["sim", "check", "estimate", "storage", "ensemble", "broker", "recipes", "connect"];

/** What each room may import: values from the rooms of the first list, types from those of the second. */
const MAY_IMPORT: Readonly<
  Record<string, { values: readonly string[]; types: readonly string[] }>
> = {
  sim: { values: [], types: [] },
  check: { values: [], types: [] },
  formats: { values: ["check"], types: [] },
  arbitraries: { values: ["check"], types: [] },
  vitest: { values: ["check"], types: [] },
  estimate: { values: [], types: [] },
  storage: { values: ["sim"], types: [] },
  ensemble: { values: ["sim"], types: [] },
  broker: { values: ["ensemble", "estimate", "storage", "sim"], types: [] },
  recipes: { values: ["ensemble", "sim"], types: [] },
  connect: { values: ["ensemble", "broker"], types: [] },
  properties: { values: course, types: ["exercises"] },
  // Of the values only words: a picture calls an operation as a verdict does.
  plot: { values: ["check"], types: course },
};

const sources = filesIn(["lib", "exercises", "solutions", "test"], ".ts", ".mjs", ".cjs");
const imports = new Map(sources.map((path) => [path, importsOf(path)]));

/** Where a file belongs: a room of the library, "tools", or a folder of the root. */
function placeIn(path: string): string {
  const [first = "", second = ""] = path.split("/");
  return first === "lib" ? second : first;
}

function offencesOf(
  paths: readonly string[],
  why: (each: Import, path: string) => string | undefined,
): string[] {
  return paths.flatMap((path) =>
    (imports.get(path) ?? []).flatMap((each) => {
      const offence = why(each, path);
      return offence === undefined ? [] : [`${each.place} ${offence}`];
    }),
  );
}

test("every room of the library is known, and says what it may import", () => {
  const strangers = rooms.filter((room) => !Object.hasOwn(MAY_IMPORT, room));
  nothingBreaks(
    "Add the room to MAY_IMPORT in this file, or move its files into a room.",
    strangers,
  );
});

test("rooms import in one direction", () => {
  const inRooms = filesIn(
    rooms.map((room) => `lib/${room}`),
    ".ts",
  );
  nothingBreaks(
    "Move what is shared to the lower room, or pass it in; plot takes only types (`import type`).",
    offencesOf(inRooms, ({ target, typeOnly }, path) => {
      const [from, to] = [placeIn(path), placeIn(target ?? path)];
      const { values, types } = MAY_IMPORT[from] ?? { values: [], types: [] };
      if (to === from || values.includes(to) || (typeOnly && types.includes(to))) return undefined;
      return `imports ${types.includes(to) ? "a value" : "something"} of ${to}: ${target}`;
    }),
  );
});

test("a room is entered by its door", () => {
  const guests = filesIn([...rooms.map((room) => `lib/${room}`), "exercises", "solutions"], ".ts");
  nothingBreaks(
    "Import the room's index.ts; what is not there is the room's own business.",
    offencesOf(guests, ({ target = "" }, path) => {
      const other = target.startsWith("lib/") && placeIn(target) !== placeIn(path);
      return other && basename(target) !== "index.ts" ? `imports ${target}` : undefined;
    }),
  );
});

test("the library imports no solution and no test", () => {
  nothingBreaks(
    "Load it by a path that is computed, or move it into lib.",
    offencesOf(filesIn(["lib"], ".ts", ".mjs", ".cjs"), ({ target = "", typeOnly }) => {
      const outside = ["solutions", "test"].includes(placeIn(target));
      const stub = placeIn(target) === "exercises" && !typeOnly;
      return outside || stub ? `imports ${target}` : undefined;
    }),
  );
});

test("every room has an index and an entry in the library's exports", () => {
  const missing = rooms.filter(
    (room) => publicEntries[`quorumlab/${room}`] !== `lib/${room}/index.ts`,
  );
  nothingBreaks('Add "./room": "./room/index.ts" to the exports of lib/package.json.', missing);
  const gone = Object.values(publicEntries).filter((path) => !files.includes(path));
  nothingBreaks("Take the entry out of lib/package.json, or add the file.", gone);
});

/** The files that a file names: by imports, or by a text that is a path from its folder or from the root. */
function named(path: string): string[] {
  const literals = [...nodesOf(syntaxOf(path))].filter(ts.isStringLiteralLike);
  return literals.flatMap(({ text }) => targetOf(text, path) ?? targetOf(`./${text}`, path) ?? []);
}

/** What somebody takes from each file; "all" where it is opened by its path. */
function taken(): Map<string, Set<string>> {
  const uses = new Map<string, Set<string>>();
  const take = (target: string | undefined, names: readonly string[]) => {
    const known = uses.get(target ?? "") ?? new Set();
    for (const name of names) known.add(name);
    uses.set(target ?? "", known);
  };
  for (const [path, own] of imports) {
    for (const { target, names } of own) take(target, names === "all" ? ["all"] : names);
    const specifiers = new Set(own.map(({ target }) => target));
    for (const target of named(path)) if (!specifiers.has(target)) take(target, ["all"]);
  }
  return uses;
}

/** A type may be exported for those who want to name what another export of its file takes or returns. */
function isNeededToName(name: string, path: string): boolean {
  const own = [...nodesOf(syntaxOf(path))].filter(ts.isTypeReferenceNode);
  return own.some(({ typeName }) => typeName.getText() === name);
}

test("what a file exports, somebody imports", () => {
  const uses = taken();
  const doors = new Set(Object.values(publicEntries));
  const offences = filesIn(["lib", "test"], ".ts", ".mjs")
    .filter((path) => !doors.has(path) && !path.startsWith("test/known-wrong/"))
    .filter((path) => !uses.get(path)?.has("all"))
    .flatMap((path) =>
      exportsOf(path)
        .filter(({ name }) => !uses.get(path)?.has(name) && !isNeededToName(name, path))
        .map(({ name, place }) => `${place} ${name}`),
    );
  nothingBreaks(
    "Take the word `export` away, or the whole thing if its own file does not use it.",
    offences,
  );
});

/** Where reading the tree begins: what npm, the course's tools and the test runner open by name. */
function beginnings(): string[] {
  const manifests = ["package.json", "lib/package.json"].flatMap((manifest) =>
    sources.filter((path) => textOf(manifest).includes(path.replace(manifest.slice(0, -12), ""))),
  );
  const byName = filesIn(["exercises", "solutions", "test/known-wrong"], ".ts");
  return [...manifests, ...byName, ...sources.filter((path) => path.endsWith(".test.ts"))];
}

test("there is no dead file", () => {
  const alive = new Set<string>();
  const waiting = beginnings();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (alive.has(path)) continue;
    alive.add(path);
    if (sources.includes(path)) waiting.push(...named(path));
  }
  const scripts = filesIn(["lib"], ".py");
  const dead = [...sources, ...scripts].filter((path) => !alive.has(path));
  nothingBreaks("Nothing leads to it: import it, or remove it.", dead);
  expect(alive.size).toBeGreaterThan(0);
});
