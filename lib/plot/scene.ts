/** Chooses what of a trace a lanes picture shows: which servers, which time, which messages, and what it leaves out. */

import type { NodeId, Trace, TraceEvent } from "../sim/index.ts";
import { causesOf } from "../sim/trace.ts";
import { type Journey, journeysOf, type Lives, livesOf, type Weather, weatherOf } from "./story.ts";
import { countText, numberText } from "./words.ts";

/** What to show of a trace. */
export type Selection = {
  /** Only this stretch of simulated time. */
  readonly window?: { readonly fromMs: number; readonly toMs: number };
  /** Only the messages, notes and timers that led to the event of this index, and that event. */
  readonly causesOf?: number;
  /** Only these servers, from top to bottom in this order. */
  readonly nodes?: readonly NodeId[];
  /** Only the messages for which this holds. */
  readonly only?: (body: unknown) => boolean;
  /** Timers that went off, too. */
  readonly timers?: boolean;
};

/** Something that happened at one server at one moment, in words. */
export type Remark = { readonly node: NodeId; readonly atMs: number; readonly text: string };

export type Scene = Lives & {
  readonly nodes: readonly NodeId[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly journeys: readonly Journey[];
  readonly remarks: readonly Remark[];
  readonly weather: readonly Weather[];
  /** The chain of causes that was asked for, else empty. */
  readonly chain: readonly TraceEvent[];
  /** What the picture leaves out, in sentences. */
  readonly left: readonly string[];
};

/** More messages than this in one picture cannot be told apart. */
const MOST_MESSAGES = 80;
const MOST_NODES = 16;

/** Selects what to show. Throws one sentence when the selection makes no sense for this trace. */
export function sceneOf(trace: Trace, selection: Selection): Scene {
  const chain = chainOf(trace, selection.causesOf);
  const nodes = nodesOf(trace, selection, chain);
  const wide = windowOf(trace, selection, chain);
  const inChain = new Set(chain.map((event) => event.index));
  const shown = new Set(nodes);
  const journeys = journeysOf(trace).filter(
    (each) =>
      each.sentMs < wide.toMs &&
      (each.endMs ?? wide.toMs) >= wide.fromMs &&
      shown.has(each.from) &&
      shown.has(each.to) &&
      (selection.only?.(each.body) ?? true) &&
      (chain.length === 0 || leadsTo(each, inChain, selection.causesOf)),
  );
  const first = journeys.slice(0, MOST_MESSAGES);
  const next = journeys[MOST_MESSAGES];
  const toMs = next === undefined ? wide.toMs : Math.max(next.sentMs, wide.fromMs + 0.001);
  const left = leftOut(trace, selection, nodes.length);
  if (next !== undefined) {
    const time = `up to ${numberText(toMs)} ms of ${numberText(wide.toMs)} ms`;
    const counts = `the first ${first.length} of ${countText(journeys.length, "message")}`;
    left.push(`Shown are ${counts}, ${time}. A window or a choice of messages shows others.`);
  }
  const during = (span: { fromMs: number; toMs: number }) =>
    span.toMs >= wide.fromMs && span.fromMs <= toMs;
  const here = (each: { readonly node: NodeId; readonly atMs: number }) =>
    shown.has(each.node) && each.atMs >= wide.fromMs && each.atMs <= toMs;
  const lives = livesOf(trace);
  return {
    nodes,
    fromMs: wide.fromMs,
    toMs,
    journeys: first,
    remarks: remarksOf(chain.length === 0 ? trace.events : chain, selection).filter(here),
    bands: lives.bands.filter((band) => shown.has(band.node) && during(band)),
    pauses: lives.pauses.filter((pause) => shown.has(pause.node) && during(pause)),
    falls: lives.falls.filter(here),
    weather: weatherOf(trace).filter(during),
    chain,
    left,
  };
}

function chainOf(trace: Trace, index: number | undefined): TraceEvent[] {
  if (index === undefined) return [];
  if (trace.events[index] === undefined) {
    const count = trace.events.length;
    throw new Error(`lanes: causesOf is ${index}, but the trace has events 0 to ${count - 1}.`);
  }
  return causesOf(trace, index);
}

function nodesOf(
  trace: Trace,
  selection: Selection,
  chain: readonly TraceEvent[],
): readonly NodeId[] {
  const unknown = selection.nodes?.find((node) => !trace.nodes.includes(node));
  if (unknown !== undefined) {
    throw new Error(
      `lanes: the trace has no server "${unknown}"; it has ${trace.nodes.join(", ")}.`,
    );
  }
  if (selection.nodes !== undefined) return selection.nodes;
  const inChain = new Set(chain.flatMap((event) => ("node" in event ? [event.node] : [])));
  const nodes = trace.nodes.filter((node) => inChain.size === 0 || inChain.has(node));
  return nodes.slice(0, MOST_NODES);
}

function windowOf(trace: Trace, { window }: Selection, chain: readonly TraceEvent[]) {
  if (window !== undefined) {
    if (window.fromMs < window.toMs) return window;
    const given = `from ${window.fromMs} ms to ${window.toMs} ms`;
    throw new Error(`lanes: a window must begin before it ends, but this one goes ${given}.`);
  }
  const [first, last] = [chain[0], chain.at(-1)];
  if (first === undefined || last === undefined) return { fromMs: 0, toMs: trace.endMs || 1 };
  const aside = (last.atMs - first.atMs || 1) / 12;
  return { fromMs: Math.max(0, first.atMs - aside), toMs: last.atMs + aside };
}

/** A message belongs to a chain of causes with its arrival, or with its sending when that is the event asked for. */
function leadsTo(journey: Journey, chain: ReadonlySet<number>, asked: number | undefined): boolean {
  if (journey.ended !== undefined && chain.has(journey.ended)) return true;
  return journey.sent !== undefined && journey.sent === asked;
}

function remarksOf(events: readonly TraceEvent[], { timers = false }: Selection): Remark[] {
  return events.flatMap((event) => {
    const { kind, atMs } = event;
    if (kind === "note") return [{ node: event.node, atMs, text: event.text }];
    if (kind === "timer" && timers)
      return [{ node: event.node, atMs, text: `timer ${event.name}` }];
    return [];
  });
}

function leftOut(trace: Trace, selection: Selection, nodes: number): string[] {
  const left: string[] = [];
  if (selection.causesOf !== undefined)
    left.push(`Only what led to event ${selection.causesOf} (the ring) is shown.`);
  else if (selection.nodes === undefined && nodes < trace.nodes.length) {
    left.push(`Shown are ${nodes} of ${trace.nodes.length} servers.`);
  }
  return left;
}
