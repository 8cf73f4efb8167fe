/** Whether sets of machines meet, in words: two sets that decide and have no machine in common are a split brain. */

import { plainText } from "./text.ts";

/** Machines that act together: a quorum, or one side of a cut. */
export type MachineSet = { readonly name: string; readonly members: readonly string[] };

export type Sets = {
  readonly machines: readonly string[];
  /** One to four. */
  readonly sets: readonly MachineSet[];
  /** How many machines a set needs in order to decide; left out, each set has enough. */
  readonly needs?: number;
  /** What is written below the name of a machine, such as what it stores. */
  readonly label?: (machine: string) => string | undefined;
};

/** In how many of these sets a machine is. */
export function setsOf(machine: string, sets: readonly MachineSet[]): number {
  return sets.filter(({ members }) => members.includes(machine)).length;
}

/** The machines that are in more than one of these sets. */
export function sharedBy(sets: readonly MachineSet[], { machines }: Sets): string[] {
  return machines.filter((machine) => setsOf(machine, sets) > 1);
}

function decides({ members }: MachineSet, { needs = 1 }: Sets): boolean {
  return new Set(members).size >= needs;
}

/** What the sets make of it: a title, and what is wrong with them, if anything is. */
export function findingOf(options: Sets): { title: string; wrong?: string } {
  const { sets, needs } = options;
  const able = sets.filter((set) => decides(set, options));
  const apart = able.flatMap((one, at) =>
    able.slice(at + 1).flatMap((other) => (meet(one, other) ? [] : [[one.name, other.name]])),
  );
  const [first, second] = apart[0] ?? [];
  if (first !== undefined) {
    const wrong = `No machine is in both ${first} and ${second}: each decides alone (split brain).`;
    return { title: "Two sets decide and share no machine: split brain", wrong };
  }
  if (able.length === 0) {
    const wrong = `No set has the ${needs} machines that it needs: nothing can be decided.`;
    return { title: "No set is large enough: nothing is decided", wrong };
  }
  const [only] = able;
  if (only !== undefined && able.length === 1) {
    return { title: sets.length === 1 ? nameOf(only, options) : `Only ${only.name} can decide` };
  }
  return { title: `Any two sets that can decide meet, in ${sharedBy(able, options).join(", ")}` };
}

function meet(one: MachineSet, other: MachineSet): boolean {
  return one.members.some((member) => other.members.includes(member));
}

/** What is written at a set: its name, its size and, if a size is needed, whether it has it. */
export function nameOf(set: MachineSet, options: Sets): string {
  const { machines, needs } = options;
  const count = `${plainText(set.name)}: ${new Set(set.members).size} of ${machines.length}`;
  if (needs === undefined) return count;
  return `${count}, ${needs} needed: ${decides(set, options) ? "decides" : "cannot decide"}`;
}

/** The picture in sentences. */
export function tell(options: Sets): string {
  const { machines, sets } = options;
  const told = sets.map((set) => `${nameOf(set, options)} (${set.members.join(", ")}).`);
  const shared = sharedBy(sets, options).join(", ") || "no machine";
  const named = machines.map((machine) => {
    const text = options.label?.(machine);
    return text === undefined ? machine : `${machine} (${text})`;
  });
  const both = sets.length > 1 ? [`In more than one set: ${shared}.`] : [];
  return [`Machines: ${named.join(", ")}.`, ...told, ...both].join(" ");
}
