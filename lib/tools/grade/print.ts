/** A report as a person reads it in a terminal: every property with its sentence, never a score alone. */

import { join, relative, resolve } from "node:path";
import { styleText } from "node:util";
import {
  type ExerciseReport,
  type Finding,
  type PropertyReport,
  type SubmissionReport,
  total,
} from "./report.ts";
import type { Progress } from "./settings.ts";

/** A sign for each finding, the same on every screen. */
export const SIGNS: Readonly<Record<Finding, string>> = {
  ok: "✓",
  violated: "✗",
  unknown: "?",
  "your turn": "…",
  broken: "!",
};

const COLOURS = {
  ok: "green",
  violated: "red",
  unknown: "yellow",
  "your turn": "cyan",
  broken: "red",
} as const;

// Colours only where they can be seen: not in a file, not in a pipe, not with NO_COLOR.
function sign(finding: Finding): string {
  return styleText(COLOURS[finding], SIGNS[finding], { stream: process.stdout });
}

function bold(text: string): string {
  return styleText("bold", text, { stream: process.stdout });
}

/** One exercise in full. @param folder where its file is */
export function sayExercise(report: ExerciseReport, folder = "exercises"): string {
  const { name, title, verdict, points, outOf, message, properties, printed } = report;
  const file = join(folder, `${name}.ts`);
  const head = `${sign(verdict)} ${bold(name)}: ${verdict}, ${points} of ${outOf} points`;
  const lines = [head, indent(title, 2)];
  if (verdict === "your turn") lines.push(`  Edit ${file}; \`npx quorumlab hint ${name}\` helps.`);
  if (verdict === "your turn" && points === 0 && report.seed === undefined) return lines.join("\n");
  if (message !== undefined) lines.push(indent(message, 2));
  const [first] = properties;
  const alike = ({ verdict, message, runs }: PropertyReport) =>
    verdict === first?.verdict && message === first.message && runs === 0;
  if (!properties.every(alike)) lines.push(...properties.map(sayProperty));
  else if (first?.message !== undefined) lines.push(indent(first.message, 2));
  if (printed !== undefined) lines.push("  It printed:", indent(printed.trimEnd(), 4));
  return lines.join("\n");
}

/** All exercises of one submission, and what they come to. @param folder where their files are */
export function sayAll(reports: readonly ExerciseReport[], folder: string): string {
  const { points, outOf } = total(reports);
  const inside = relative("", folder);
  const where = inside.startsWith("..") ? resolve(folder) : inside;
  const lines = reports.map((each) => sayExercise(each, where));
  return [...lines, `${points} of ${outOf} points in all`].join("\n");
}

function sayProperty(property: PropertyReport): string {
  const { number, says, verdict, points, outOf, message, counterexample, seed, replay } = property;
  const lines = [`  ${sign(verdict)} ${number}. ${says} (${points} of ${outOf})`];
  if (message !== undefined) lines.push(indent(message, 7));
  if (counterexample !== undefined) lines.push(indent(`smallest found: ${counterexample}`, 7));
  if (seed !== undefined) lines.push(indent(`seed: ${seed}`, 7));
  if (replay !== undefined) lines.push(indent(`again: ${replay}`, 7));
  return lines.join("\n");
}

/** One of several submissions: a line for each exercise, with what is wrong first. */
export function saySubmission({
  folder,
  realFolder,
  points,
  outOf,
  message,
  exercises,
}: SubmissionReport): string {
  const lines = [`${bold(folder)}: ${points} of ${outOf} points`];
  if (realFolder !== undefined) lines.push(indent(`It is a link to ${realFolder}.`, 2));
  if (message !== undefined) return [...lines, indent(message, 2)].join("\n");
  for (const each of exercises) {
    const wrong = each.properties.find((property) => property.verdict !== "ok");
    const why = each.message ?? (wrong && `${wrong.number}. ${wrong.says}: ${wrong.message ?? ""}`);
    const score = `${each.points} of ${each.outOf}`;
    lines.push(`  ${sign(each.verdict)} ${each.name}: ${each.verdict}, ${score}`);
    if (why !== undefined && each.verdict !== "your turn") lines.push(indent(why, 7));
  }
  return lines.join("\n");
}

/** A submission's words could otherwise draw over ours with control characters. */
function indent(text: string, by: number): string {
  return text
    .replace(/[^\P{Cc}\n\t]/gu, "\ufffd")
    .split("\n")
    .map((line) => " ".repeat(by) + line)
    .join("\n");
}

/** How far a grading is, in words. */
export function sayProgress({ exercise, property, runs, of }: Progress): string {
  if (property === 0) return `${exercise}: the examples`;
  return `${exercise}: property ${property}, trial ${runs} of ${of}`;
}

/**
 * Shows on standard error how far something is: in place on a terminal, elsewhere by a line now and then, also while
 * it does not move.
 */
export class ProgressLine {
  private text = "";
  private shown = false;
  private readonly everyMs: number;
  private timer: NodeJS.Timeout | undefined;

  /** @param everyMs how often it prints a line where nothing can be shown in place */
  constructor(everyMs = 5_000) {
    this.everyMs = everyMs;
  }

  show(progress: Progress, whose?: string): void {
    this.say(`${whose === undefined ? "" : `${whose}, `}${sayProgress(progress)}`);
  }

  say(text: string): void {
    this.text = text;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\u001b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
      this.shown = true;
    } else {
      this.timer ??= setInterval(() => process.stderr.write(`${this.text}\n`), this.everyMs);
      this.timer.unref();
    }
  }

  clear(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    if (this.shown) process.stderr.write("\r\u001b[K");
    this.shown = false;
  }
}
