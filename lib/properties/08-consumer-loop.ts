/** Judges a consumer loop by the whole system: what the sink was given, what took effect, and what the group committed. */

import fc from "fast-check";
import type { Run, Trace, TraceEvent } from "quorumlab/sim";
import {
  consume,
  type Fate,
  type Loop,
  type Outcome,
  type Plan,
  SITUATIONS,
  WORKERS,
} from "./consumed.ts";
import { calm, LIVES, outages, silences, trouble } from "./consumed-plans.ts";
import { excerpt, type Passing } from "./excerpt.ts";
import { type Exercise, type Property, Violation } from "./exercise.ts";

/** A property of every record, when all is over. */
function property(
  what: Omit<Property<Loop>, "of"> & { readonly plan: fc.Arbitrary<Plan> },
  wrong: (fate: Fate, outcome: Outcome) => string | undefined,
): Property<Loop> {
  const { plan, ...rest } = what;
  return {
    ...rest,
    of: (module, saw, ...others) =>
      fc.asyncProperty(plan, async (plan) => {
        const outcome = await consume([module, ...others], plan, saw);
        for (const fate of outcome.fates) {
          const says = wrong(fate, outcome);
          if (says === undefined) continue;
          const trace = storyOf(outcome.run, fate);
          throw new Violation(`${fate.name} ${says}.`, { trace });
        }
      }),
  };
}

function skipped({ effects, isCommitted, mistakenFor }: Fate): string | undefined {
  if (effects > 0 || !isCommitted) return undefined;
  const why = mistakenFor === undefined ? "" : `: the sink has seen its id, for ${mistakenFor}`;
  return `took no effect, and the group goes on behind it${why}`;
}

function doubled({ effects }: Fate): string | undefined {
  return effects > 1 ? `took effect ${effects} times, each time under another id` : undefined;
}

function undone(fate: Fate, { doing }: Outcome): string | undefined {
  const { given, effects, isCommitted, mistakenFor } = fate;
  if (effects === 1 && isCommitted) return undefined;
  if (mistakenFor !== undefined) return `was given under an id that ${mistakenFor} has`;
  if (effects === 0 && isCommitted) return skipped(fate);
  if (effects > 1) return `took effect ${effects} times`;
  const acts = [...doing].map(([id, what]) => `${id} ${what}`).join(", and ");
  const lacks =
    effects === 1
      ? "is done, but the group has not committed it"
      : `was given to the sink ${given} times`;
  return `${lacks}; at the end ${acts}`;
}

export const exercise: Exercise<Loop> = {
  name: "08-consumer-loop",
  title: "A consumer loop that loses nothing",
  exports: ["work"],
  async: ["work"],
  live: true,
  instances: LIVES,
  hints: [
    "The loop has three steps: poll, give each record to the sink, commit. In which order do they lose nothing, when the worker dies between any two?",
    "The id must be the same for whoever reads the record, today and after a crash, and no other record of the topic may have it. What does a record have that is so?",
    "When `apply` throws nobody knows whether it has happened. `commit` without offsets stores the positions of all that `poll` has returned, also of a record that you have given up.",
    "A commit is refused when the group has gone on without you. To try it again is in vain; to poll again joins the group anew.",
  ],

  async examples(module) {
    const plan = { seed: 7, faults: [], records: 3, partitions: 1 };
    const { fates } = await consume([module, module], plan, () => {});
    const took = fates.filter(({ effects }) => effects > 0).length;
    if (took === 3) return;
    throw new Violation(`The example of 3 records: effects of ${took} are seen; expected 3.`);
  },

  properties: [
    property(
      {
        says: "when nothing goes wrong, every record takes effect once, and is committed",
        points: 1,
        runs: 10,
        plan: calm,
      },
      (fate, outcome) =>
        undone(fate, outcome) ??
        (fate.given > 1 ? `was given to the sink ${fate.given} times` : undefined),
    ),
    property(
      {
        says: "no record is skipped, whoever crashes or sleeps",
        points: 1,
        runs: 30,
        situations: [SITUATIONS.again, SITUATIONS.refused],
        plan: outages,
      },
      skipped,
    ),
    property(
      {
        says: "no record takes effect twice, whoever crashes or sleeps",
        points: 1,
        runs: 30,
        situations: [SITUATIONS.again],
        plan: outages,
      },
      doubled,
    ),
    property(
      {
        says: "when the sink does not answer, no record is skipped, and none takes effect twice",
        points: 1,
        runs: 30,
        situations: [SITUATIONS.again, SITUATIONS.unanswered],
        plan: silences,
      },
      (fate) => skipped(fate) ?? doubled(fate),
    ),
    property(
      {
        says: "who has slept comes back, and alone does all that is left",
        points: 1,
        runs: 30,
        situations: [SITUATIONS.refused, SITUATIONS.unanswered],
        plan: trouble,
      },
      undone,
    ),
  ],
};

type Place = Pick<Fate, "partition" | "offset">;
/** What passes between a worker and the sink or the coordinator, as far as a picture names it. */
type Said = {
  readonly kind: string;
  readonly call: number;
  readonly code?: string;
  readonly record?: Place;
  readonly offsets?: readonly Place[];
  /** In what a program asks its own host to send. */
  readonly request?: { readonly record?: Place };
};

/** What happened to a record, for a picture: where it was given to the sink, and the commit that put it behind. */
function storyOf({ trace }: Run, { partition, offset }: Place): Trace {
  const isIt = (record?: Place) => record?.partition === partition && record.offset === offset;
  let isBehind = false;
  const asked = new Map<string, readonly [question: string, answer: string]>();
  const callsOf = (event: Passing): string | undefined => {
    const { call, code, record, offsets } = event.body as Said;
    const peer = event.kind === "send" ? event.to : event.from;
    if (peer === event.node) return undefined;
    const key = `${[event.node, peer].sort().join(" ")} ${call}`;
    // Another life counts its calls from the beginning.
    if (event.kind === "send" && WORKERS.includes(event.node)) asked.delete(key);
    const next = offsets?.find((each) => each.partition === partition)?.offset ?? 0;
    if (isIt(record)) asked.set(key, ["apply", "applied"]);
    else if (next > offset && !isBehind) asked.set(key, [`commit ${next}`, "committed"]);
    const [question, answer] = asked.get(key) ?? [];
    if (record !== undefined || offsets !== undefined) return question;
    isBehind ||= answer === "committed" && code === undefined;
    return answer === undefined ? undefined : (code ?? answer);
  };
  const begins = trace.events.find(
    (event) => event.kind === "send" && isIt((event.body as Said).request?.record),
  );
  const chosen = new Set<number>();
  const all = trace.events.flatMap((event): TraceEvent[] => {
    if (event.kind === "lose") return chosen.has(event.message) ? [event] : [];
    if (event.kind !== "send" && event.kind !== "deliver") return [event];
    const { node, index, atMs, cause } = event;
    if (event === begins) return [{ kind: "note", node, text: "begins", index, atMs, cause }];
    const called = callsOf(event);
    if (called === undefined) return [];
    chosen.add(event.message);
    return [{ ...event, body: { kind: called } }];
  });
  const times = all.filter((event) => "message" in event || event.kind === "note");
  const [fromMs, untilMs] = [(times[0]?.atMs ?? 0) - 20, (times.at(-1)?.atMs ?? trace.endMs) + 40];
  const events = all.filter(({ atMs }) => atMs <= untilMs);
  const view = { atMs: untilMs, trace: events, state: () => undefined };
  return excerpt(view, ["w1", "sink", "b1", "w2"], { lastMs: untilMs - fromMs, without: [] });
}
