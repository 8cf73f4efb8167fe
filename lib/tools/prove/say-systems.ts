/** The proof of a system as tables, and what in it is not so. */

import { ANSWERED, ASKED } from "../../properties/index.ts";
import { median } from "../bench/measure.ts";
import { table } from "../cell/table.ts";
import { answeredOk, type CalmProperty } from "./calm.ts";
import { type Said, said } from "./said.ts";
import { type Bite, isCaught, type Measure } from "./teeth.ts";

const ANSWERED_AT_LEAST = 0.5;
const MEDIAN_MS = 1_000;

/** @param tookMs how long all of it took, by the clock on the wall */
export function sayCalm(
  name: string,
  properties: readonly CalmProperty[],
  seeds: number,
  tookMs: number,
): Said {
  const rows = properties.map(({ number, says, cases, alarms, unknown, ms }) => ({
    property: `${number}. ${says}`,
    seeds,
    cases,
    "false alarms": alarms,
    "no verdict": unknown,
    s: Number((ms / 1000).toFixed(1)),
    "ms a case": Number((ms / cases).toPrecision(3)),
  }));
  const never = properties.flatMap(({ number, saw }) =>
    [...saw]
      .filter(([, times]) => times === 0)
      .map(([situation]) => `  ${name}, property ${number}: "${situation}" never occurred.`),
  );
  const share = answeredOk(properties);
  const tooFew = share !== undefined && share < ANSWERED_AT_LEAST;
  const wrong = [
    ...properties.flatMap(({ trouble }) => trouble ?? []),
    ...never,
    ...(tooFew
      ? [`  ${name}: ${percent(share)} of the operations were answered ok; half must.`]
      : []),
  ];
  return said(wrong, `No false alarm; everything that is named occurred. ${seconds(tookMs)} s.`, [
    `${name}: every property, on fresh seeds (${seeds} each; a seed is one random case, one world)`,
    table(rows)["text/plain"],
    ...situations(properties),
  ]);
}

/** How often each situation occurred; operations and their answers are one line. */
function situations(properties: readonly CalmProperty[]): string[] {
  const rows = properties.flatMap((each) => {
    const { number: property, saw } = each;
    const others = [...saw].filter(([name]) => name !== ASKED && name !== ANSWERED);
    const lines = others.map(([situation, times]) => ({ property, situation, times }));
    const share = answeredOk([each]);
    if (share === undefined) return lines;
    const situation = `operations: ${percent(share)} were answered ok`;
    return [...lines, { property, situation, times: saw.get(ASKED) ?? 0 }];
  });
  return rows.length === 0 ? [] : [table(rows)["text/plain"]];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

export function sayTeeth(
  name: string,
  bites: readonly Bite[],
  { runs, caughtAtLeast, withinMs }: Measure,
): Said {
  const rows = bites.map(({ wrong, number, made }) => {
    const caught = made.filter(isCaught);
    const ms = caught.map((each) => each.ms);
    return {
      "known-wrong implementation": wrong.name,
      caught: `${caught.length}/${made.length}`,
      ...(ms.length > 0 && {
        "by property": number,
        "median s": seconds(median(ms)),
        "median cases": median(caught.map(({ found }) => found.runs)),
        "slowest s": seconds(Math.max(...ms)),
      }),
    };
  });
  const medianMs = median(bites.flatMap(({ made }) => made.map(({ ms }) => ms)));
  const wrong = bites.flatMap((bite) => flawOf(name, bite, caughtAtLeast) ?? []);
  if (medianMs > MEDIAN_MS) {
    wrong.push(`  ${name}: the median of all searches is ${seconds(medianMs)} s; it must be 1.`);
  }
  return said(wrong, `Everything was caught, the median in ${seconds(medianMs)} s.`, [
    `${name}: every known-wrong implementation, ${runs} searches with fresh seeds, up to ${withinMs / 1000} s each`,
    table(rows)["text/plain"],
  ]);
}

/** Why a known-wrong implementation proves nothing, and the command that shows it. */
function flawOf(
  system: string,
  { wrong, number, made, flaw }: Bite,
  caughtAtLeast: number,
): string | undefined {
  if (flaw !== undefined) return `  ${wrong.name}: ${flaw}`;
  const missed = made.find((each) => !isCaught(each));
  if (missed === undefined || made.filter(isCaught).length >= caughtAtLeast) return undefined;
  const quoted = wrong.name.replaceAll("'", "'\\''");
  return [
    `  ${wrong.name}: missed too often. ${missed.found.message ?? ""}`,
    `    again: npx quorumlab replay ${system} ${number} --seed ${missed.seed} --wrong '${quoted}'`,
  ].join("\n");
}
