/** A second exercise for the tests of the grader, whose submissions may use a room. */

import fc from "fast-check";
import type { Exercise } from "../../../lib/properties/exercise.ts";

type Halving = { half(n: number): number };

export const exercise: Exercise<Halving> = {
  name: "91-half",
  title: "Half a number",
  exports: ["half"],
  rooms: ["check"],
  hints: [],
  examples() {},
  properties: [
    {
      says: "half halves",
      points: 4,
      runs: 50,
      of: (module, _, twin) =>
        fc.property(fc.nat(100), (n) => {
          const there = twin.half(2 * n + 2);
          return module.half(2 * n) === n && there === n + 1;
        }),
    },
  ],
};
