/**
 * A report in words: a line for every property, and under a failing one what was seen and how to see it again.
 * What is said of an untouched stub never changes, so that a notebook saved with it is always the same.
 */

import type { ExerciseReport, Finding, PropertyReport } from "../grade/report.ts";
import { escapeHtml, type Forms } from "./display.ts";

const SIGNS: Readonly<Record<Finding, string>> = {
  ok: "✓",
  violated: "✗",
  unknown: "?",
  "your turn": "…",
  broken: "!",
};

/** The verdict on an exercise, for the screen and as text. */
export function verdict(report: ExerciseReport): Forms {
  const parts = untouched(report) ? turn(report) : findings(report);
  return {
    "text/html": parts.map(({ html }) => html).join("\n"),
    "text/plain": parts.map(({ text }) => text).join("\n"),
  };
}

type Part = { readonly text: string; readonly html: string };

function untouched({ verdict, points }: ExerciseReport): boolean {
  return verdict === "your turn" && points === 0;
}

function turn({ name, title, outOf }: ExerciseReport): Part[] {
  const head = `${name}, ${title}: your turn, ${outOf} points.`;
  const what = `Write exercises/${name}.ts, save it, and run this cell again. hint("${name}") helps.`;
  return [
    { text: head, html: `<p><strong>${escapeHtml(head)}</strong><br>` },
    { text: what, html: `${escapeHtml(what)}</p>` },
  ];
}

function findings(report: ExerciseReport): Part[] {
  const { name, title, verdict, points, outOf, message, properties, printed } = report;
  const head = `${SIGNS[verdict]} ${name}, ${title}: ${verdict}, ${points} of ${outOf} points.`;
  const parts: Part[] = [{ text: head, html: `<p><strong>${escapeHtml(head)}</strong></p>` }];
  if (message !== undefined) parts.push({ text: message, html: `<p>${lines(message)}</p>` });
  if (verdict !== "broken") {
    parts.push({
      text: properties.map(textOf).join("\n"),
      html: `<table>\n${properties.map(rowOf).join("\n")}\n</table>`,
    });
  }
  if (printed !== undefined && printed !== "") {
    parts.push({ text: `It printed:\n${printed}`, html: `<p>It printed:</p>${pre(printed)}` });
  }
  return parts;
}

/** What is said under a property that does not hold: sentences, and source text. */
function details(property: PropertyReport): {
  readonly sentences: string[];
  readonly code?: string;
} {
  const { message, counterexample, replay } = property;
  const sentences = message === undefined ? [] : [message];
  if (replay !== undefined) sentences.push(`Again: ${replay}`);
  return counterexample === undefined ? { sentences } : { sentences, code: counterexample };
}

function textOf(property: PropertyReport): string {
  const { sentences, code } = details(property);
  const said = [
    ...sentences.slice(0, 1),
    ...(code === undefined ? [] : [code]),
    ...sentences.slice(1),
  ];
  const under = said
    .join("\n")
    .split("\n")
    .map((line) => `     ${line}`);
  const { number, says, verdict, points, outOf } = property;
  const first = `${SIGNS[verdict]} ${number}. ${says} (${points} of ${outOf})`;
  return said.length === 0 ? first : [first, ...under].join("\n");
}

function rowOf(property: PropertyReport): string {
  const { sentences, code } = details(property);
  const [message, ...rest] = sentences.map((text) => `<br>${lines(text)}`);
  const said = `${message ?? ""}${code === undefined ? "" : pre(code)}${rest.join("")}`;
  const { number, says, verdict, points, outOf } = property;
  const cells = [
    `<td title="${verdict}">${SIGNS[verdict]}</td>`,
    `<td style="text-align: left">${number}. ${escapeHtml(says)}${said}</td>`,
    `<td style="text-align: right; white-space: nowrap">${points} of ${outOf}</td>`,
  ];
  return `<tr style="vertical-align: top">${cells.join("")}</tr>`;
}

function lines(text: string): string {
  return escapeHtml(text).replaceAll("\n", "<br>");
}

function pre(text: string): string {
  return `<pre style="white-space: pre-wrap">${escapeHtml(text)}</pre>`;
}
