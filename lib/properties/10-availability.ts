/**
 * Judges exercise 10-availability by adding up the chances of all states of the parts in which the
 * system works.
 */

import fc from "fast-check";
import type { System } from "../../exercises/10-availability.ts";
import { type Exercise, type Property, Violation } from "./exercise.ts";

type Module = typeof import("../../exercises/10-availability.ts");

/** Every thousandth from 0 to 1; the smallest counterexamples are near 0.9. */
const part: fc.Arbitrary<System> = fc
  .integer({ min: 0, max: 1000 })
  .map((step) => ({ kind: "part", availability: ((900 + step) % 1001) / 1000 }));

const outages: fc.Arbitrary<System> = fc.record({
  kind: fc.constant("outages" as const),
  perMonth: fc.integer({ min: 1, max: 20 }),
  seconds: fc.nat(100_000),
});

/** A group of one to `size` of these members, of one of these kinds. */
function group(
  member: fc.Arbitrary<System>,
  size: number,
  kinds: readonly ("all" | "any" | "atLeast")[],
): fc.Arbitrary<System> {
  return fc
    .record({
      kind: fc.constantFrom(...kinds),
      of: fc.array(member, { minLength: 1, maxLength: size }),
      needed: fc.nat(),
    })
    .map(({ kind, of, needed }) =>
      kind === "atLeast" ? { kind, needed: 1 + (needed % of.length), of } : { kind, of },
    );
}

function say(system: System): string {
  if (system.kind === "part") return `${system.availability}`;
  if (system.kind === "outages") return `${system.perMonth} × ${system.seconds} s a month`;
  const name = system.kind === "atLeast" ? `at least ${system.needed} of` : system.kind;
  return `${name} (${system.of.map(say).join(", ")})`;
}

/** Whether the system works in one state of its parts, and how likely that state is. */
type State = { readonly works: boolean; readonly chance: number };

/** Every state of the parts: 2 for one part, 4 for two, 8 for three … */
function states(system: System): State[] {
  if (system.kind === "part" || system.kind === "outages") {
    const chance =
      system.kind === "part"
        ? system.availability
        : 1 - (system.perMonth * system.seconds) / (30 * 86_400);
    return [
      { works: true, chance },
      { works: false, chance: 1 - chance },
    ];
  }
  const needed =
    system.kind === "any" ? 1 : system.kind === "all" ? system.of.length : system.needed;
  let together = [{ up: 0, chance: 1 }];
  for (const member of system.of) {
    const either = states(member);
    together = together.flatMap(({ up, chance }) =>
      either.map((one) => ({ up: up + (one.works ? 1 : 0), chance: chance * one.chance })),
    );
  }
  return together.map(({ up, chance }) => ({ works: up >= needed, chance }));
}

/**
 * A violation unless the answer is the sum of the chances of the states in which the system works.
 */
function judge(module: Module, system: System): void {
  const answer = module.availability(structuredClone(system));
  const all = states(system);
  const working = all.filter(({ works }) => works);
  const expected = working.reduce((sum, { chance }) => sum + chance, 0);
  if (Math.abs(answer - expected) <= 1e-9) return;
  const why =
    system.kind === "outages"
      ? `It is down ${system.perMonth * system.seconds} s of a month of 2592000 s, so it works ${expected} of the time.`
      : `Its parts have ${all.length} states; it works in ${working.length} of them, and their chances add up to ${expected}.`;
  throw new Violation(`The availability of ${say(system)} is not ${answer}. ${why}`);
}

const outagesAddUp: Property<Module> = {
  says: "outages leave the rest of the month",
  points: 1,
  runs: 100,
  situations: ["several outages a month"],
  of: (module, saw) =>
    fc.property(outages, (system) => {
      if (system.kind === "outages" && system.perMonth > 1) saw("several outages a month");
      judge(module, system);
    }),
};

const allAndAny: Property<Module> = {
  says: "a group works while all, or any, of its different parts do",
  points: 2,
  runs: 200,
  situations: ["all of several", "any of several"],
  of: (module, saw) =>
    fc.property(group(fc.oneof(part, outages), 5, ["all", "any"]), (system) => {
      if ("of" in system && system.of.length > 1) saw(`${system.kind} of several`);
      judge(module, system);
    }),
};

const someOfMany: Property<Module> = {
  says: "a group works while at least so many of its different parts do",
  points: 1,
  runs: 200,
  situations: ["neither all nor any"],
  of: (module, saw) =>
    fc.property(group(part, 7, ["atLeast"]), (system) => {
      if (system.kind === "atLeast" && system.needed > 1 && system.needed < system.of.length) {
        saw("neither all nor any");
      }
      judge(module, system);
    }),
};

const groupsInGroups: Property<Module> = {
  says: "a group can be a member of a group",
  points: 1,
  runs: 200,
  situations: ["a group in a group"],
  of: (module, saw) => {
    const kinds = ["all", "any", "atLeast"] as const;
    const inner = fc.oneof(part, group(part, 3, kinds));
    return fc.property(group(inner, 3, kinds), (system) => {
      if ("of" in system && system.of.some((member) => "of" in member)) saw("a group in a group");
      judge(module, system);
    });
  },
};

/** The exercise, for the grader. */
export const exercise: Exercise<Module> = {
  name: "10-availability",
  title: "What a system can promise",
  exports: ["availability"],
  hints: [
    "A member's availability is availability(member): the function calls itself, and a group never needs to know what its members are.",
    "All of n is at least n of n, and any of n is at least 1 of n. So one rule for at least k of n is enough.",
    "Look at the first member. It is up, and at least k − 1 of the rest are; or it is down, and at least k of the rest are. The two cases exclude each other, so their chances add up. It ends at k = 0 (certain) or with no members left (impossible).",
  ],
  examples(module) {
    const a: System = { kind: "part", availability: 0.99 };
    judge(module, { kind: "outages", perMonth: 1, seconds: 5 });
    judge(module, { kind: "all", of: [a, a] });
    judge(module, { kind: "any", of: [a, a] });
    judge(module, { kind: "atLeast", needed: 2, of: [a, a, a] });
  },
  properties: [outagesAddUp, allAndAny, someOfMany, groupsInGroups],
};
