/** A run of ten seconds in which five servers lead one after the other, made by hand: roles and faults, no messages. */

import type { Trace } from "../../lib/sim/index.ts";
import { Recorder } from "./traces.ts";

const ALL = ["s1", "s2", "s3", "s4", "s5"] as const;

/** From a moment on these servers look for a leader, and after a while follow the first, in this epoch. */
function elect(run: Recorder, atMs: number, members: readonly string[], epoch: number): void {
  for (const [at, node] of members.entries()) {
    run.role(atMs + 9 * at, node, "looking");
    const role = at === 0 ? "leading" : "following";
    run.role(atMs + 400 + 9 * at, node, `${role}, epoch ${epoch}`);
  }
}

/** The leader s5 crashes; s4 follows it until it is cut off; s3 leads, sleeps for too long, and s5 leads twice. */
export function terms(): Trace {
  const run = new Recorder("client", ...ALL);
  for (const node of ALL) run.add(0, { kind: "start", node, restart: false });
  elect(run, 0, ["s5", "s1", "s2", "s3", "s4"], 1);
  run.add(2100, { kind: "crash", node: "s5" });
  elect(run, 2500, ["s4", "s1", "s2", "s3"], 2);
  run.add(3800, { kind: "start", node: "s5", restart: true });
  run.role(4030, "s5", "following, epoch 2");
  const sides = { from: ["s4", "s5"], to: ["s1", "s2", "s3"] };
  run.fault(5000, 7600, { kind: "cut", ...sides, atMs: 5000, forMs: 2600 });
  for (const node of sides.from) run.role(5400, node, "looking");
  elect(run, 5450, ["s3", "s1", "s2"], 3);
  for (const node of sides.from) run.role(7700, node, "following, epoch 3");
  run.add(8000, { kind: "pause", node: "s3" });
  elect(run, 8400, ["s5", "s1", "s2", "s4"], 4);
  run.add(8700, { kind: "resume", node: "s3" });
  elect(run, 8950, ["s5", "s1", "s2", "s3", "s4"], 5);
  run.send(100, "client", "s1", { kind: "write" }, 7);
  run.note(9000, "client", "waits");
  return run.trace(10_000);
}
