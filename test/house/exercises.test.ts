/** House rules about exercises: each is whole, in every place where a learner, a grader or a teacher looks for it. */

import { expect, test } from "vitest";
import { type AnyExercise, exercises } from "../../lib/properties/index.ts";
import type { Patch } from "../known-wrong/patch.ts";
import { exportsOf, importsOf, syntaxOf, ts } from "./syntax.ts";
import { files, filesIn, nothingBreaks, textOf } from "./tree.ts";

const PATCHES_AT_LEAST = 5;
const COURSE_POINTS = 100;

const names = Object.keys(exercises);
const all = new Map<string, AnyExercise>();
for (const [name, load] of Object.entries(exercises)) all.set(name, await load());

/** "NN-name" of the files of a folder. */
function namesIn(folder: string): string[] {
  const own = filesIn([folder], ".ts").map((path) => path.slice(folder.length + 1, -".ts".length));
  return own.filter((name) => /^\d\d-/.test(name));
}

const FILES = ["exercises", "lib/properties", "test/known-wrong"];
// An instructor may keep the solutions to themselves: then there are none.
const FOLDERS = namesIn("solutions").length === 0 ? FILES : [...FILES, "solutions"];

test.each(FOLDERS)("%s has a file for every exercise, and no other", (folder) => {
  const own = namesIn(folder);
  nothingBreaks(
    `Add it to ${folder}.`,
    names.filter((name) => !own.includes(name)),
  );
  nothingBreaks(
    "Add it to the table in lib/properties/index.ts, or remove it.",
    own.filter((name) => !all.has(name)),
  );
});

test("an exercise is called as its files are", () => {
  const offences = [...all]
    .filter(([name, exercise]) => exercise.name !== name)
    .map(([name]) => name);
  nothingBreaks("Give it the name that the table in lib/properties/index.ts has.", offences);
});

test("cells know the types of every stub", () => {
  const known = textOf("lib/tools/exercises.ts");
  const line = (name: string) => `"${name}": typeof import("../../exercises/${name}.ts");`;
  nothingBreaks(
    "Add this line to lib/tools/exercises.ts.",
    names.map(line).filter((each) => !known.includes(each)),
  );
});

test("the chapter of an exercise checks it", () => {
  const offences = names.filter((name) => {
    const chapter = files.find((path) => path.startsWith(`notebooks/${name.slice(0, 3)}`)) ?? "";
    if (chapter === "") return true;
    const { cells } = JSON.parse(textOf(chapter)) as { cells: { source: string[] }[] };
    return !cells.some(({ source }) => source.join("").includes(`check("${name}")`));
  });
  nothingBreaks('Add a cell `await check("NN-name");` to the notebook with its number.', offences);
});

test("a stub and its solution export what the exercise asks for, with the same signatures", () => {
  const offences = [...all].flatMap(([name, { exports }]) => {
    const [stub, solution] = [`exercises/${name}.ts`, `solutions/${name}.ts`];
    const asked = signatures(stub);
    const solved = files.includes(solution) ? signatures(solution) : asked;
    return [
      ...exports.filter((each) => !asked.has(each)).map((each) => `${stub} lacks ${each}`),
      ...[...asked.keys()]
        .filter((each) => !(exports as readonly string[]).includes(each))
        .map((each) => `${stub} exports ${each}, which nobody judges`),
      ...[...asked]
        .filter(([each, signature]) => solved.get(each) !== signature)
        .map(([each, signature]) => `${solution} ${each} is not ${signature}`),
    ];
  });
  nothingBreaks("Make the stub, the solution and the exercise's `exports` alike.", offences);
});

/** The exported functions of a file, from their names to their bodies. */
function signatures(path: string): Map<string, string> {
  const functions = syntaxOf(path).statements.filter(ts.isFunctionDeclaration);
  const exported = exportsOf(path).map(({ name }) => name);
  return new Map(
    functions
      .filter(({ name }) => exported.includes(name?.text ?? ""))
      .map((each) => {
        const [head = ""] = each.getText().split(each.body?.getText() ?? "");
        return [
          each.name?.text ?? "",
          head.replace(/\s+/g, " ").replace(/,? \)/g, ")").replace(/\( /g, "(").trim(),
        ];
      }),
  );
}

test("a stub and its solution import types, and code only of the rooms that the exercise allows", () => {
  const offences = [...all].flatMap(([name, { rooms = [] }]) =>
    filesIn(["exercises", "solutions"], `/${name}.ts`)
      .flatMap((path) => importsOf(path))
      .filter(({ specifier, typeOnly }) => {
        const room = /^quorumlab\/([a-z]+)$/.exec(specifier)?.[1];
        return room === undefined || !(typeOnly || rooms.includes(room));
      })
      .map(({ place, specifier }) => `${place} imports ${specifier}`),
  );
  nothingBreaks(
    'Write `import type … from "quorumlab/<room>"`, or add the room to the exercise\'s `rooms`.',
    offences,
  );
});

test("every property has a sentence and points of its own, and every exercise has hints", () => {
  const offences = [...all].flatMap(([name, { properties, hints }]) => {
    const sentences = new Set(properties.map(({ says }) => says));
    return [
      ...(hints.length === 0 ? [`${name} has no hint`] : []),
      ...(sentences.size < properties.length ? [`${name} says one sentence twice`] : []),
      ...properties
        .filter(({ points }) => !Number.isInteger(points) || points < 1)
        .map(({ says, points }) => `${name} gives ${points} points for "${says}"`),
    ];
  });
  nothingBreaks("Say each thing once, for a whole number of points, at least 1.", offences);
});

test("the points add up", () => {
  const points = [...all].map(([name, { properties }]) => ({
    name,
    sum: properties.reduce((sum, property) => sum + property.points, 0),
  }));
  const sum = points.reduce((before, each) => before + each.sum, 0);
  console.log(
    `Points: ${points.map((each) => `${each.name} ${each.sum}`).join(" · ")}, ${sum} of ${COURSE_POINTS}.`,
  );
  expect(sum, "The whole course gives 100 points.").toBe(COURSE_POINTS);
});

test(`every exercise has at least ${PATCHES_AT_LEAST} known-wrong implementations, each with its origin`, async () => {
  const offences: string[] = [];
  for (const [name, { properties }] of all) {
    const { patches } = (await import(`../known-wrong/${name}.ts`)) as {
      patches: readonly Patch[];
    };
    if (patches.length < PATCHES_AT_LEAST) offences.push(`${name} has ${patches.length}`);
    for (const patch of patches) {
      const known = properties.some(({ says }) => says === patch.caughtBy);
      if (!known) offences.push(`${name}, ${patch.name}: no property says "${patch.caughtBy}"`);
      if (patch.origin === "") offences.push(`${name}, ${patch.name}: where is it known from?`);
      if (patch.file !== `solutions/${name}.ts`)
        offences.push(`${name}, ${patch.name}: ${patch.file}`);
    }
    const caught = new Set(patches.map(({ caughtBy }) => caughtBy));
    const idle = properties.filter(({ says }) => !caught.has(says));
    offences.push(...idle.map(({ says }) => `${name}: nothing is caught by "${says}"`));
  }
  nothingBreaks("Mend the list in test/known-wrong.", offences);
});
