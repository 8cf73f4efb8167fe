/** Everything that may go wrong, as data: it can be generated, shrunk, printed and replayed. */

import type { NodeId } from "./protocol.ts";

/** From when, and for how long; without `forMs` until the end of the run. Times are true simulated time. */
export type Span = { readonly atMs: number; readonly forMs?: number };

/** The messages meant: from any of `from` to any of `to`. Left out, a side means every node. */
export type Link = { readonly from?: readonly NodeId[]; readonly to?: readonly NodeId[] };

export type Fault =
  /** The process dies; it starts again after `forMs`. What the disk had not synced survives by `unsynced`. */
  | (Span & {
      readonly kind: "crash";
      readonly node: NodeId;
      /**
       * What becomes of writes that were not synced: by luck some are kept, in order, and the next one is torn; all are
       * lost; or the one after those that are kept is torn for certain.
       */
      readonly unsynced?: "luck" | "lost" | "torn";
    })
  /** The process dies and its disk is empty when it starts again. */
  | (Span & { readonly kind: "wipe"; readonly node: NodeId })
  /**
   * The process sleeps. Its first step in the span runs, but what that step asked for (messages, writes, timers)
   * is held until the span ends, and so is everything after it: checked, slept, then wrote.
   */
  | (Span & { readonly kind: "pause"; readonly node: NodeId })
  /** Nothing passes between the two sides; with `oneWay` nothing passes from `from` to `to`. */
  | (Span & {
      readonly kind: "cut";
      readonly from: readonly NodeId[];
      readonly to: readonly NodeId[];
      readonly oneWay?: boolean;
    })
  /** Every message takes this much longer. */
  | (Span & Link & { readonly kind: "delay"; readonly byMs: number })
  /** The connection between two nodes is reset: what is under way is lost and both are told. */
  | { readonly kind: "break"; readonly atMs: number; readonly between: readonly [NodeId, NodeId] }
  /** Connections keep what they carry until the span ends, then deliver it in order. */
  | (Span & Link & { readonly kind: "stall" })
  /** A datagram is lost, or delivered twice, or held back up to `byMs` (reorder), with this probability. */
  | (Span & Link & { readonly kind: "drop" | "duplicate"; readonly probability: number })
  | (Span &
      Link & { readonly kind: "reorder"; readonly probability: number; readonly byMs: number })
  /** The node's clock jumps by `byMs` and then runs at `rate` (1 is right) until the span ends. */
  | (Span & {
      readonly kind: "skew";
      readonly node: NodeId;
      readonly byMs?: number;
      readonly rate?: number;
    });

/** Throws, in one sentence, at the first fault that names an unknown server or makes no sense. */
export function checkFaults(faults: readonly Fault[], nodes: readonly NodeId[]): void {
  for (const fault of faults) {
    const wrong = whatIsWrong(fault, nodes);
    if (wrong !== undefined)
      throw new RangeError(`${wrong}, in the fault ${JSON.stringify(fault)}.`);
  }
}

/** What a fault of each kind must say, besides when. */
const NEEDED: Readonly<Record<Fault["kind"], readonly string[]>> = {
  crash: ["node"],
  wipe: ["node"],
  pause: ["node"],
  skew: ["node"],
  cut: ["from", "to"],
  break: ["between"],
  delay: ["byMs"],
  stall: [],
  drop: ["probability"],
  duplicate: ["probability"],
  reorder: ["probability", "byMs"],
};

/** What each number must be. */
const RANGES: readonly {
  readonly name: string;
  readonly expected: string;
  holds(value: number, kind: Fault["kind"]): boolean;
}[] = [
  { name: "atMs", expected: "0 or more", holds: (ms) => ms >= 0 },
  { name: "forMs", expected: "more than 0", holds: (ms) => ms > 0 },
  { name: "rate", expected: "more than 0", holds: (rate) => rate > 0 && rate < Infinity },
  { name: "probability", expected: "0 to 1", holds: (share) => share >= 0 && share <= 1 },
  {
    name: "byMs",
    expected: "milliseconds, below 0 only for a clock",
    holds: (ms, kind) => (ms >= 0 || kind === "skew") && Number.isFinite(ms),
  },
];

function whatIsWrong(fault: Fault, nodes: readonly NodeId[]): string | undefined {
  const said: Readonly<Record<string, unknown>> = fault;
  if (!Object.hasOwn(NEEDED, fault.kind)) {
    return `kind is "${fault.kind}"; expected one of ${Object.keys(NEEDED).join(", ")}`;
  }
  const missing = ["atMs", ...NEEDED[fault.kind]].find((name) => said[name] === undefined);
  if (missing !== undefined) return `${missing} is missing`;
  const named = [said.node, said.from, said.to, said.between].flat();
  const stranger = named.find((node) => node !== undefined && !nodes.includes(node as NodeId));
  if (stranger !== undefined) {
    return `There is no server "${stranger}" (the servers are ${nodes.join(", ")})`;
  }
  for (const { name, expected, holds } of RANGES) {
    const value = said[name];
    if (value !== undefined && !(typeof value === "number" && holds(value, fault.kind))) {
      return `${name} is ${value}; expected ${expected}`;
    }
  }
  return undefined;
}
