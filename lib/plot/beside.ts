/** What is said beside a lane: close to its moment, tied to the lane by a short line. */

import type { Board } from "./board.ts";
import type { Candidate, Line } from "./places.ts";
import type { Remark } from "./scene.ts";
import { plainText, shorten } from "./text.ts";

const SIZE = 10;

/** In the lane itself where it is empty, else below and above it, in full or shortened. */
export function placesBeside(remark: Remark, board: Board): Candidate[] {
  const { node, atMs, text, bold = false } = remark;
  const [x, y] = [board.x(atMs), board.y.get(node) ?? 0];
  const whole = plainText(text);
  const texts = [...new Set([shorten(whole, 200, SIZE, bold), shorten(whole, 80, SIZE, bold)])];
  return texts.flatMap((each, less): Candidate[] => {
    const at = { text: each, size: SIZE, bold };
    const near = [1, -1].flatMap((side) =>
      [0, 1].flatMap((level): Candidate[] => {
        const far = y + side * (board.bar / 2 + 10 + level * 13);
        const cost = 1 + level + less * 2 + (side < 0 ? 0.1 : 0);
        const start: Candidate = {
          ...at,
          x: Math.max(board.left, x - 1),
          y: far,
          anchor: "start",
          cost,
        };
        return [start, { ...at, x: x + 1, y: far, anchor: "end", cost: cost + 0.2 }];
      }),
    );
    return [{ ...at, x: x + 10, y, anchor: "start", cost: less * 2 }, ...near];
  });
}

/** A short line from the lane to what is said about it. */
export function stem({ node, atMs }: Remark, label: Candidate | undefined, board: Board): Line[] {
  const y = board.y.get(node) ?? 0;
  if (label === undefined || label.y === y) return [];
  const side = Math.sign(label.y - y);
  const x = board.x(atMs);
  return [{ x1: x, x2: x, y1: y + (side * board.bar) / 2, y2: label.y - side * SIZE * 0.55 }];
}
