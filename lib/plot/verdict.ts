/** A history in words: its verdict as a title, a text for who cannot see it, and the legend of the signs that it uses. */

import { type History, type Linearizability, operationText } from "../check/index.ts";
import { element, type Sign } from "./document.ts";
import { palette, paper } from "./palette.ts";
import type { Rows } from "./rows.ts";
import { countText, numberText } from "./words.ts";

export function tellTitle(history: History, result: Linearizability | undefined): string {
  const clients = new Set(history.map((operation) => operation.client)).size;
  const counts = `${countText(history.length, "operation")} by ${countText(clients, "client")}`;
  if (result === undefined) return counts;
  const verdicts = {
    ok: "linearizable",
    violated: "not linearizable",
    unknown: "no verdict",
  };
  return `${counts}: ${verdicts[result.verdict]}`;
}

const MOST_SENTENCES = 20;

/** The picture in sentences. @param order the ids of the operations that have a place, in their order */
export function tell(
  { bars, fromMs, toMs }: Rows,
  history: History,
  order: readonly number[],
  result: Linearizability | undefined,
): string {
  const byId = new Map(history.map((operation) => [operation.id, operation]));
  const text = (id: number) => {
    const operation = byId.get(id);
    return operation === undefined ? "" : `${operation.client} ${operationText(operation)}`;
  };
  const told = bars
    .map(({ operation }) => operation)
    .sort((a, b) => a.id - b.id)
    .slice(0, MOST_SENTENCES)
    .map((operation) => {
      const end = operation.outcome === "info" ? "open" : numberText(operation.returnedMs);
      return `${text(operation.id)} (${numberText(operation.invokedMs)} to ${end})`;
    });
  const more = bars.length > told.length ? `, and ${bars.length - told.length} more` : "";
  const first = order.slice(0, MOST_SENTENCES).map(text).join(", ");
  return [
    `Operations from ${numberText(fromMs)} to ${numberText(toMs)} ms: ${told.join("; ")}${more}.`,
    ...(order.length > 0 ? [`An order that explains them begins: ${first}.`] : []),
    ...(result?.verdict === "violated"
      ? [`Cannot be placed: ${text(result.operation.id)}, because ${result.why}.`]
      : []),
    ...(result?.verdict === "unknown" ? [`No verdict: ${result.reason}.`] : []),
  ].join(" ");
}

/** Why a history has no order, or why nobody knows; of one that has an order there is nothing to say. */
export function conclusionOf(result: Linearizability | undefined): string | undefined {
  if (result?.verdict === "unknown") return `No verdict: ${result.reason}.`;
  if (result?.verdict !== "violated") return undefined;
  return `${result.operation.client}, ${operationText(result.operation)}: ${result.why}.`;
}

/** What a picture of these rows leaves out of a history, in sentences. */
export function leftOut(history: History, shown: History, { bars }: Rows): string[] {
  if (bars.length === history.length) return [];
  const of = `of ${countText(history.length, "operation")}`;
  if (shown.length === history.length)
    return [`Shown are ${bars.length} ${of}, from the first on.`];
  const last = bars.length < shown.length ? "the last " : "";
  return [`Shown are ${last}${bars.length} ${of}, up to the first return that no order explains.`];
}

/** The signs of a picture, only those that it uses. */
export function signsOf({ bars }: Rows, ordered: boolean, broken: boolean): Sign[] {
  const outcomes = new Set(bars.map(({ operation }) => operation.outcome));
  const signs: Sign[] = [];
  if (ordered) {
    const means = broken
      ? "when each could have taken effect, in this order"
      : "took effect, in this order";
    signs.push({ drawing: pointSign, means });
  }
  if (outcomes.has("info")) {
    const means = broken ? "under way, or never answered" : "never answered: may have happened";
    signs.push({ drawing: openSign, means });
  }
  if (outcomes.has("fail")) signs.push({ drawing: failedSign, means: "failed: did not happen" });
  return signs;
}

const bar = { x: 0.5, y: 0.5, width: 23, height: 11 };
const pointSign = element(
  "g",
  {},
  element("rect", { ...bar, fill: palette.plain.fill, stroke: paper.soft }),
  element("path", { d: "M12,-2V14", stroke: palette.committed.text, "stroke-width": 2.4 }),
);
const openSign = element(
  "g",
  {},
  element("rect", { x: 0, y: 0, width: 14, height: 12, fill: palette.plain.fill }),
  element("rect", { x: 14, y: 0, width: 6, height: 12, fill: palette.plain.fill, opacity: 0.5 }),
  element("path", {
    d: "M24,0.5H0.5V11.5H24",
    fill: "none",
    stroke: paper.soft,
    "stroke-dasharray": "4 3",
  }),
);
const failedSign = element(
  "g",
  {},
  element("rect", { ...bar, fill: paper.card, stroke: paper.soft, "stroke-dasharray": "2 2" }),
  element("path", { d: "M0,7L7,0M5,12L17,0M13,12L24,1", stroke: paper.edge, "stroke-width": 1.2 }),
);
