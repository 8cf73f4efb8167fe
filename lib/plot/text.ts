/**
 * Text as boxes. A picture is made without a browser, so the width of a text is estimated: a little wider than
 * common sans-serif fonts draw it, so that what fits here fits everywhere.
 */

/** A rectangle in pixels; (x, y) is its upper left corner. */
export type Box = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

/** A text at a point: `anchor` says which end of it is at x; y is its middle. */
export type Label = {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "middle" | "end";
  readonly size: number;
  readonly bold?: boolean;
};

/** Makes any text drawable: one line, without the control characters that XML refuses or that reorder a line. Throws when it is none. */
export function plainText(text: string): string {
  if (typeof text !== "string") {
    throw new Error(`A title, name or label of a picture is ${String(text)}; a text was expected.`);
  }
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim();
}

/** Widths in units of the font size, as in DejaVu Sans, the widest of the usual fonts. */
const WIDTHS: readonly (readonly [width: number, characters: string])[] = [
  [0.3, "ijlI'|"],
  [0.36, " ,.·:;/\\-"],
  [0.42, '()[]tfr!"'],
  [0.56, "*_`szckJL?xvy–“”"],
  [0.64, "abdeghnopquEFPSTY0123456789{$}"],
  [0.78, "ABCDGHKNOQRUVXZ&w"],
  [0.84, "#+<=>^~→×≤"],
];
const WIDTH_OF = new Map(WIDTHS.flatMap(([width, all]) => [...all].map((one) => [one, width])));

function widthOfCharacter(character: string): number {
  return (
    WIDTH_OF.get(character) ??
    (/\p{M}/u.test(character) ? 0 : /[À-ʯͰ-ӿ]/.test(character) ? 0.8 : 1.1)
  );
}

/** The width of a text in pixels at a font size, rather too large than too small. */
export function widthOf(text: string, size: number, bold = false): number {
  let width = 0;
  for (const character of text) width += widthOfCharacter(character);
  return width * size * (bold ? 1.12 : 1);
}

/** The text, or as much of it as fits into so many pixels, ended by "…"; "" when not even one letter fits. */
export function shorten(text: string, maxPx: number, size: number, bold = false): string {
  if (widthOf(text, size, bold) <= maxPx) return text;
  let kept = "";
  for (const character of text) {
    if (widthOf(`${kept}${character}…`, size, bold) > maxPx) break;
    kept += character;
  }
  return kept === "" ? "" : `${kept.trimEnd()}…`;
}

/** The text in lines of at most so many pixels. What is beyond `maxLines` is cut off with "…". */
export function wrap(
  text: string,
  maxPx: number,
  size: number,
  maxLines = 4,
  bold = false,
): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of plainText(text).split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && widthOf(longer, size, bold) > maxPx) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  const rest = lines.slice(maxLines - 1).join(" ");
  return [...lines.slice(0, maxLines - 1), rest]
    .filter((each) => each !== "")
    .map((each) => shorten(each, maxPx, size, bold));
}

/** The place that a label takes. */
export function boxOf(label: Label): Box {
  const width = widthOf(label.text, label.size, label.bold);
  const share = { start: 0, middle: 0.5, end: 1 }[label.anchor];
  const height = label.size * 1.2;
  return { x: label.x - share * width, y: label.y - height / 2, width, height };
}

export function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export function isInside(inner: Box, outer: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}
