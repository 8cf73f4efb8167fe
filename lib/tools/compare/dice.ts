/** Luck for scripts, one draw after the other. */

import { luck } from "quorumlab/sim";

export type Dice = ReturnType<typeof diceOf>;

export function diceOf(seed: number, nth: number) {
  let drawn = 0;
  const roll = () => luck(seed, nth, drawn++);
  const upTo = (least: number, most: number) => least + Math.floor(roll() * (most - least + 1));
  return {
    happens: (probability: number) => roll() < probability,
    upTo,
    any: <T>(items: readonly T[]): T => items[upTo(0, items.length - 1)] as T,
    /** One of these names, by weights that need not sum up to anything. */
    one<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
      const all = Object.entries<number>(weights);
      let at = roll() * all.reduce((sum, [, weight]) => sum + weight, 0);
      const found = all.find(([, weight]) => {
        at -= weight;
        return at < 0;
      });
      return (found ?? all[0])?.[0] as Name;
    },
  };
}
