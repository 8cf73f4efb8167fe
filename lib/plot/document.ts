/**
 * The frame around every picture: Plot's marks rendered without a browser, on a card that brings its own
 * background, title, legend and remarks. The text depends on the input alone: no ids, no classes, no clock.
 */

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { palette, paper } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { plainText, shorten, widthOf, wrap } from "./text.ts";

/** A sign of the legend: a small drawing of 26 by 12 pixels, made with `element`, and what it means. */
export type Sign = { readonly drawing: string; readonly means: string };

type Card = {
  readonly title: string;
  readonly alt: string;
  /** Of the whole card, in pixels. */
  readonly width: number;
  /** Plot's options; their `width` and `height` are those of the plot alone. */
  readonly plot: Plot.PlotOptions & { readonly width: number; readonly height: number };
  readonly legend?: readonly Sign[];
  /** What the picture shows to be wrong or not known, in a sentence right below it. */
  readonly conclusion?: string | undefined;
  /** Sentences at the foot of the card. */
  readonly remarks?: readonly string[];
};

/** The space between the edge of a card and what is on it, in pixels. */
export const PADDING = 14;
const TITLE_SIZE = 15;
const TEXT_SIZE = 11;

/** Throws one sentence when a card is too narrow to be read or too wide to be shown. */
export function checkWidth(picture: string, width: number): void {
  if (width >= 300 && width <= 2000) return;
  throw new Error(`${picture}: the width is 300 to 2000 pixels, not ${width}.`);
}

/** One SVG element as text, its attributes and texts escaped. `children` are elements already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly string[]
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const open = `<${name}${written.join("")}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join("")}</${name}>`;
}

/** Text as it stands between tags or in an attribute: whatever a program wrote stays text. */
function escaped(text: string | number): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return plainText(String(text)).replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}

/** Puts a plot on its card: title above, legend and remarks below, and all of it described for who cannot see it. */
export function onCard(card: Card): Picture {
  const inner = card.width - 2 * PADDING;
  const title = plainText(card.title);
  const parts: string[] = [];
  let y = PADDING;
  const writeLines = (lines: readonly string[], size: number, look: Record<string, string>) => {
    for (const line of lines) {
      y += size * 1.3;
      const at = { x: PADDING, y: round(y - size * 0.3), "font-size": size };
      parts.push(element("text", { ...at, ...look }, escaped(line)));
    }
  };
  writeLines(wrap(title, inner, TITLE_SIZE, 3, true), TITLE_SIZE, { "font-weight": "bold" });
  y += 6;
  parts.push(element("g", { transform: `translate(0,${round(y)})` }, render(card.plot)));
  y += card.plot.height;
  if (card.legend !== undefined && card.legend.length > 0) {
    const legend = flow(card.legend, inner);
    parts.push(
      element("g", { transform: `translate(${PADDING},${round(y + 6)})` }, ...legend.parts),
    );
    y += 6 + legend.height;
  }
  if (card.conclusion !== undefined) {
    y += 4;
    const look = { fill: palette.lost.text, "font-weight": "bold" };
    writeLines(wrap(card.conclusion, inner, 12, 6, true), 12, look);
  }
  for (const remark of card.remarks ?? []) {
    y += 4;
    writeLines(wrap(remark, inner, TEXT_SIZE, 6), TEXT_SIZE, { fill: paper.soft });
  }
  const height = Math.ceil(y + PADDING);
  return { svg: frame(card, height, parts), title, alt: plainText(card.alt) };
}

function frame(card: Card, height: number, parts: readonly string[]): string {
  const { width } = card;
  const svg = {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": `${card.title}. ${card.alt}`,
    "font-family": "system-ui, sans-serif",
    fill: paper.ink,
  };
  const background = { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 6 };
  return element(
    "svg",
    svg,
    element("title", {}, escaped(card.title)),
    element("desc", {}, escaped(card.alt)),
    element("rect", { ...background, fill: paper.card, stroke: paper.edge }),
    ...parts,
  );
}

/** Signs and their meanings in as many rows as they need. */
function flow(signs: readonly Sign[], width: number): { parts: string[]; height: number } {
  const parts: string[] = [];
  let x = 0;
  let y = 0;
  for (const { drawing, means } of signs) {
    const text = shorten(plainText(means), width - 32, TEXT_SIZE);
    const needs = 32 + widthOf(text, TEXT_SIZE);
    if (x > 0 && x + needs > width) {
      x = 0;
      y += 18;
    }
    const label = element("text", { x: 32, y: 10, "font-size": TEXT_SIZE }, escaped(text));
    parts.push(element("g", { transform: `translate(${round(x)},${y})` }, drawing, label));
    x += needs + 18;
  }
  return { parts, height: y + 16 };
}

/** The marks of a plot as SVG, without Plot's style sheet, classes and long fractions. */
function render(options: Plot.PlotOptions): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const figure = Plot.plot({ ...options, document: document as unknown as Document });
  for (const each of figure.querySelectorAll("style")) each.remove();
  for (const each of [figure, ...figure.querySelectorAll("*")]) {
    for (const { name, value } of [...each.attributes]) {
      if (name === "class" || name === "aria-label" || name === "aria-hidden") {
        each.removeAttribute(name);
      } else
        each.setAttribute(
          name,
          value.replace(/-?\d+\.\d{3,}/g, (long) => `${round(Number(long))}`),
        );
    }
  }
  return element("g", { "text-anchor": "middle", "font-size": 10 }, figure.innerHTML);
}

/** Two decimals are a hundredth of a pixel: enough, and the same on every machine. */
function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}
