/**
 * Whether two systems did the same. What they may call differently by right is called alike first: sessions by their
 * number in the script, transactions by their place among those that were seen. Times are left out.
 */

import type { Stat } from "quorumlab/ensemble";
import type { Outcome, Seen } from "./perform.ts";
import type { Script, Step } from "./script.ts";

/** What one session saw on one system and not on the other. */
export type Difference = {
  readonly session: number;
  /** What was asked, where an answer differs. */
  readonly step?: Step;
  readonly real: string;
  readonly ours: string;
};

/** Everything that a session saw on one system and not on the other, entry by entry. */
export function differences(script: Script, real: Outcome, ours: Outcome): Difference[] {
  const there = normal(script, real);
  const here = normal(script, ours);
  return there.flatMap((seen, session) => {
    const others = here[session] ?? [];
    return Array.from({ length: Math.max(seen.length, others.length) }).flatMap((_, index) => {
      const [a, b] = [seen[index] ?? NOTHING, others[index] ?? NOTHING];
      if (a.text === b.text) return [];
      const step = script.steps[a.at ?? b.at ?? -1];
      return [{ session, real: a.text, ours: b.text, ...(step && { step }) }];
    });
  });
}

/** Something that a session saw, as a text that is the same on both systems; an answer's place in the script. */
type Entry = { readonly text: string; readonly at?: number };
const NOTHING: Entry = { text: "nothing more" };

/** How a system's own numbers are called. */
type Names = { readonly ids: readonly number[]; zxid(zxid: number): unknown };

function normal(script: Script, { ids, seen }: Outcome): Entry[][] {
  const zxids = new Set([0]);
  for (const each of seen.flat()) {
    if (each.kind !== "answer" || isShared(script.steps[each.at])) continue;
    named(each.value, { ids, zxid: (zxid) => zxids.add(zxid) });
  }
  const order = [...zxids].sort((a, b) => a - b);
  const names = { ids, zxid: (zxid: number) => order.indexOf(zxid) };
  return seen.map((own) => {
    // States, and the last word of a watch, are the client's: no server promises their place among the answers.
    const last = own.filter(isClients).map((each) => ({ text: JSON.stringify(each) }));
    return [...servers(script, own, names), ...last];
  });
}

function isClients(seen: Seen): boolean {
  return seen.kind === "state" || (seen.kind === "event" && seen.type === "None");
}

/** The answers and the events before each, in their order where they have one. */
function servers({ steps }: Script, own: readonly Seen[], names: Names): Entry[] {
  let events: Entry[] = [];
  const entries = own.flatMap((each): Entry[] => {
    if (isClients(each)) return [];
    if (each.kind === "event") {
      events = withEvent(events, `${each.type} ${each.path} watched by`, each.setAt);
      return [];
    }
    if (each.kind !== "answer") return [];
    const step = steps[each.at];
    const value = isShared(step) ? undefined : named(each.value, names);
    const entry = { at: each.at, text: `${each.code} ${JSON.stringify(value) ?? ""}` };
    // Refused by the client itself: an event may be on its way meanwhile.
    if (each.code === "BadArguments" && isRead(step)) return [entry];
    const isUnordered = step !== undefined && "unordered" in step;
    const before = isUnordered ? events.toSorted((a, b) => (a.text < b.text ? -1 : 1)) : events;
    events = [];
    return [...before, entry];
  });
  return [...entries, ...events];
}

/** Several watches can wait for one event; whom of them the client tells first is its own affair. */
function withEvent(events: readonly Entry[], text: string, setAt: number): Entry[] {
  const last = events.at(-1)?.text.split(text)[1];
  if (last === undefined) return [...events, { text: `${text} ${setAt}` }];
  const all = [...last.trim().split(" ").map(Number), setAt].sort((a, b) => a - b);
  return [...events.slice(0, -1), { text: `${text} ${all.join(" ")}` }];
}

function isRead(step: Step | undefined): boolean {
  return step !== undefined && "request" in step && "watch" in step.request;
}

/** Whether the step reads the root, where every script on the real server has a node. */
function isShared(step: Step | undefined): boolean {
  return ["/", ""].includes(pathOf(step) ?? "no path");
}

function pathOf(step: Step | undefined): string | undefined {
  if (step === undefined || !("request" in step) || !("path" in step.request)) return undefined;
  return step.request.path;
}

/** A value with the names that both systems share; Stats without their times. */
function named(value: unknown, names: Names): unknown {
  if (Array.isArray(value)) return value.map((each) => named(each, names));
  if (typeof value !== "object" || value === null) return value;
  if ("czxid" in value) {
    const stat = value as Stat;
    const { version, cversion, aversion, ephemeralOwner: owner, dataLength, numChildren } = stat;
    return {
      czxid: names.zxid(stat.czxid),
      mzxid: names.zxid(stat.mzxid),
      pzxid: names.zxid(stat.pzxid),
      ...{ version, cversion, aversion, dataLength, numChildren },
      owner: owner === 0 ? "nobody" : names.ids.indexOf(owner),
    };
  }
  const entries = Object.entries(value).map(([key, each]) => {
    if (key === "data") return [key, Buffer.from(each).toString("latin1")];
    return [key, key === "children" ? [...each].sort() : named(each, names)];
  });
  return Object.fromEntries(entries);
}

type Explained = {
  readonly difference: string;
  readonly source: string;
  explains(path: string, difference: Difference): boolean;
};

/** Where ours differs, and means to. */
const EXPLAINED: readonly Explained[] = [
  {
    difference: "the aversion of /zookeeper/config is -1, ours 0: there are no access lists",
    source: "DataTree.addConfigNode",
    explains: (path, { real, ours }) =>
      path === "/zookeeper/config" && real.replace('"aversion":-1', '"aversion":0') === ours,
  },
];

type Counted = Pick<Explained, "difference" | "source"> & { readonly times: number };

/** Differences that are meant, counted; and the others. */
export function explanations<D extends Difference>(
  found: readonly D[],
): { explained: Counted[]; others: D[] } {
  const reasons = found.map((each) =>
    EXPLAINED.find(({ explains }) => explains(pathOf(each.step) ?? "", each)),
  );
  const explained = EXPLAINED.map((reason) => {
    const { difference, source } = reason;
    return { difference, source, times: reasons.filter((each) => each === reason).length };
  });
  return {
    explained: explained.filter(({ times }) => times > 0),
    others: found.filter((_, at) => reasons[at] === undefined),
  };
}
