/** Judges fencing tokens and the resource that checks them, by masters that sleep, are cut off, and have wrong clocks. */

import fc from "fast-check";
import { epochOf } from "quorumlab/ensemble";
import type { View } from "quorumlab/sim";
import { because } from "./excerpt.ts";
import { type Exercise, type Property, Violation } from "./exercise.ts";
import {
  type Asked,
  chaos,
  type Decided,
  type Fencing,
  type Plan,
  SERVERS,
  turns,
  useInTurn,
} from "./fenced.ts";

const CHATTER = ["heartbeat", "heard"];
/** How much is shown of the time before. */
const SHOWN_MS = 40;

const ms = (time: number): string => `${Math.round(time)} ms`;

function kindOf(body: unknown): string {
  return (body as { kind: string }).kind;
}

/** What a message is called in a picture. */
function calls(body: unknown): string {
  const { token, request, type } = body as Partial<Asked> & {
    readonly request?: { readonly kind: string };
    readonly type?: string;
  };
  return token === undefined
    ? (type ?? request?.kind ?? kindOf(body))
    : `${kindOf(body)} with ${token}`;
}

/** A sentence about a use, and what led to it and to an earlier one. */
function violation(says: string, view: View, uses: readonly Decided[]): Violation {
  const sinceMs = Math.min(...uses.map(({ atMs }) => atMs)) - SHOWN_MS;
  const nodes = ["c1", "db", "c2", ...SERVERS];
  const events = uses.map(({ event }) => event);
  const trace = because(view, nodes, events, {
    wanted: (event) => {
      const other = event.kind === "send" ? event.to : event.from;
      const isClients = !(SERVERS.includes(event.node) && SERVERS.includes(other));
      return isClients && event.atMs >= sinceMs && !CHATTER.includes(kindOf(event.body));
    },
    calls,
    said: uses.map(({ isAdmitted, atMs }) => {
      return { node: "db", text: isAdmitted ? "let through" : "refused", atMs };
    }),
  });
  return new Violation(says, { trace });
}

const nameOf = ({ from, asked: { kind, token } }: Decided) =>
  `${from}'s ${kind} with token ${token}`;

/** A property of the uses in the order in which the resource decides about them, with those before it. */
function judgedBy(
  plans: fc.Arbitrary<Plan>,
  onUse: (
    use: Decided,
    before: readonly Decided[],
    view: View,
    saw: (situation: string) => void,
  ) => void,
): Property<Fencing>["of"] {
  return (module, saw, second, third) =>
    fc.asyncProperty(plans, async (plan) => {
      const before: Decided[] = [];
      await useInTurn([module, second, third], plan, (use, view) => {
        onUse(use, before, view, saw);
        before.push(use);
      });
    });
}

/** Of some "/master". */
const STAT = {
  czxid: 7,
  mzxid: 7,
  pzxid: 7,
  ctime: 1000,
  mtime: 1000,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: 3,
  dataLength: 2,
  numChildren: 0,
};

export const exercise: Exercise<Fencing> = {
  name: "03-fencing",
  title: "A fence around the resource",
  exports: ["tokenOf", "admit"],
  inPlace: ["admit"],
  instances: 3,
  hints: [
    "Which fields of a Stat grow with every new node, whatever the clocks say and whoever made it?",
    "`admit` compares two numbers, and remembers one of them when it lets a use through.",
    "A new master has read, and an older one writes, and then the new one writes what it made of what it had read. What is lost, and who could have known?",
  ],

  examples(module) {
    const fence = { newest: 0 };
    const examples: [kind: "read" | "write", token: number, expected: boolean][] = [
      ["read", 5, true],
      ["write", 9, true],
      ["write", 5, false],
    ];
    for (const [kind, token, expected] of examples) {
      const got = module.admit(fence, { kind, token });
      if (got === expected) continue;
      throw new Violation(
        `The example of a ${kind} with token ${token} gives ${got}; expected ${expected}.`,
      );
    }
    const token = module.tokenOf(STAT);
    if (Number.isFinite(token)) return;
    throw new Violation(`The example of tokenOf gives ${token}; expected a number.`);
  },

  properties: [
    {
      says: "no older master is let through after a newer one",
      points: 1,
      runs: 50,
      situations: ["an older master came after a newer one"],
      of: judgedBy(chaos, (use, before, view, saw) => {
        const newer = before.find(
          ({ isAdmitted, asked: { term } }) => isAdmitted && term > use.asked.term,
        );
        if (newer === undefined) return;
        saw("an older master came after a newer one");
        if (!use.isAdmitted) return;
        const says = `At ${ms(use.atMs)} ${nameOf(use)} was let through, after ${nameOf(newer)} at ${ms(newer.atMs)}; but ${newer.from} was elected later.`;
        throw violation(says, view, [newer, use]);
      }),
    },
    {
      says: "no write that was let through is lost",
      points: 1,
      runs: 50,
      situations: ["an older master wrote between the read and the write of a newer one"],
      of: judgedBy(chaos, (use, before, view, saw) => {
        const { asked, held, isAdmitted } = use;
        const newest = Math.max(0, ...before.map(({ asked: { term } }) => term));
        const isBetween = asked.kind === "write" && asked.term < newest;
        if (
          isBetween &&
          before.at(-1)?.asked.term === newest &&
          before.at(-1)?.asked.kind === "read"
        ) {
          saw("an older master wrote between the read and the write of a newer one");
        }
        if (asked.kind !== "write" || !isAdmitted) return;
        const lost = held.find((word) => !asked.value.includes(word));
        if (lost === undefined) return;
        const writer = before.findLast(({ asked: { value } }) => value.includes(lost));
        const says = `At ${ms(use.atMs)} ${nameOf(use)} overwrote "${lost}", which it had not read.`;
        throw violation(says, view, [...(writer ? [writer] : []), use]);
      }),
    },
    {
      says: "the newest master is never refused",
      points: 1,
      runs: 30,
      situations: ["a master was elected twice", "the ensemble had a new leader"],
      of: judgedBy(turns, (use, before, view, saw) => {
        const { asked, isAdmitted, from } = use;
        const newer = before.findLast(({ asked: { term } }) => term > asked.term);
        const others = before.filter((each) => each.asked.term !== asked.term);
        if (others.at(-1)?.from !== from && others.some((each) => each.from === from)) {
          saw("a master was elected twice");
        }
        if (others.some(({ asked: { term } }) => epochOf(term) !== epochOf(asked.term))) {
          saw("the ensemble had a new leader");
        }
        if (isAdmitted || newer !== undefined) return;
        const last = others.findLast((each) => each.isAdmitted);
        const after = last === undefined ? "" : `; before it, ${nameOf(last)} was let through`;
        const says = `At ${ms(use.atMs)} ${nameOf(use)} was refused, but nobody was elected after ${from}${after}.`;
        throw violation(says, view, [...(last ? [last] : []), use]);
      }),
    },
  ],
};
