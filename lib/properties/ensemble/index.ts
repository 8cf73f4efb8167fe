/** What must hold of the ensemble, whatever its clients ask and whatever goes wrong. */

import fc from "fast-check";
import type { System, SystemProperty } from "../system.ts";
import { type Judged, judge } from "./judge.ts";
import { type Emphasis, type Mix, plans } from "./plan.ts";
import { SITUATIONS } from "./situations.ts";

const mix: Mix = { create: 3, delete: 1, change: 3, read: 4, multi: 1, sync: 1 };
const steady: Emphasis["faults"] = [
  "crash",
  "pause",
  "cut",
  "part",
  "break",
  "stall",
  "delay",
  "rate",
  "jump",
];
const late: Emphasis["faults"] = ["lateAnswers", "lateLeader", "lateLeader"];
const everything: Emphasis["faults"] = [...steady, "skew"];

function property(
  says: string,
  emphasis: Emphasis,
  judged: Judged,
  situations: readonly (keyof typeof SITUATIONS)[],
): SystemProperty {
  return {
    says,
    runs: 100,
    situations: situations.map((name) => SITUATIONS[name]),
    of: (_module, saw) =>
      fc.asyncProperty(plans(emphasis), async (plan) => {
        await judge(plan, judged, saw);
      }),
  };
}

export const system: System = {
  name: "ensemble",
  title: "The ensemble",
  properties: [
    property(
      "all servers apply one history, under one leader an epoch, and agree in the end",
      {
        mix: { ...mix, create: 2, read: 0, change: 6 },
        faults: ["blackout", "blackout", "crash", "part", "part", "cut", "pause", "stall", "skew"],
        steps: 40,
        gapMs: 50,
      },
      { answers: true },
      ["newLeader", "diff", "trunc", "snap", "leaderCrash"],
    ),
    property(
      "no acknowledged write is lost, writes are linearizable, and a session never sees an older state",
      {
        mix,
        faults: [...everything, "break", "break", "lag", "lag", "delay"],
        steps: 30,
        gapMs: 60,
        troubles: 10,
        readOnly: true,
      },
      { answers: true },
      ["newLeader", "moved", "ambiguousCreate", "asked", "answered"],
    ),
    property(
      "an ephemeral node lives exactly as long as its session, and a session as long as its client is heard",
      {
        mix: { ...mix, create: 8, change: 0, multi: 0 },
        // A client counts on its own clock: it may run apart from others, but not jump.
        faults: [...steady, ...late, ...late, "blackout"],
        troubles: 4,
        steps: 15,
        closes: true,
      },
      { sessions: true },
      ["expired", "moved", "ambiguousCreate"],
    ),
    property(
      "a watch tells of a change once, before any answer shows it, across reconnects",
      { mix: { ...mix, read: 8, multi: 0, sync: 0 }, faults: everything, steps: 25 },
      { watches: true },
      ["rewatched", "moved"],
    ),
  ],
};
