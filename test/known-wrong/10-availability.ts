/** Mistakes in what a system promises. */

import type { Patch } from "./patch.ts";

const file = "solutions/10-availability.ts";
const all = "atLeast(system.of.length, system.of)";
const any = "atLeast(1, system.of)";
const some = "atLeast(system.needed, system.of)";
const outages = "outages leave the rest of the month";
const allAndAny = "a group works while all, or any, of its different parts do";
const someOfMany = "a group works while at least so many of its different parts do";
const groups = "a group can be a member of a group";

/** Each is caught by `check`. */
export const patches: readonly Patch[] = [
  {
    name: "counts one outage a month",
    file,
    from: "(system.perMonth * system.seconds)",
    to: "system.seconds",
    origin: "the lecture's one failover a month, learned by heart",
    caughtBy: outages,
  },
  {
    name: "adds frequency and duration",
    file,
    from: "(system.perMonth * system.seconds) / ",
    to: "(system.perMonth - 1 + system.seconds) / ",
    origin: "a slip of the pen",
    caughtBy: outages,
  },
  {
    name: "raises the first member to the power of how many there are",
    file,
    from: all,
    to: "system.of.map(availability).slice(0, 1).reduce((_, one) => one ** system.of.length, 1)",
    origin: "the formula for equal parts",
    caughtBy: allAndAny,
  },
  {
    name: "takes a series for as good as its two worst members",
    file,
    from: all,
    to: "system.of.map(availability).sort((a, b) => a - b).slice(0, 2).reduce((a, b) => a * b, 1)",
    origin: "a chain is as strong as its weakest links",
    caughtBy: allAndAny,
  },
  {
    name: "takes the best member for all of a parallel group",
    file,
    from: any,
    to: "1 - (1 - Math.max(...system.of.map(availability))) ** system.of.length",
    origin: "the formula for equal parts",
    caughtBy: allAndAny,
  },
  {
    name: "takes members that differ for members of their average",
    file,
    from: some,
    to: `atLeast(
    system.needed,
    system.of.map(() => ({
      kind: "part" as const,
      availability: system.of.reduce((sum, one) => sum + availability(one), 0) / system.of.length,
    })),
  )`,
    origin: "the binomial formula, used where its parts differ",
    caughtBy: someOfMany,
  },
  {
    name: "takes every quorum for a majority",
    file,
    from: some,
    to: "atLeast(Math.floor(system.of.length / 2) + 1, system.of)",
    origin: "2 of 3, learned by heart",
    caughtBy: someOfMany,
  },
  {
    name: "allows one member to be down, whatever is needed",
    file,
    from: some,
    to: "atLeast(Math.max(1, system.of.length - 1), system.of)",
    origin: "2 of 3, learned by heart",
    caughtBy: someOfMany,
  },
  {
    name: "flattens groups in groups",
    file,
    from: any,
    to: 'atLeast(1, system.of.flatMap((one) => ("of" in one ? one.of : [one])))',
    origin: "a recursion that stops one level down",
    caughtBy: groups,
  },
];
