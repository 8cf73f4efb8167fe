/** Chooses what of a trace a lanes picture shows: which servers, which time, which messages, and what it leaves out. */

import type { NodeId, Trace, TraceEvent } from "../sim/index.ts";
import { type Journey, journeysOf, type Lives, livesOf, type Weather, weatherOf } from "./story.ts";
import { countText, kindOf, numberText } from "./words.ts";

/** What to show of a trace. */
export type Selection = {
  /** Only this stretch of simulated time. */
  readonly window?: { readonly fromMs: number; readonly toMs: number };
  /** Only what led to one event: what `causesOf` says of it. */
  readonly causes?: readonly TraceEvent[];
  /** Only these servers, from top to bottom in this order. */
  readonly nodes?: readonly NodeId[];
  /** Only the messages of these kinds, or those for which this holds. */
  readonly only?: readonly string[] | ((body: unknown) => boolean);
  /** Timers that went off, too. */
  readonly timers?: boolean;
};

/** Something that happened at one server at one moment, in words. */
export type Remark = {
  readonly node: NodeId;
  readonly atMs: number;
  readonly text: string;
  readonly bold?: boolean;
};

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

/** More than this in one picture cannot be told apart. */
const MOST_MESSAGES = 80;
const MOST_CAUSES = 20;
const MOST_REMARKS = 60;
const MOST_BANDS = 200;
const MOST_FAULTS = 60;
const MOST_NODES = 16;
/** A beginning without a message is left out when it takes more than this share of the time. */
const QUIET = 0.3;

/** Selects what to show. Throws one sentence when the selection makes no sense for this trace. */
export function sceneOf(trace: Trace, selection: Selection): Scene {
  const chain = chainOf(selection.causes);
  const nodes = nodesOf(trace, selection, chain);
  const window = windowOf(trace, selection, chain);
  const all = during(
    {
      ...livesOf(trace),
      journeys: journeysOf(trace).filter((each) => isWanted(selection, each, chain)),
      remarks: remarksOf(chain.length === 0 ? trace.events : chain, selection),
      weather: weatherOf(trace),
    },
    nodes,
    window,
  );
  const toMs = readableUntil(all, window);
  const scene = during(all, nodes, { ...window, toMs });
  const left = leftOut(trace, selection, nodes.length, chain);
  if (window.fromMs > 0 && selection.window === undefined && chain.length === 0) {
    left.push(`Shown is the time from ${numberText(window.fromMs)} ms on.`);
  }
  if (toMs < window.toMs) {
    const time = `Shown is the time up to ${numberText(toMs)} ms of ${numberText(window.toMs)} ms`;
    const counts = `${scene.journeys.length} of ${countText(all.journeys.length, "message")}`;
    left.push(
      all.journeys.length === 0
        ? `${time}. A window shows others.`
        : `${time}, with ${counts}. A window or a choice of messages shows others.`,
    );
  }
  return { ...scene, nodes, fromMs: window.fromMs, toMs, chain, left };
}

type Window = { readonly fromMs: number; readonly toMs: number };
type Contents = Lives & Pick<Scene, "journeys" | "remarks" | "weather">;

/** What of it happens at these servers in this time. */
function during(all: Contents, nodes: readonly NodeId[], { fromMs, toMs }: Window): Contents {
  const shown = new Set(nodes);
  const overlaps = (span: Window) => span.toMs >= fromMs && span.fromMs <= toMs;
  const here = (each: { readonly node: NodeId; readonly atMs: number }) =>
    shown.has(each.node) && each.atMs >= fromMs && each.atMs <= toMs;
  return {
    journeys: all.journeys.filter(
      ({ from, to, sentMs, endMs = toMs }) =>
        shown.has(from) && shown.has(to) && sentMs < toMs && endMs >= fromMs,
    ),
    remarks: all.remarks.filter(here),
    bands: all.bands.filter((band) => shown.has(band.node) && overlaps(band)),
    pauses: all.pauses.filter((pause) => shown.has(pause.node) && overlaps(pause)),
    falls: all.falls.filter(here),
    weather: all.weather.filter(overlaps),
  };
}

/** The moment up to which there is not more of anything than one picture can tell. */
function readableUntil({ journeys, remarks, bands, weather }: Contents, window: Window): number {
  const starts = [
    journeys.map(({ sentMs }) => sentMs)[MOST_MESSAGES],
    remarks.map(({ atMs }) => atMs)[MOST_REMARKS],
    bands.map(({ fromMs }) => fromMs).sort((a, b) => a - b)[MOST_BANDS],
    weather.map(({ fromMs }) => fromMs)[MOST_FAULTS],
  ];
  const ends = starts.map((ms) => Math.max(ms ?? window.toMs, window.fromMs + 0.001));
  return Math.min(window.toMs, ...ends);
}

function isWanted({ only }: Selection, journey: Journey, chain: readonly TraceEvent[]): boolean {
  const isChosen = Array.isArray(only)
    ? only.includes(kindOf(journey.body))
    : typeof only !== "function" || only(journey.body);
  if (!isChosen) return false;
  return chain.length === 0 || leadsTo(journey, chain);
}

function chainOf(chain: readonly TraceEvent[] | undefined): readonly TraceEvent[] {
  if (chain === undefined) return [];
  if (chain.length === 0) throw new Error("lanes: causes is empty, so there is no such event.");
  const arrivals = chain.flatMap(({ kind }, at) => (kind === "deliver" ? [at] : []));
  const oldest = arrivals.at(-MOST_CAUSES);
  // Its send comes just before an arrival.
  return arrivals.length > MOST_CAUSES && oldest !== undefined ? chain.slice(oldest - 1) : chain;
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

function windowOf(trace: Trace, { window }: Selection, chain: readonly TraceEvent[]): Window {
  if (window !== undefined) {
    if (window.fromMs < window.toMs) return window;
    const given = `from ${window.fromMs} ms to ${window.toMs} ms`;
    throw new Error(`lanes: a window must begin before it ends, but this one goes ${given}.`);
  }
  const [first, last] = [chain[0], chain.at(-1)];
  if (first === undefined || last === undefined) return wholeOf(trace);
  const aside = (last.atMs - first.atMs || 1) / 12;
  return { fromMs: Math.max(0, first.atMs - aside), toMs: last.atMs + aside };
}

/** The whole trace, but for a long time at its beginning in which nobody sent or said anything. */
function wholeOf({ events, endMs }: Trace): Window {
  const first = events.find(({ kind }) => kind === "send" || kind === "note")?.atMs ?? 0;
  const fromMs = first > endMs * QUIET ? Math.floor(first - (endMs - first) / 12) : 0;
  return { fromMs: Math.max(0, fromMs), toMs: endMs || 1 };
}

/** A message belongs to a chain of causes with its arrival, or with its sending when that is the event asked for. */
function leadsTo({ sent, ended }: Journey, chain: readonly TraceEvent[]): boolean {
  if (ended !== undefined && chain.some(({ index }) => index === ended)) return true;
  return sent !== undefined && sent === chain.at(-1)?.index;
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

function leftOut(
  trace: Trace,
  { causes, nodes }: Selection,
  shown: number,
  chain: readonly TraceEvent[],
): string[] {
  if (causes !== undefined) {
    const asked = causes.at(-1)?.index;
    const whole = chain[0]?.cause === undefined;
    const back = whole ? "" : `, back to ${MOST_CAUSES} messages before it`;
    return [`Only what led to event ${asked} (the ring) is shown${back}.`];
  }
  if (nodes !== undefined || shown === trace.nodes.length) return [];
  return [`Shown are ${shown} of ${trace.nodes.length} servers.`];
}
