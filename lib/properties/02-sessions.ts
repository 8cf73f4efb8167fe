/** Judges exercise 02-sessions by letting a leader work with the learner's table, for as long as random clients come and go. */

import fc from "fast-check";
import type { Table } from "../../exercises/02-sessions.ts";
import { expectExample } from "./example.ts";
import type { Exercise, Property } from "./exercise.ts";
import { play, type Step } from "./office.ts";

type Module = typeof import("../../exercises/02-sessions.ts");

/** Often from tick to tick, and often not. */
const afterMs = fc.constantFrom(0, 0, 30, 70, 100, 170, 200, 300, 450);
const which = fc.nat(3);
const open: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("open" as const),
  afterMs,
  askedMs: fc.constantFrom(400, 300, 230, 150, 500, 2500),
});
const talk: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("heartbeat" as const, "create" as const),
  afterMs,
  which,
});
const leave = fc.record({ kind: fc.constant("close" as const), afterMs, which });
/** Long enough that a session may be overdue afterwards. */
const pause = fc.record({
  kind: fc.constant("pause" as const),
  afterMs: fc.constantFrom(100, 300, 450, 600),
});
const elect = fc.record({
  kind: fc.constant("elect" as const),
  afterMs,
  clockMs: fc.constantFrom(0, 20, 5000, 90_030),
});

/** A first session, more steps, and time for what ought to expire. */
function plans(...rare: fc.Arbitrary<Step>[]): fc.Arbitrary<Step[]> {
  const more = fc.oneof(
    { weight: 3, arbitrary: open },
    { weight: 8, arbitrary: talk },
    ...rare.map((arbitrary) => ({ weight: 3, arbitrary })),
  );
  return fc
    .tuple(open, fc.array(more, { maxLength: 25, size: "max" }))
    .map(([first, steps]) => [first, ...steps, { kind: "heartbeat", afterMs: 3000, which: 0 }]);
}

function property(
  says: string,
  byTime: boolean,
  steps: fc.Arbitrary<Step[]>,
  situations: readonly string[],
): Property<Module> {
  return {
    says,
    points: 1,
    runs: 300,
    situations,
    of: (module, saw) => fc.property(steps, (plan) => play(module, plan, byTime, saw)),
  };
}

/** The exercise, for the grader. */
export const exercise: Exercise<Module> = {
  name: "02-sessions",
  title: "Sessions, and what dies with them",
  exports: ["open", "touch", "expired", "close", "takeOver"],
  inPlace: ["open", "touch", "expired", "close", "takeOver"],
  hints: [
    "Three of the five functions move a deadline. Write that once: Math.floor(ms / tickMs) is the number of the tick before or at a time.",
    "A leader that was paused looks late. Which deadlines must it find then?",
    "After `close` nothing may be left by which `touch` would know the session, for a node made then would live for ever.",
  ],

  examples(module) {
    const table = (): Table => ({ tickMs: 100, sessions: [], ephemerals: [] });
    const one = table();
    expectExample("open, asked 400 at 130,", module.open(one, 1, 400, 130), 400);
    expectExample("after that the deadline", one.sessions[0]?.deadlineMs, 600);
    expectExample("open, asked 50 at 0,", module.open(table(), 1, 50, 0), 200);
    expectExample("touch of an open session", module.touch(structuredClone(one), 1, 140), true);
    expectExample("expired at 500", module.expired(one, 500), []);
    expectExample("expired at 600", module.expired(one, 600), [1]);
    const nodes = [1, 2].map((owner) => ({ path: owner === 1 ? "/a" : "/b", owner }));
    const two = { ...one, ephemerals: nodes };
    expectExample("close of session 1", module.close(two, 1), ["/a"]);
    expectExample("close of session 1, by the ephemeral nodes that it leaves,", two.ephemerals, [
      { path: "/b", owner: 2 },
    ]);
  },

  properties: [
    property("an ephemeral node lives exactly as long as its session", false, plans(leave, pause), [
      "a session expired",
      "a session ended that had nodes",
      "a session was heard after its end",
    ]),
    property(
      "a session is over at the first tick after its whole timeout in silence, and not before",
      true,
      plans(leave, pause),
      [
        "a session expired",
        "an overdue session was heard",
        "a timeout out of bounds was asked for",
      ],
    ),
    property(
      "a new leader forgets no session, and gives each its whole timeout again",
      true,
      plans(elect),
      ["a session expired", "another machine took over open sessions"],
    ),
  ],
};
