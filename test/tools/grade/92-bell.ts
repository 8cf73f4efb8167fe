/** A live exercise for the tests of the grader: a bell is lent to both instances of a submission. */

import fc from "fast-check";
import type { Exercise } from "../../../lib/properties/exercise.ts";

type Bell = {
  readonly rung: number;
  ring(): Promise<number>;
  listen(listener: (rung: number) => unknown): void;
};

type Ringing = { ringer(bell: Bell): Promise<{ heard(): number }> };

function newBell(): Bell {
  const listeners: ((rung: number) => unknown)[] = [];
  let rung = 0;
  return {
    get rung() {
      return rung;
    },
    async ring() {
      rung += 1;
      for (const listener of listeners) listener(rung);
      return rung;
    },
    listen: (listener) => void listeners.push(listener),
  };
}

export const exercise: Exercise<Ringing> = {
  name: "92-bell",
  title: "Both ring a bell once, and hear how often it was rung since they came",
  exports: ["ringer"],
  async: ["ringer"],
  live: true,
  hints: [],
  examples() {},
  properties: [
    {
      says: "every ring is heard",
      points: 2,
      runs: 10,
      of: (module, _, twin) =>
        fc.asyncProperty(fc.constant(newBell), async (make) => {
          const bell = make();
          const [one, two] = [await module.ringer(bell), await twin.ringer(bell)];
          return one.heard() === 2 && two.heard() === 1;
        }),
    },
  ],
};
