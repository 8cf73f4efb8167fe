/** Judges exercise 07-segmented-log: what it answers, which files it makes, reads and deletes, and what crashes leave. */

import fc from "fast-check";
import { sizeOf } from "./codec.ts";
import { remembered, retained, truncated } from "./deleted.ts";
import { expectExample } from "./example.ts";
import type { Exercise, Property } from "./exercise.ts";
import { type Answer, made, nameOf, namesOf, plan, Segmented, textOf } from "./segments.ts";

type Module = typeof import("../../exercises/07-segmented-log.ts");

/** What a read should answer. */
function answerOf(log: Segmented, offset: number, maxBytes: number): Answer {
  if (offset < log.end - log.records.length || offset > log.end) return "OFFSET_OUT_OF_RANGE";
  let left = maxBytes;
  return log.records
    .filter((record) => record.offset >= offset)
    .filter(({ payload }, index) => {
      left -= payload.length;
      return index === 0 || left >= 0;
    });
}

const FROM_WITHIN = "a read from the middle of a segment";
const LARGE = "a record larger than what a read asks for";
const readBack: Property<Module> = {
  says: "a record has the next offset, and is read from there on",
  points: 1,
  runs: 200,
  situations: [FROM_WITHIN, LARGE],
  of: (module, saw, ...others) =>
    fc.property(plan, fc.integer({ min: -1, max: 16 }), fc.nat(40), (plan, at, maxBytes) => {
      const log = made([module, ...others], plan);
      log.open();
      const offset = Math.max(0, plan.start + at);
      const { answer } = log.read(offset, maxBytes);
      const expected = answerOf(log, offset, maxBytes);
      if (!log.segments.some(({ baseOffset }) => baseOffset === offset)) saw(FROM_WITHIN);
      if (typeof expected !== "string" && (expected[0]?.payload.length ?? 0) > maxBytes) saw(LARGE);
      if (isSame(answer, expected)) return;
      throw log.violation(`it returned ${sayAnswer(answer)}; expected ${sayAnswer(expected)}`);
    }),
};

function isSame(answer: Answer, expected: Answer): boolean {
  if (typeof answer === "string" || typeof expected === "string") return answer === expected;
  return textOf(answer) === textOf(expected);
}

function sayAnswer(answer: Answer): string {
  return typeof answer === "string" ? answer : namesOf(answer);
}

const ALONE = "a record larger than a segment";
const rolled: Property<Module> = {
  says: "a segment takes what fits into it, and then the next one begins",
  points: 1,
  runs: 200,
  situations: ["three segments", ALONE],
  of: (module, saw, ...others) =>
    fc.property(plan, (plan) => {
      const log = made([module, ...others], plan);
      const expected = [plan.start];
      let inLast = 0;
      for (const [index, { bytes }] of plan.records.entries()) {
        const size = sizeOf(bytes);
        if (size > plan.segmentBytes) saw(ALONE);
        if (inLast > 0 && inLast + size > plan.segmentBytes) {
          expected.push(plan.start + index);
          inLast = 0;
        }
        inLast += size;
      }
      if (expected.length > 2) saw("three segments");
      const bases = log.segments.map(({ baseOffset }) => baseOffset);
      if (bases.join(", ") === expected.join(", ")) return;
      throw log.violation(
        `its segments begin at ${bases.join(", ")}; expected ${expected.join(", ")}`,
      );
    }),
};

const SKIPPED = "segments on both sides that the answer does not come from";
const found: Property<Module> = {
  says: "a read looks into no segment that it has no business with",
  points: 1,
  runs: 200,
  situations: [SKIPPED],
  of: (module, saw, ...others) =>
    fc.property(plan, fc.nat(10), fc.nat(30), (plan, at, maxBytes) => {
      const log = made([module, ...others], plan);
      const offset = Math.min(plan.start + at, log.end);
      const { answer, opened } = log.read(offset, maxBytes);
      const last = offset + (Array.isArray(answer) ? Math.max(0, answer.length - 1) : 0);
      const bases = log.segments.map(({ baseOffset }) => baseOffset);
      const from = bases.findLastIndex((base) => base <= offset);
      const to = bases.findLastIndex((base) => base <= last) + 1;
      if (from > 0 && to < bases.length - 2) saw(SKIPPED);
      const allowed = [...bases.slice(from, to + 1), ...bases.slice(-1)].map(nameOf);
      const strange = opened.find((file) => !allowed.includes(file));
      if (strange === undefined) return;
      throw log.violation(`it looked into ${strange}; the segments begin at ${bases.join(", ")}`);
    }),
};

/** The exercise, for the grader. */
export const exercise: Exercise<Module> = {
  name: "07-segmented-log",
  title: "A segmented log",
  exports: ["open", "append", "read", "truncateTo", "deleteOldSegments"],
  live: true,
  hints: [
    "Begin with two helpers: the first offsets of all segments, from `files.list()`; and of one segment its records, its size, and the offset behind it.",
    "An offset belongs to the last segment that does not begin beyond it. `findLastIndex` finds it without reading a file.",
    "In which order do you remove segments, the oldest or the newest first? Think of a power cut between two of them, and of what is left in each case.",
    "When retention deletes all that there is, where does the next offset come from? From a name. So which file must be there before the last one goes?",
  ],

  examples(module) {
    const log = new Segmented([module], 0, 1000);
    for (let n = 0; n < 3; n++) log.append(10, n);
    const numbers = (offset: number, maxBytes: number) => {
      const { answer } = log.read(offset, maxBytes);
      return typeof answer === "string" ? answer : answer.map((each) => each.offset);
    };
    expectExample("read from 0, at most 15 bytes,", numbers(0, 15), [0]);
    expectExample("read from 9, at most 15 bytes,", numbers(9, 15), "OFFSET_OUT_OF_RANGE");
  },

  properties: [readBack, rolled, found, retained, remembered, truncated],
};
