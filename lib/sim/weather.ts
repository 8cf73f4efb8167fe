/** Which faults of the network are in force, and what they do to what passes between two servers. */

import type { Fault, Link } from "./faults.ts";
import type { Luck } from "./ground.ts";
import { hashString } from "./plain.ts";
import type { NodeId } from "./protocol.ts";

/** A way from one server to another, with the luck of what passes on it. */
export type Way = { readonly from: NodeId; readonly to: NodeId; readonly luck: Luck };

const STRIKE = {
  drop: hashString(0, "drop"),
  duplicate: hashString(0, "duplicate"),
  reorder: hashString(0, "reorder"),
};
const LATENESS = hashString(0, "lateness");

export class Weather {
  private faults: readonly Fault[] = [];

  begin(fault: Fault): void {
    this.faults = [...this.faults, fault];
  }

  end(fault: Fault): void {
    this.faults = this.faults.filter((other) => other !== fault);
  }

  /** Whether a fault of this kind is in the way. */
  has(kind: "cut" | "stall", way: Way): boolean {
    return this.along(kind, way).length > 0;
  }

  /** How much longer everything takes. */
  delayUs(way: Way): number {
    return this.along("delay", way).reduce((us, { byMs }) => us + Math.round(byMs * 1000), 0);
  }

  /** Whether a datagram is lost, or doubled. @param about what it is about, for luck */
  strikes(kind: "drop" | "duplicate", way: Way, about: number): boolean {
    return this.along(kind, way).some(
      ({ probability }) => way.luck.ask(about ^ STRIKE[kind]) < probability,
    );
  }

  /** For how long a datagram is held back, so that others overtake it. */
  latenessUs(way: Way, about: number): number {
    let us = 0;
    for (const { probability, byMs } of this.along("reorder", way)) {
      if (way.luck.ask(about ^ STRIKE.reorder) >= probability) continue;
      us += Math.round(byMs * 1000 * way.luck.ask(about ^ LATENESS));
    }
    return us;
  }

  /** The faults of a kind that are in the way. */
  private along<Kind extends Fault["kind"]>(kind: Kind, way: Way): (Fault & { kind: Kind })[] {
    // Every message asks, and mostly there are none.
    if (this.faults.length === 0) return [];
    return this.faults.filter(
      (fault): fault is Fault & { kind: Kind } => fault.kind === kind && covers(fault, way),
    );
  }
}

/** Whether a fault between two sides touches a way. */
function covers(fault: Fault, { from, to }: Way): boolean {
  if (fault.kind === "cut") {
    const there = fault.from.includes(from) && fault.to.includes(to);
    return there || (!fault.oneWay && fault.to.includes(from) && fault.from.includes(to));
  }
  const link = fault as Link;
  return (link.from?.includes(from) ?? true) && (link.to?.includes(to) ?? true);
}
