/**
 * A report for the screen: a line for every property, and under a failing one what was seen and how to see it again.
 * What is said of an untouched stub never changes, so that a notebook saved with it stays the same.
 */

import { stripVTControlCharacters } from "node:util";
import { SIGNS, sayExercise } from "../grade/print.ts";
import type { ExerciseReport, PropertyReport } from "../grade/report.ts";
import { escapeHtml, type Forms } from "./display.ts";

/** The verdict on an exercise, for the screen and as text. */
export function verdict(report: ExerciseReport): Forms {
  const { name, title, outOf } = report;
  if (report.verdict !== "your turn" || report.points > 0) {
    return {
      "text/html": html(report),
      "text/plain": stripVTControlCharacters(sayExercise(report)),
    };
  }
  const head = `${name}: your turn, ${outOf} points.`;
  const todo = `Write exercises/${name}.ts, save it, and run this cell again. hint("${name}") helps.`;
  return {
    "text/html": `${heading(head, title)}\n<p>${escapeHtml(todo)}</p>`,
    "text/plain": `${head}\n${title}\n${todo}`,
  };
}

function html(report: ExerciseReport): string {
  const { name, title, verdict, points, outOf, message, properties, printed } = report;
  const head = `${SIGNS[verdict]} ${name}: ${verdict}, ${points} of ${outOf} points.`;
  const parts = [heading(head, title)];
  if (message !== undefined) parts.push(paragraph(lines(message)));
  // When the file as a whole could not be judged, its properties say nothing.
  if (verdict !== "broken") parts.push("<table>", ...properties.map(row), "</table>");
  if (printed !== undefined) parts.push(paragraph("It printed:"), code(printed));
  return parts.join("\n");
}

function heading(head: string, title: string): string {
  return `<p><strong>${escapeHtml(head)}</strong><br>${escapeHtml(title)}</p>`;
}

function row({ number, says, verdict, points, outOf, ...found }: PropertyReport): string {
  const { message, counterexample, replay } = found;
  const parts = [`${number}. ${escapeHtml(says)}`];
  if (message !== undefined) parts.push(paragraph(lines(message)));
  if (counterexample !== undefined) {
    parts.push(paragraph("The smallest found:"), code(counterexample));
  }
  if (replay !== undefined) parts.push(paragraph(`Again: <code>${escapeHtml(replay)}</code>`));
  const top = "vertical-align: top; text-align:";
  return [
    `<tr><td style="${top} left" title="${verdict}">${SIGNS[verdict]}</td>`,
    `<td style="${top} left">${parts.join("\n")}</td>`,
    `<td style="${top} right; white-space: nowrap">${points} of ${outOf}</td></tr>`,
  ].join("\n");
}

function paragraph(inner: string): string {
  return `<p style="margin: 0.5em 0">${inner}</p>`;
}

function lines(text: string): string {
  return escapeHtml(text).replaceAll("\n", "<br>");
}

function code(text: string): string {
  return `<pre style="white-space: pre-wrap">${escapeHtml(text.trimEnd())}</pre>`;
}
