/** Messages as arrows: where each begins and ends in pixels, how a lost one stops half-way, and where its label may stand. */

import type { NodeId } from "../sim/index.ts";
import type { Candidate, Line } from "./places.ts";
import type { Journey } from "./story.ts";
import { numberText } from "./words.ts";

/** Where time and servers lie: x of a moment, y of the middle of a server's lane, both in pixels. */
export type Field = {
  readonly x: (ms: number) => number;
  readonly y: ReadonlyMap<NodeId, number>;
  readonly left: number;
  readonly right: number;
  /** The thickness of a lane. */
  readonly bar: number;
};

/** Messages that go the same way at the same moment under the same label are one arrow with a count. */
export type Arrow = Line & {
  readonly fate: Journey["fate"];
  /** The arrow reaches its end within the picture: it has a head, or a cross when lost. */
  readonly ends: boolean;
  readonly label: string | undefined;
  readonly count: number;
};

/** The arrows of journeys between servers that have a lane. `label` names a message, or not. */
export function arrowsOf(
  journeys: readonly Journey[],
  field: Field,
  label: (body: unknown) => string | undefined,
): Arrow[] {
  const usual = usualMs(journeys, field);
  const grouped = new Map<string, Arrow>();
  for (const journey of journeys) {
    const line = clip(pathOf(journey, field, usual(journey)), field);
    if (line === undefined) continue;
    const arrow = { ...line, fate: journey.fate, label: label(journey.body), count: 1 };
    const ends = [line.x1, line.y1, line.x2, line.y2].map(Math.round);
    const key = JSON.stringify([...ends, arrow.fate, arrow.label]);
    const same = grouped.get(key);
    grouped.set(key, same === undefined ? arrow : { ...same, count: same.count + 1 });
  }
  return [...grouped.values()];
}

/** The label as drawn: with the number of messages when it stands for several. */
export function labelText({ label, count }: Arrow): string {
  if (count === 1) return label ?? "";
  return label === undefined ? `×${numberText(count)}` : `${label} ×${numberText(count)}`;
}

/** How long a message takes that arrives, for those that did not: the median of its way, else of all. */
function usualMs(journeys: readonly Journey[], field: Field): (journey: Journey) => number {
  const times = new Map<string, number[]>([["", []]]);
  const wayOf = (journey: Journey) => JSON.stringify([journey.from, journey.to]);
  for (const journey of journeys) {
    if (journey.fate !== "delivered" || journey.endMs === undefined) continue;
    for (const key of ["", wayOf(journey)]) {
      const known = times.get(key) ?? [];
      known.push(journey.endMs - journey.sentMs);
      times.set(key, known);
    }
  }
  const median = (all: number[] = []) => all.sort((a, b) => a - b)[all.length >> 1];
  const oneTwentieth = (field.right - field.left) / 20 / (field.x(1) - field.x(0));
  return (journey) => median(times.get(wayOf(journey))) ?? median(times.get("")) ?? oneTwentieth;
}

/** The way of one message before it is cut off at the edges of the picture. */
function pathOf(journey: Journey, field: Field, usual: number): Line {
  const from = field.y.get(journey.from) ?? 0;
  const to = field.y.get(journey.to) ?? 0;
  const edge = (Math.sign(to - from) * field.bar) / 2;
  const { sentMs, endMs, fate } = journey;
  const [x1, y1, y2] = [field.x(sentMs), from + edge, to - edge];
  if (fate === "lost") {
    const arrival = endMs !== undefined && endMs > sentMs ? endMs : sentMs + usual;
    const share = halfWay(y1, y2, field);
    const x2 = x1 + (field.x(arrival) - x1) * share;
    return {
      x1,
      y1,
      x2: x1 < field.right ? Math.min(x2, field.right - 6) : x2,
      y2: y1 + (y2 - y1) * share,
    };
  }
  if (endMs !== undefined) return { x1, y1, x2: field.x(endMs), y2 };
  const arrival = field.x(sentMs + usual);
  if (arrival > field.right) return { x1, y1, x2: arrival, y2 };
  // It is held up: it has not come half of the way, so it does not pass the wall of a cut.
  return { x1, y1, x2: field.right + 1, y2: y1 + (y2 - y1) * 0.4 };
}

/** Half of the way, or a little less where the middle would lie upon another server's lane. */
function halfWay(y1: number, y2: number, field: Field): number {
  const onLane = (y: number) =>
    [...field.y.values()].some((lane) => Math.abs(lane - y) < field.bar / 2 + 8);
  for (const share of [0.5, 0.45, 0.4, 0.35, 0.3]) {
    if (!onLane(y1 + (y2 - y1) * share)) return share;
  }
  return 0.5;
}

/** The part of a way that lies between the edges, and whether its end is among it. */
function clip(line: Line, field: Field): (Line & { ends: boolean }) | undefined {
  const { x1, y1, x2, y2 } = line;
  if (x1 >= field.right || x2 < field.left || (x2 === field.left && x1 < x2)) return undefined;
  const yAt = (x: number) => (x2 === x1 ? y2 : y1 + ((y2 - y1) * (x - x1)) / (x2 - x1));
  const [a, b] = [Math.max(x1, field.left), Math.min(x2, field.right)];
  return { x1: a, y1: a === x1 ? y1 : yAt(a), x2: b, y2: b === x2 ? y2 : yAt(b), ends: b === x2 };
}

/** Places for a label of an arrow: upon its middle first, then beside it and towards its ends. */
export function placesAlong(arrow: Arrow, text: string, size: number, width: number): Candidate[] {
  const [dx, dy] = [arrow.x2 - arrow.x1, arrow.y2 - arrow.y1];
  const steep = Math.abs(dy) * 2 >= Math.abs(dx);
  const lean = steep ? (size * 0.6 * Math.abs(dx)) / Math.abs(dy || 1) : 0;
  const rise = Math.min(14, (width / 2) * Math.abs(dy / (dx || 1)));
  return [0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8].flatMap((share) => {
    const [x, y] = [arrow.x1 + dx * share, arrow.y1 + dy * share];
    const cost = Math.abs(share - 0.5) * 3;
    const at = (dx: number, dy: number, anchor: Candidate["anchor"], more: number): Candidate => {
      return { text, size, x: x + dx, y: y + dy, anchor, cost: cost + more };
    };
    if (steep) {
      return [at(0, 0, "middle", 0), at(lean + 4, 0, "start", 0.3), at(-lean - 4, 0, "end", 0.3)];
    }
    const away = size * 0.6 + 2 + rise;
    return [at(0, 0, "middle", 0), at(0, -away, "middle", 0.3), at(0, away, "middle", 0.3)];
  });
}
