/** Everything that may go wrong, as data: it can be generated, shrunk, printed and replayed. */

import { checkInput } from "./input.ts";
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

/** Whatever a fault may say of servers, and in numbers. */
type Said = Partial<Record<"node" | "from" | "to" | "between", NodeId | readonly NodeId[]>> &
  Partial<Record<"forMs" | "byMs" | "rate" | "probability", number>> & { readonly atMs: number };

/** What a fault of each kind says, besides when. */
const NEEDED: Readonly<Record<Fault["kind"], readonly (keyof Said)[]>> = {
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

/** Refuses a fault that lacks something, names an unknown server or has a number that makes no sense. @throws RangeError */
export function checkFaults(faults: readonly Fault[], nodes: readonly NodeId[]): void {
  for (const fault of faults) {
    const said: Said = fault;
    const kinds = Object.keys(NEEDED);
    checkInput(kinds.includes(fault.kind), "kind of a fault", fault.kind, kinds.join(", "));
    const check = (name: keyof Said, isRight: boolean, expected: string) =>
      checkInput(isRight, `${name} of ${JSON.stringify(fault)}`, said[name], expected);
    for (const name of NEEDED[fault.kind]) check(name, said[name] !== undefined, "a value");
    for (const name of ["node", "from", "to", "between"] as const) {
      const isKnown = [said[name] ?? []].flat().every((node) => nodes.includes(node));
      check(name, isKnown, `servers out of ${nodes.join(", ")}`);
    }
    const { atMs, forMs = 1, byMs = 0, rate = 1, probability = 0 } = said;
    for (const [name, value] of Object.entries({ atMs, forMs, byMs, rate, probability })) {
      check(name as keyof Said, typeof value === "number", "a number");
    }
    check("atMs", atMs >= 0, "0 or more");
    check("forMs", forMs > 0, "more than 0");
    check("rate", rate > 0 && rate < Infinity, "more than 0");
    check("probability", probability >= 0 && probability <= 1, "0 to 1");
    const isTime = Number.isFinite(byMs) && (byMs >= 0 || fault.kind === "skew");
    check("byMs", isTime, "milliseconds, below 0 only for a clock");
  }
}
