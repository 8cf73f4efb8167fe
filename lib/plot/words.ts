/** The words that pictures use for numbers, messages and faults, so that all of them speak alike. */

import type { Fault, Link, NodeId } from "../sim/index.ts";

/** A number as a reader writes it: thousands apart, no more digits than it needs. */
export function numberText(value: number, fractionDigits = 2): string {
  if (!Number.isFinite(value)) return String(value);
  return value.toLocaleString("en-US", { maximumFractionDigits: fractionDigits });
}

/** "1 message", "12 messages". */
export function countText(count: number, noun: string): string {
  return `${numberText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** What a message is called when nobody says otherwise: its `kind`, if that is a string. */
export function kindOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("kind" in body)) return undefined;
  return typeof body.kind === "string" ? body.kind : undefined;
}

type Skew = Extract<Fault, { readonly kind: "skew" }>;

/** A fault of the network in a few words, such as "cut: s1 s2 | s3". */
export function faultText(fault: Fault): string {
  switch (fault.kind) {
    case "cut":
      return `cut: ${names(fault.from)} ${fault.oneWay ? "⇥" : "|"} ${names(fault.to)}`;
    case "break":
      return `break: ${fault.between.join("–")}`;
    case "delay":
      return `delay +${numberText(fault.byMs)} ms${linkText(fault)}`;
    case "stall":
      return `stall${linkText(fault)}`;
    case "drop":
    case "duplicate":
    case "reorder":
      return `${fault.kind} ${numberText(fault.probability * 100)} %${linkText(fault)}`;
    case "skew":
      return `clock of ${fault.node} ${skewText(fault) || "right"}`;
    case "crash":
    case "wipe":
    case "pause":
      return `${fault.kind}: ${fault.node}`;
  }
}

/** How a clock is wrong, such as "+40 ms ×1.01", or nothing when it is right. */
export function skewText({ byMs = 0, rate = 1 }: Pick<Skew, "byMs" | "rate">): string {
  const jump = byMs === 0 ? [] : [`${byMs < 0 ? "−" : "+"}${numberText(Math.abs(byMs))} ms`];
  return [...jump, ...(rate === 1 ? [] : [`×${numberText(rate, 4)}`])].join(" ");
}

function linkText(link: Link): string {
  if (link.from === undefined && link.to === undefined) return "";
  return `: ${link.from ? names(link.from) : "all"} → ${link.to ? names(link.to) : "all"}`;
}

function names(nodes: readonly NodeId[]): string {
  return nodes.join(" ");
}
