/** Reads a picture back: its texts with the boxes that they take, and whether it is well-formed. */

import { parseHTML } from "linkedom";
import { type Box, widthOf } from "../../lib/plot/text.ts";

export type Drawn = { readonly text: string; readonly box: Box };

/** Every text of a picture and the box around its letters, estimated. */
export function textsOf(svg: string): Drawn[] {
  const { document } = parseHTML(`<!doctype html><html><body>${svg}</body></html>`);
  return [...document.querySelectorAll("text")].map((element) => {
    const inherited = (name: string) =>
      element.closest(`[${name}]`)?.getAttribute(name) ?? undefined;
    const size = Number(inherited("font-size"));
    const text = element.textContent ?? "";
    const width = widthOf(text, size, inherited("font-weight") === "bold");
    const shift = { start: 0, middle: 0.5, end: 1 }[inherited("text-anchor") ?? "start"] ?? 0;
    let [x, y] = [Number(element.getAttribute("x") ?? 0), 0];
    const baseline = element.getAttribute("y") ?? "0";
    y += baseline.endsWith("em") ? Number.parseFloat(baseline) * size : Number(baseline);
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const moved = /^translate\(([^,]+),([^)]+)\)$/.exec(at.getAttribute("transform") ?? "");
      if (moved !== null) [x, y] = [x + Number(moved[1]), y + Number(moved[2])];
    }
    return { text, box: { x: x - shift * width, y: y - 0.74 * size, width, height: 0.94 * size } };
  });
}

/** The whole card. */
export function cardOf(svg: string): Box {
  const [, width, height] = /^<svg [^>]*width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
  return { x: 0, y: 0, width: Number(width), height: Number(height) };
}

/** Throws when this is no well-formed XML: a browser shows it as an image only if it is. */
export function parseXml(xml: string): void {
  const open: string[] = [];
  const text = xml.replace(
    /<(\/?)([\w:-]+)((?: [\w:-]+="[^"<]*")*) ?(\/?)>/g,
    (_, end, name, __, empty) => {
      if (end === "/") {
        if (open.pop() !== name) throw new Error(`</${name}> closes nothing.`);
      } else if (empty === "") open.push(name);
      return "";
    },
  );
  if (open.length > 0) throw new Error(`<${open.join("><")}> is never closed.`);
  if (/[<>]/.test(text)) throw new Error(`Stray markup: ${text}`);
  const entities = xml.match(/&[^;]{0,10};?/g) ?? [];
  const strange = entities.find((each) => !/^&(amp|lt|gt|quot|#\d+);$/.test(each));
  if (strange !== undefined) throw new Error(`Unknown entity ${strange}`);
  if (/[^\P{Cc}\t\n]/u.test(xml)) throw new Error("A control character.");
}
