/** Judges a learner's property: it must accept what the ensemble does, and notice bugs that are planted in it. */

import fc from "fast-check";
import type { Fault } from "quorumlab/sim";
import { type Exercise, type Property, Violation } from "./exercise.ts";
import { BUSY_MS, type Facts, factsOf, MEMBERS } from "./facts.ts";
import { type Kind, lost, outlived, parted } from "./planted.ts";

type Module = typeof import("../../exercises/11-property.ts");

/** What goes wrong in a run: a client dies in any case, so that a session expires. */
type Trial = {
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly bug: number;
  readonly bugAtMs: number;
  /** Of which run it is asked, one time after the other: whoever counts must not know what comes. */
  readonly order: readonly Run[];
};
type Run = "sound" | "spoiled";

const CLIENT_DIES: Fault = { kind: "crash", node: "c2", atMs: 150 };
/** A bug needs luck to show; so many seeds are tried for it. */
const TRIES = 60;

const atMs = fc.integer({ min: 150, max: BUSY_MS - 150 });
const forMs = fc.integer({ min: 40, max: 250 });

/** What one server suffers, the others being well: for a while, or until the end. */
const trouble: fc.Arbitrary<Fault[]> = fc
  .record({
    node: fc.constantFrom(...MEMBERS),
    dies: fc.boolean(),
    lasts: fc.constantFrom(true, true, true, false),
    atMs,
    forMs,
  })
  .map(({ node, dies, lasts, ...span }) => {
    const when = lasts ? { atMs: span.atMs } : span;
    if (dies) return [{ kind: "crash", node, ...when }];
    return [{ kind: "cut", from: [node], to: MEMBERS.filter((each) => each !== node), ...when }];
  });

/** A client that hears no answers for a while. */
const deaf: fc.Arbitrary<Fault> = fc
  .record({ atMs, forMs })
  .map((when) => ({ kind: "cut", from: MEMBERS, to: ["c1"], ...when }));

const trial: fc.Arbitrary<Trial> = fc.record({
  seed: fc.noShrink(fc.nat()),
  faults: fc
    .tuple(fc.oneof({ weight: 7, arbitrary: trouble }, fc.constant([])), fc.option(deaf))
    .map(([faults, more]) => (more === null ? faults : [...faults, more])),
  bug: fc.nat(11),
  bugAtMs: fc.integer({ min: 250, max: 450 }),
  order: fc.shuffledSubarray<Run>(["sound", "spoiled", "sound", "spoiled"], { minLength: 3 }),
});

/** Facts of a run with a bug that has left its marks, and which. */
async function spoiled(
  { seed, bug, bugAtMs }: Trial,
  { bugs, seen }: Kind,
): Promise<[Facts, string]> {
  const planted = bugs[bug % bugs.length];
  if (planted === undefined) throw new Error("There are no bugs of this kind.");
  for (let i = 0; i < TRIES; i++) {
    const faults = [CLIENT_DIES, ...planted.faults(bugAtMs + 7 * i)];
    try {
      const { facts } = await factsOf((seed + i) % 2 ** 31, faults, planted);
      const mark = seen(facts);
      if (mark !== undefined) return [facts, mark];
    } catch (error) {
      // Most bugs are noticed from inside before they are seen from outside.
      if (!(error instanceof Error && error.message.startsWith("Invariant broken"))) throw error;
    }
  }
  throw new Error(`Bug ${bug % bugs.length} did not show in ${TRIES} runs.`);
}

/** What a property of the learner's says, as a sentence or null. */
function asked({ whatIsWrong }: Module, facts: Facts): string | null {
  const says: unknown = whatIsWrong(facts);
  if (says === null || typeof says === "string") return says;
  throw new Violation(
    `whatIsWrong returned ${JSON.stringify(says)}; expected a sentence, or null.`,
  );
}

function mustBeCalm(module: Module, facts: Facts): void {
  const alarm = asked(module, facts);
  if (alarm === null) return;
  throw new Violation(`It says "${alarm}" of a run of the ensemble as it is; expected null.`);
}

function mustAlarm(module: Module, facts: Facts, mark: string): void {
  if (asked(module, facts) !== null) return;
  throw new Violation(`It says null of a run with a bug, after which ${mark}.`);
}

function notice({ creates, servers }: Facts, saw: (situation: string) => void): void {
  const lengths = servers.map(({ applied }) => applied.length);
  if (new Set(lengths).size > 1) saw("a server was behind");
  if (servers.length < MEMBERS.length) saw("a server was down");
  const all = servers.flatMap(({ applied }) => applied);
  const there = (path: string) => all.some((each) => each.kind === "create" && each.path === path);
  for (const { path, answer } of creates) {
    if (answer === "unknown") saw(`an unknown create was ${there(path) ? "" : "not "}done`);
  }
}

function property(says: string, kind: Kind): Property<Module> {
  return {
    says,
    points: 1,
    runs: 36,
    situations: [
      "a server was behind",
      "a server was down",
      "an unknown create was done",
      "an unknown create was not done",
    ],
    of: (module, saw) =>
      fc.asyncProperty(trial, async (each) => {
        const { facts } = await factsOf(each.seed, [CLIENT_DIES, ...each.faults]);
        notice(facts, saw);
        let wrong: [Facts, string] | undefined;
        for (const run of each.order) {
          if (run === "sound") {
            mustBeCalm(module, facts);
          } else {
            wrong ??= await spoiled(each, kind);
            mustAlarm(module, ...wrong);
          }
        }
      }),
  };
}

export const exercise: Exercise<Module> = {
  name: "11-property",
  title: "A property of your own",
  exports: ["whatIsWrong"],
  hints: [
    "Servers that are behind have applied the beginning of what the others have. Which of them stands for all?",
    "What was never answered may have been done or not; both are right. What was answered must be in the longest history, but its node may be gone.",
    "What a server shows follows from what it has applied: go through that from the beginning, and keep the nodes and whose they are.",
  ],

  examples(module) {
    const quiet = asked(module, { creates: [], servers: [] });
    if (quiet !== null)
      throw new Violation(`The example without servers gives "${quiet}"; expected null.`);
    const creates = [{ path: "/a", answer: "created" as const }];
    const servers = ["s1", "s2"].map((id) => ({ id, applied: [], nodes: [] }));
    if (asked(module, { creates, servers }) !== null) return;
    throw new Violation("The example in which /a is lost gives null; expected a sentence.");
  },

  properties: [
    property("it tells an ensemble that loses what it acknowledged from ours", lost),
    property("it tells an ensemble whose servers part from ours", parted),
    property("it tells an ensemble whose nodes outlive their sessions from ours", outlived),
  ],
};
