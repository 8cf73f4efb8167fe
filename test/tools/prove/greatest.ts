/** What must hold of the room of the tests of the proof. */

import fc from "fast-check";
import {
  ANSWERED,
  ASKED,
  type System,
  type SystemProperty,
  Violation,
} from "../../../lib/properties/index.ts";
import { offer } from "./room/index.ts";

const offers = fc.array(fc.nat(100), { maxLength: 20 });

function afterAll(numbers: readonly number[]): number {
  const greatest = { held: 0, offered: 0 };
  for (const n of numbers) offer(greatest, n);
  return greatest.held;
}

const holds: SystemProperty = {
  says: "it holds the greatest",
  runs: 40,
  situations: ["nothing was offered", "a lesser one came later"],
  of: (_room, saw) =>
    fc.property(offers, (numbers) => {
      if (numbers.length === 0) saw("nothing was offered");
      if (numbers.some((n, i) => n < (numbers[i - 1] ?? 0))) saw("a lesser one came later");
      for (const n of numbers) {
        saw(ASKED);
        if (n < 90) saw(ANSWERED);
      }
      const held = afterAll(numbers);
      const expected = Math.max(0, ...numbers);
      if (held !== expected) throw new Violation(`It holds ${held}; expected ${expected}.`);
    }),
};

const order: SystemProperty = {
  says: "the order does not count",
  runs: 40,
  of: () =>
    fc.asyncProperty(offers, async (numbers) => {
      return afterAll(numbers) === afterAll(numbers.toReversed());
    }),
};

export const system: System = {
  name: "greatest",
  title: "The greatest of all",
  properties: [holds, order],
};

/** The same, but it claims too much, names what cannot happen, and its clients are never answered. */
export const boastful: System = {
  name: "boastful",
  title: "The greatest of all, and never small",
  properties: [
    {
      says: "it holds more than 50",
      runs: 40,
      situations: ["it held more than 100"],
      of: (_room, saw) =>
        fc.property(offers, (numbers) => {
          saw(ASKED);
          if (afterAll(numbers) > 100) saw("it held more than 100");
          return afterAll([51, ...numbers]) > 50 && !numbers.includes(7);
        }),
    },
  ],
};
