/** `show(x)`: whatever a cell has made, in the form in which a reader wants to see it. */

import type { Picture } from "../../plot/picture.ts";
import { display, type Forms } from "./display.ts";
import { isTable, table } from "./table.ts";

export type Show = {
  /**
   * Shows a picture, a figure of Plot, a table (an array of objects, a column for each key) or markdown (a string).
   * Any other value is printed. Outside a notebook it prints what it can in words.
   */
  (thing: unknown): void;
  /** Shows HTML as it is; what others have written must be escaped first. */
  html(text: string): void;
  /** Shows markdown, as `show` does with a string. */
  markdown(text: string): void;
};

/** Shows a picture, a figure, a table or markdown below the cell. */
export const show: Show = Object.assign(
  (thing: unknown): void => {
    if (typeof thing === "string") markdown(thing);
    else if (isTable(thing)) display(table(thing));
    else if (isPicture(thing)) picture(thing);
    else if (isElement(thing)) element(thing.outerHTML);
    else console.log(thing);
  },
  { html, markdown },
);

function html(text: string): void {
  display({ "text/html": text, "text/plain": withoutTags(text) });
}

function markdown(text: string): void {
  display({ "text/markdown": text, "text/plain": text });
}

function isPicture(thing: unknown): thing is Picture {
  const { svg, title, alt } = Object(thing) as Partial<Picture>;
  return [svg, title, alt].every((text) => typeof text === "string");
}

function isElement(thing: unknown): thing is { readonly outerHTML: string } {
  return typeof (Object(thing) as { outerHTML?: unknown }).outerHTML === "string";
}

/** SVG is the form that sites show without running a notebook; who cannot see it gets the words. */
function picture({ svg, title, alt }: Picture): void {
  const words = [title, alt].filter((text) => text !== "").join("\n");
  const forms: Forms = { "image/svg+xml": standalone(svg), "text/plain": words };
  display(forms, { "image/svg+xml": { alt } });
}

function element(outer: string): void {
  if (!outer.startsWith("<svg")) {
    html(outer);
    return;
  }
  const label = /^<svg[^>]*\saria-label="([^"]*)"/.exec(outer)?.[1] ?? "";
  picture({ svg: outer, title: label === "" ? "A figure." : withoutTags(label), alt: "" });
}

/** An <svg> element of a page does not say what it is; a file of its own must. */
function standalone(svg: string): string {
  if (/^<svg[^>]*\sxmlns=/.test(svg)) return svg;
  return svg.replace(/^<svg/, '<svg xmlns="http://www.w3.org/2000/svg"');
}

function withoutTags(text: string): string {
  const signs: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', "#39": "'" };
  const words = text
    .replace(/<(style|script)\b.*?<\/\1>/gs, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&(lt|gt|quot|#39);/g, (_, name: string) => signs[name] ?? "")
    .replaceAll("&amp;", "&");
  return words.replace(/[ \t]+/g, " ").trim();
}
