/** The exercises as a learner meets them: a stub says "your turn" everywhere, and our own solution is right. */

import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import type { Sink } from "../../exercises/08-consumer-loop.ts";
import type { Consumer } from "../../lib/broker/kafka.ts";
import { exercises } from "../../lib/properties/index.ts";
import { gradeExercise, loadExercise } from "../../lib/tools/grade/grade.ts";
import { picturesOf } from "../../lib/tools/grade/pictures.ts";
import { judged, trouble } from "../../lib/tools/prove/judged.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const names = Object.keys(exercises);
const fresh = randomInt(2 ** 31);

type Module = Readonly<Record<string, (() => unknown) | undefined>>;

function load(folder: string, name: string): Promise<Module> {
  return import(pathToFileURL(join(project, folder, `${name}.ts`)).href);
}

describe.each(names)("the stub of %s", (name) => {
  test("throws that it is your turn, whatever is called", async () => {
    const [stub, exercise] = [await load("exercises", name), await loadExercise(name)];
    for (const each of exercise.exports as readonly string[]) {
      await expect(async () => stub[each]?.()).rejects.toThrow(`${each}: your turn`);
    }
  });

  test("is graded with your turn and no points, not with a mistake", async () => {
    const report = await gradeExercise(name, { folder: join(project, "exercises"), types: false });
    expect(report).toMatchObject({ verdict: "your turn", message: "Your turn.", points: 0 });
    expect(report.properties.map(({ verdict }) => verdict)).not.toContain("broken");
  });
});

// Without solutions, test/known-wrong says that these are left out.
const hasSolutions = existsSync(join(project, "solutions"));
if (hasSolutions) console.log(`Solutions are tried with the seed 1 and the fresh seed ${fresh}.`);

describe.runIf(hasSolutions).each(names)("the solution of %s", (name) => {
  test.each([1, fresh])("has every property, with seed %i", async (seed) => {
    const [solution, exercise] = [await load("solutions", name), await loadExercise(name)];
    for (let number = 1; number <= exercise.properties.length; number++) {
      const found = await judged(exercise, number, solution, seed);
      expect(trouble(exercise, found, seed)).toBeUndefined();
    }
  });

  test("gets all points from the grader", async () => {
    const folder = join(project, "solutions");
    const { verdict, points, outOf } = await gradeExercise(name, {
      folder,
      types: false,
      seed: fresh,
    });
    expect({ verdict, points }).toEqual({ verdict: "ok", points: outOf });
  });
});

describe("a wrong verdict on a history", () => {
  test.each([
    [false, 2, "You said no, but this order explains it", "took effect, in this order"],
    [true, 3, "You said yes, but one operation cannot be placed", "cannot be placed"],
  ])("is drawn with what the checker found, when it is %s", async (answer, number, title, sign) => {
    const exercise = await loadExercise("00-linearizability");
    const { evidence } = await judged(exercise, number, { isLinearizable: () => answer }, 1);
    const report = { number, says: "", verdict: "violated", points: 0, outOf: 3, runs: 1 } as const;
    const [picture] = picturesOf(evidence === undefined ? report : { ...report, evidence });
    expect(picture?.title).toBe(title);
    expect(picture?.svg).toContain(sign);
  });
});

describe.runIf(hasSolutions)("a strange answer is told from what was expected", () => {
  const atOne = async (name: string, number: number, module: object) =>
    (await judged(await loadExercise(name), number, module, 1)).message;

  test("an id that is no text, also when the loop tries it again for ever", async () => {
    const work = async (consumer: Consumer, topic: string, sink: Sink) => {
      consumer.subscribe([topic]);
      for (;;) {
        for (const record of await consumer.poll(100)) {
          const apply = () => sink.apply(record.offset as unknown as string, record);
          for (let isDone = false; !isDone; ) {
            isDone = await apply().then(
              () => true,
              () => false,
            );
          }
        }
      }
    };
    const message = "apply was given the id 0; expected a string.";
    expect(await atOne("08-consumer-loop", 1, { work })).toBe(message);
  });

  test("an end of an epoch that is not there", async () => {
    const module = { endOf: () => undefined, truncationPoint: () => 0 };
    expect(await atOne("09-truncation", 2, module)).toContain(
      "is undefined; expected { epoch, endOffset }.",
    );
  });

  test("a record that is none", async () => {
    const { open } = await load("solutions", "07-segmented-log");
    const module = { open, append: () => 0, read: () => [undefined] };
    expect(await atOne("07-segmented-log", 1, module)).toContain(
      "it returned [undefined]; expected",
    );
  });

  test("indexes that are texts", async () => {
    const module = { sendable: (pending: object[]) => Object.keys(pending) };
    expect(await atOne("07-partitioner", 3, module)).toMatch(
      /^It returned \["0"\]; expected indexes from 0 to 0, in order: pending are r1 \(partition \d, new\)\.$/,
    );
  });
});
