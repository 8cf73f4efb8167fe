/** Finds a place for every label: never over another text, rarely over a line, always within the frame. */

import { type Box, boxOf, isInside, type Label, overlap } from "./text.ts";

/** A straight line in pixels. */
export type Line = {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
};

/** A place that a label might take; among free ones the least `cost` wins, and every line that it hides costs too. */
export type Candidate = Label & { readonly cost: number };

/** What one label asks for. The line that it belongs to (`own`, one of the room's) may be covered more freely. */
export type Wish = { readonly candidates: readonly Candidate[]; readonly own?: Line };

/** A label that hides more lines than this does more harm than good. */
const TOO_MUCH = 3.2;

/** A frame in which labels are placed, one after the other. What has a place keeps it: the most needed come first. */
export class Room {
  readonly #frame: Box;
  readonly #lines: readonly Line[];
  readonly #taken: Box[];
  /** How many wishes had to be refused. */
  refused = 0;

  /** @param lines are kept clear of if possible @param taken are kept clear of always */
  constructor(frame: Box, lines: readonly Line[], taken: readonly Box[] = []) {
    this.#frame = frame;
    this.#lines = lines;
    this.#taken = [...taken];
  }

  /** Gives each wish its cheapest free candidate, or undefined. The same wishes get the same places. */
  place(wishes: readonly Wish[]): (Candidate | undefined)[] {
    return wishes.map(({ candidates, own }) => {
      let best: Candidate | undefined;
      let least = Number.POSITIVE_INFINITY;
      for (const candidate of candidates) {
        if (candidate.text === "" || candidate.cost >= least) continue;
        const box = boxOf(candidate);
        if (!isInside(box, this.#frame) || this.#taken.some((other) => overlap(box, other)))
          continue;
        const covered = hidden(box, this.#lines, own);
        if (covered > TOO_MUCH || candidate.cost + covered >= least) continue;
        [best, least] = [candidate, candidate.cost + covered];
      }
      if (best === undefined) this.refused += 1;
      else this.#taken.push(withMargin(boxOf(best)));
      return best;
    });
  }
}

/** A box and a little room around it, so that two texts side by side stay two, and no rim touches another text. */
function withMargin({ x, y, width, height }: Box): Box {
  return { x: x - 3, y: y - 1, width: width + 6, height: height + 2 };
}

/** How much a box hides of the lines: about one for each that runs through it, of its own the share that it covers. */
function hidden(box: Box, lines: readonly Line[], own?: Line): number {
  let sum = 0;
  for (const line of lines) {
    const inside = lengthInside(line, box);
    if (inside === 0) continue;
    sum += line === own ? inside / lengthOf(line) : 0.5 + inside / 30;
  }
  return sum;
}

function lengthOf(line: Line): number {
  return Math.hypot(line.x2 - line.x1, line.y2 - line.y1);
}

/** The length of the part of a line that lies within a box (Liang and Barsky's clipping). */
export function lengthInside(line: Line, box: Box): number {
  const dx = line.x2 - line.x1;
  const dy = line.y2 - line.y1;
  let enters = 0;
  let leaves = 1;
  const sides = [
    [-dx, line.x1 - box.x],
    [dx, box.x + box.width - line.x1],
    [-dy, line.y1 - box.y],
    [dy, box.y + box.height - line.y1],
  ] as const;
  for (const [slope, room] of sides) {
    if (slope === 0 && room < 0) return 0;
    if (slope < 0) enters = Math.max(enters, room / slope);
    if (slope > 0) leaves = Math.min(leaves, room / slope);
  }
  return enters < leaves ? (leaves - enters) * lengthOf(line) : 0;
}
