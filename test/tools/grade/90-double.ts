/** An exercise for the tests of the grader: one sync and one async function, three properties. */

import fc from "fast-check";
import { type Exercise, Violation } from "../../../lib/properties/exercise.ts";

type Doubling = {
  double(n: number): number;
  doubleLater(n: number): Promise<number>;
};

function expectDouble(n: number, answer: number): void {
  if (answer !== 2 * n)
    throw new Violation(`twice ${n} is ${2 * n}, not ${answer}`, { history: [] });
}

export const exercise: Exercise<Doubling> = {
  name: "90-double",
  title: "Twice a number",
  exports: ["double", "doubleLater"],
  async: ["doubleLater"],
  hints: ["Add the number to itself.", "return n + n"],
  examples(module) {
    expectDouble(1, module.double(1));
  },
  properties: [
    {
      says: "double doubles",
      points: 3,
      runs: 50,
      situations: ["a number above 50"],
      of: (module, saw) =>
        fc.property(fc.nat(100), (n) => {
          if (n > 50) saw("a number above 50");
          expectDouble(n, module.double(n));
        }),
    },
    {
      says: "doubleLater doubles as well",
      points: 2,
      runs: 50,
      of: (module) =>
        fc.asyncProperty(fc.nat(100), async (n) => {
          expectDouble(n, await module.doubleLater(n));
        }),
    },
    {
      says: "what is doubled is even",
      points: 1,
      runs: 50,
      of: (module) => fc.property(fc.nat(100), (n) => module.double(n) % 2 === 0),
    },
  ],
};
