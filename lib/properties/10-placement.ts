/**
 * Judges exercise 10-placement by counting what every broker keeps and leads. Every property asks
 * for what those before it ask, and one thing more, so that none is won by giving up another.
 */

import fc from "fast-check";
import { type Exercise, type Property, Violation } from "./exercise.ts";

type Module = typeof import("../../exercises/10-placement.ts");

type Given = {
  readonly partitions: number;
  readonly replicas: number;
  readonly brokers: readonly string[];
};

const cases: fc.Arbitrary<Given> = fc
  .record({
    partitions: fc.nat(24),
    replicas: fc.integer({ min: 1, max: 8 }),
    brokers: fc.integer({ min: 1, max: 8 }),
  })
  .map(({ partitions, replicas, brokers }) => ({
    partitions,
    replicas: Math.min(replicas, brokers),
    brokers: Array.from({ length: brokers }, (_, number) => `b${number + 1}`),
  }));

function call({ partitions, replicas, brokers }: Given): string {
  return `place(${partitions}, ${replicas}, [${brokers.map((name) => `"${name}"`).join(", ")}])`;
}

function say(placement: readonly (readonly string[])[]): string {
  return placement.map((names, partition) => `${partition}: ${names.join(" ")}`).join(" · ");
}

/**
 * What the learner's function returns; a violation when it does not give each partition all its
 * replicas, on different brokers.
 */
function ask(module: Module, given: Given): string[][] {
  const placement: unknown = module.place(given.partitions, given.replicas, [...given.brokers]);
  const isPlacement =
    Array.isArray(placement) &&
    [...placement].every(
      (names) => Array.isArray(names) && names.every((name) => given.brokers.includes(name)),
    );
  if (!isPlacement) {
    throw new Violation(
      `${call(given)} returned ${JSON.stringify(placement)}, which is not a list of lists of the brokers' names.`,
    );
  }
  if (placement.length !== given.partitions) {
    throw new Violation(
      `${call(given)} returned ${placement.length} lists; ${given.partitions} partitions need one each.`,
    );
  }
  for (const [partition, names] of placement.entries()) {
    const different = new Set(names).size;
    if (different === given.replicas && names.length === different) continue;
    throw new Violation(
      `${call(given)} put partition ${partition} on [${names.join(", ")}]. Replicas wanted: ${given.replicas}, each on a broker of its own; different brokers here: ${different}.`,
    );
  }
  return placement;
}

/** A violation when one broker keeps, or leads, two more than another. */
function expectEven(given: Given, placement: string[][], what: "keeps" | "leads"): void {
  const names = what === "keeps" ? placement.flat() : placement.flatMap((all) => all.slice(0, 1));
  const counts = given.brokers.map((broker) => names.filter((name) => name === broker).length);
  const [most, least] = [Math.max(...counts), Math.min(...counts)];
  if (most - least <= 1) return;
  const [busy, idle] = [counts.indexOf(most), counts.indexOf(least)].map((at) => given.brokers[at]);
  throw new Violation(
    `${call(given)} returned ${say(placement)}. Here ${busy} ${what} ${most} and ${idle} ${what} ${least}. Spread evenly, ${names.length} on ${given.brokers.length} brokers never differ by more than one.`,
  );
}

const apart: Property<Module> = {
  says: "every partition has all its replicas, on different brokers",
  points: 1,
  runs: 300,
  situations: ["a replica on every broker", "fewer replicas than brokers"],
  of: (module, saw) =>
    fc.property(cases, (given) => {
      const everywhere = given.replicas === given.brokers.length;
      saw(everywhere ? "a replica on every broker" : "fewer replicas than brokers");
      ask(module, given);
    }),
};

const keepsEvenly: Property<Module> = {
  says: "no broker keeps two replicas more than another",
  points: 2,
  runs: 300,
  situations: ["replicas that cannot be spread evenly"],
  of: (module, saw) =>
    fc.property(cases, (given) => {
      const placement = ask(module, given);
      if ((given.partitions * given.replicas) % given.brokers.length !== 0) {
        saw("replicas that cannot be spread evenly");
      }
      expectEven(given, placement, "keeps");
    }),
};

const leadsEvenly: Property<Module> = {
  says: "no broker leads two partitions more than another, nor keeps two replicas more",
  points: 1,
  runs: 300,
  situations: ["replicas and brokers with a common divisor"],
  of: (module, saw) =>
    fc.property(cases, (given) => {
      const placement = ask(module, given);
      const { length } = given.brokers;
      if (given.replicas > 1 && given.replicas < length && length % given.replicas === 0) {
        saw("replicas and brokers with a common divisor");
      }
      expectEven(given, placement, "keeps");
      expectEven(given, placement, "leads");
    }),
};

const growsInPlace: Property<Module> = {
  says: "when a topic grows, its partitions stay where they are, and all is even before and after",
  points: 1,
  runs: 200,
  of: (module) =>
    fc.property(cases, fc.integer({ min: 1, max: 6 }), (given, more) => {
      const before = ask(module, given);
      const grown = { ...given, partitions: given.partitions + more };
      const after = ask(module, grown);
      for (const what of ["keeps", "leads"] as const) {
        expectEven(given, before, what);
        expectEven(grown, after, what);
      }
      for (const [partition, names] of before.entries()) {
        const now = after[partition] ?? [];
        if (names.join() === now.join()) continue;
        throw new Violation(
          `${call(given)} put partition ${partition} on [${names.join(", ")}]; grown by ${more}, ${call(grown)} puts it on [${now.join(", ")}]. It must stay: moving it would copy all its data.`,
        );
      }
    }),
};

/** The exercise, for the grader. */
export const exercise: Exercise<Module> = {
  name: "10-placement",
  title: "Where the replicas go",
  exports: ["place"],
  hints: [
    "Place one partition after the other, and remember what every broker keeps and leads so far. What is fair next?",
    "The brokers that keep least take the next partition: as many of them as there are replicas. That settles everything but who leads.",
    "Of the chosen brokers the one that has led least so far comes first. Break ties by the order of the brokers, nothing else; [...brokers].sort((a, b) => kept of a − kept of b) does, because sorting is stable.",
  ],
  examples(module) {
    const one = module.place(1, 1, ["a"]);
    if (JSON.stringify(one) !== '[["a"]]') {
      throw new Violation(`place(1, 1, ["a"]) must return [["a"]], not ${JSON.stringify(one)}.`);
    }
    const given = { partitions: 8, replicas: 2, brokers: ["a", "b", "c"] };
    const kept = ask(module, given).flat();
    for (const broker of given.brokers) {
      const count = kept.filter((name) => name === broker).length;
      if (count === 5 || count === 6) continue;
      throw new Violation(
        `${call(given)} puts ${count} replicas on ${broker}; 16 on 3 brokers are 5 or 6 each.`,
      );
    }
  },
  properties: [apart, keepsEvenly, leadsEvenly, growsInPlace],
};
