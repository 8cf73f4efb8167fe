/** Plans for a broadcast: phases in which others are cut off, dead or asleep, one after the other, and calm at the end. */

import fc from "fast-check";
import type { Fault, NodeId } from "quorumlab/sim";
import { membersOf, type Plan, type Submission } from "./broadcasted.ts";

/** Before this, a first leader may be found. */
const START_MS = 150;
const PHASES = 5;
const seed = fc.noShrink(fc.integer({ min: 0 }));
const servers = fc.constantFrom(3, 3, 5);
const upTo = (max: number, min = 0) => fc.integer({ min, max });

/** What is wrong for a while, and what is submitted shortly before or meanwhile, by the time from its beginning. */
type Phase = {
  readonly forMs: number;
  readonly faults: readonly Fault[];
  readonly submissions: readonly Submission[];
};

type Kind = "cut" | "crash" | "pause";

/** Some are cut off from the others, for so long that these may choose another leader. */
function cut(nodes: readonly NodeId[]): fc.Arbitrary<Omit<Phase, "submissions">> {
  const side = fc.subarray([...nodes], { minLength: 1, maxLength: nodes.length - 1 });
  const oneWay = fc.constantFrom(false, false, false, true);
  return fc.record({ from: side, oneWay, forMs: upTo(600, 150) }).map(({ forMs, ...sides }) => {
    const to = nodes.filter((each) => !sides.from.includes(each));
    return { forMs, faults: [{ kind: "cut", atMs: 0, to, ...sides }] };
  });
}

/** Some crash at once, or all; when they are back, perhaps one is cut off from the others for a while. */
function crash(nodes: readonly NodeId[]): fc.Arbitrary<Omit<Phase, "submissions">> {
  const all = { weight: 2, arbitrary: fc.constant([...nodes]) };
  const some = { weight: 1, arbitrary: fc.subarray([...nodes], { minLength: 1 }) };
  const dead: fc.Arbitrary<readonly NodeId[]> = fc.oneof(all, some);
  const unsynced = fc.constantFrom("lost" as const, "lost" as const, "luck" as const);
  const alone = fc.option(fc.constantFrom(...nodes));
  return fc
    .record({ which: dead, kept: unsynced, downMs: upTo(200, 20), alone, forMs: upTo(400, 200) })
    .map(({ which, kept, downMs, alone: one, forMs }): Omit<Phase, "submissions"> => {
      const faults = which.map((node): Fault => {
        return { kind: "crash", node, unsynced: kept, atMs: 0, forMs: downMs };
      });
      if (one === null) return { forMs: downMs, faults };
      const to = nodes.filter((node) => node !== one);
      return { forMs, faults: [...faults, { kind: "cut", atMs: 0, from: [one], to }] };
    });
}

function pause(nodes: readonly NodeId[]): fc.Arbitrary<Omit<Phase, "submissions">> {
  const asleep = fc.subarray([...nodes], { minLength: 1, maxLength: nodes.length - 1 });
  return fc.record({ asleep, forMs: upTo(300, 20) }).map((each) => {
    const faults = each.asleep.map((node): Fault => ({ kind: "pause", node, atMs: 0 }));
    return { forMs: each.forMs, faults };
  });
}

/** What can be wrong, and when values are submitted that it concerns. */
const WRONG = {
  cut: { phase: cut, atMs: upTo(300, -25) },
  crash: { phase: crash, atMs: upTo(60, -45) },
  pause: { phase: pause, atMs: upTo(200, -25) },
};

function phaseOf(nodes: readonly NodeId[], kinds: readonly Kind[]): fc.Arbitrary<Phase> {
  const node = fc.constantFrom(...nodes);
  return fc.tuple(fc.constantFrom(...kinds), node).chain(([kind, favourite]) => {
    // Half of them at one server, so that it has more than the others when it is on the wrong side.
    const at = fc.oneof(fc.constant(favourite), node);
    const { phase, atMs } = WRONG[kind];
    const submissions = fc.array(fc.record({ at, atMs }), { maxLength: 5, size: "max" });
    return fc
      .tuple(phase(nodes), submissions)
      .map(([wrong, own]) => ({ ...wrong, submissions: own }));
  });
}

/** Phase after phase, each of one of these kinds, and then calm. */
function troubled(kinds: readonly Kind[]): fc.Arbitrary<Plan> {
  return fc.record({ seed, servers }).chain((calm) => {
    const phase = phaseOf(membersOf(calm), kinds);
    return fc.array(phase, { minLength: 1, maxLength: PHASES, size: "max" }).map((phases): Plan => {
      let fromMs = START_MS;
      const [faults, submissions]: [Fault[], Submission[]] = [[], []];
      for (const { forMs, ...own } of phases) {
        for (const fault of own.faults) faults.push({ forMs, ...fault, atMs: fromMs } as Fault);
        for (const { at, atMs } of own.submissions) submissions.push({ at, atMs: fromMs + atMs });
        fromMs += forMs;
      }
      const calmMs = Math.max(fromMs, ...submissions.map(({ atMs }) => atMs));
      return { ...calm, faults, submissions, gone: [], calmMs };
    });
  });
}

/** Nobody crashes, but connections and processes stop for a while. */
export const apart: fc.Arbitrary<Plan> = troubled(["cut", "cut", "cut", "cut", "cut", "pause"]);

/** Servers crash, some at a time or all at once. */
export const crashing: fc.Arbitrary<Plan> = troubled(["crash", "crash", "cut"]);

/** Everything. */
export const chaos: fc.Arbitrary<Plan> = troubled(["cut", "crash", "pause"]);

/** Fewer than half of the servers are dead or cut off for good, and nothing else goes wrong. */
export const minorityGone: fc.Arbitrary<Plan> = fc
  .record({
    seed,
    servers,
    gone: fc.shuffledSubarray(["s1", "s2", "s3"], { minLength: 1, maxLength: 2 }),
    kind: fc.constantFrom("crash" as const, "cut" as const),
    atMs: upTo(500),
  })
  .chain(({ gone, kind, atMs, ...calm }) => {
    const all = membersOf(calm);
    const from = gone.slice(0, (all.length - 1) / 2);
    const to = all.filter((node) => !from.includes(node));
    const faults: Fault[] =
      kind === "cut" ? [{ kind, from, to, atMs }] : from.map((node) => ({ kind, node, atMs }));
    const submission = fc.record({ at: fc.constantFrom(...to), atMs: upTo(700) });
    return fc.array(submission, { minLength: 1, maxLength: 8 }).map((submissions): Plan => {
      return { ...calm, submissions, faults, gone: from, calmMs: 700 };
    });
  });
