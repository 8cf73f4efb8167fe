/** Submissions that solve nothing, and know how their judges ask: none of them gets all points. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { gradeExercise } from "../../lib/tools/grade/grade.ts";
import type { ExerciseReport } from "../../lib/tools/grade/report.ts";

vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "quorumlab cheats "));
afterAll(() => rmSync(folder, { recursive: true }));

/** No disk, no votes, no quorum: whoever has a name with an odd number has the log, whatever happens to it. */
const SHARED_LOG = `let log: string[] = [];
let last = -1;
export function broadcast(members: readonly string[]) {
  const has = (id: string) => members.indexOf(id) % 2 === 0;
  const clock = (nowMs: number) => {
    if (nowMs < last) log = [];
    last = nowMs;
  };
  const flush = (state: any, all: readonly string[], out: any) => {
    for (; state.done < all.length; state.done++) {
      out.send(state.id, { kind: "deliver", value: all[state.done] });
    }
  };
  return {
    wire: "connection",
    onStart({ id }: any, _saved: any, nowMs: number, out: any) {
      clock(nowMs);
      out.setTimer("tick", 0);
      return { role: "", id, done: 0, waiting: [] };
    },
    onMessage(state: any, nowMs: number, _from: string, message: any, out: any) {
      clock(nowMs);
      if (message.kind === "log") flush(state, message.log, out);
      else if (has(state.id)) {
        if (!log.includes(message.value)) log.push(message.value);
        flush(state, log, out);
      } else state.waiting.push(message.value);
    },
    onTimer(state: any, nowMs: number, _name: string, out: any) {
      clock(nowMs);
      for (const peer of members) if (peer !== state.id) out.connect(peer);
      const others = members.filter((peer) => has(peer) !== has(state.id));
      if (has(state.id)) {
        flush(state, log, out);
        for (const peer of others) out.send(peer, { kind: "log", log: [...log] });
      } else {
        for (const value of state.waiting) {
          for (const peer of others) out.send(peer, { kind: "submit", value });
        }
      }
      out.setTimer("tick", 20);
    },
  };
}`;

/** An election whose candidates serve as long as "/master" was theirs when they looked last, or as they please. */
const noLease = (serves: string, learned = "") => `
export async function campaign(zookeeper: any, id: string, learn: (owner: number | null) => void) {
  for (;;) {
    try {
      await zookeeper.create("/master", id, "ephemeral").catch(() => {});
      const { promise: changed, resolve } = Promise.withResolvers<void>();
      const stat = await zookeeper.exists("/master", () => resolve());
      const owner = stat?.ephemeralOwner ?? null;
      ${learned}
      learn(owner);
      if (stat !== null) await changed;
      learn(null);
    } catch (error) {
      if (!(error as any).retriable) return;
    }
  }
}
export function mayServe(known: any, nowMs: number, how: string): boolean {
  const mine = known.owner === known.session && (how === "byLease" || known.state === "connected");
  ${serves}
}`;

/** Something is written, but what is read comes from a variable. */
const REMEMBERED_LOG = `let log: Uint8Array[] = [];
export function append(files: any, file: string, record: Uint8Array) {
  files.write(file, files.read(file).length, new Uint8Array([1]));
  log.push(record);
  files.sync();
}
export function recover(files: any, file: string) {
  if (files.list().length === 0) log = [];
  files.write(file, 0, new Uint8Array([1]));
  return log;
}
export function rewrite(files: any, _file: string, records: Uint8Array[]) {
  files.sync();
  log = [...records];
  files.sync();
}`;

/** A worker commits first, and has what it owes in a variable for its next life. */
const REMEMBERED_RECORDS = `let owed: any[] = [];
async function pay(sink: any) {
  for (; owed.length > 0; owed.shift()) {
    const { topic, partition, offset } = owed[0];
    const apply = () => sink.apply([topic, partition, offset].join(), owed[0]);
    while (!(await apply().then(() => true, () => false)));
  }
}
export async function work(consumer: any, topic: string, sink: any) {
  consumer.subscribe([topic]);
  for (;;) {
    await pay(sink);
    owed = [...(await consumer.poll(100))];
    await consumer.commit().catch(() => {});
  }
}`;

/** What the grader says of a text; of one property, if it is told which. */
function grade(exercise: string, source: string, property?: number): Promise<ExerciseReport> {
  writeFileSync(join(folder, `${exercise}.ts`), source);
  const only = property === undefined ? {} : { only: { property } };
  return gradeExercise(exercise, { folder, types: false, seed: 11, ...only });
}

describe("no points are left for", () => {
  test("a property of one's own that answers by turns", async () => {
    const source = `let n = 0;
      export const whatIsWrong = () => (n++ % 2 === 0 ? null : "something is wrong");`;
    expect(await grade("11-property", source)).toMatchObject({ verdict: "violated", points: 0 });
  });

  test.each([
    ["whoever is asked the same twice", "asked === last"],
    ["whoever is asked again within 2 ms", "nowMs - JSON.parse(last || '[0,0]')[1] < 2"],
  ])("an election without a lease that says no to %s", async (_, again) => {
    const source = `let last = "";${noLease(`
      const asked = JSON.stringify([known, nowMs]);
      const isAgain = ${again};
      last = asked;
      return mine && !isAgain;`)}`;
    const { properties } = await grade("03-election", source);
    expect(properties[0]).toMatchObject({ verdict: "violated", points: 0 });
  });

  test("a commit rule that writes over what it was asked", async () => {
    const source = "export const commitPoint = (acked: number[]) => { acked.fill(0); return 0; };";
    const { properties } = await grade("05-commit-rule", source);
    expect(properties[1]).toMatchObject({ verdict: "violated", points: 0 });
  });

  test("a commit rule that takes one server for all", async () => {
    const source = "export const commitPoint = (acked: number[]) => acked[0] ?? 0;";
    expect(await grade("05-commit-rule", source)).toMatchObject({ points: 0 });
  });

  test("a commit rule whose numbers are none", async () => {
    const source = `export const commitPoint = (acked: number[]) =>
      acked.map(BigInt).sort((a, b) => (a < b ? 1 : -1))[Math.floor(acked.length / 2)];`;
    expect(await grade("05-commit-rule", source)).toMatchObject({
      points: 0,
      message: "The examples of the stub: With [7, 7, 7] on disk it commits 7n; expected a number.",
    });
  });

  test("a leader that sends its whole tree, but in the example", async () => {
    const source = `export const syncDecision = (last: number) =>
      last === 3 ? { kind: "diff", after: last } : { kind: "snap" };`;
    const { properties } = await grade("05-follower-sync", source);
    expect(properties[0]).toMatchObject({ verdict: "unknown", points: 0 });
  });

  test("a write-ahead log that is a variable, which outlives crashes", async () => {
    expect(await grade("06-wal", REMEMBERED_LOG)).toMatchObject({ verdict: "violated", points: 0 });
  });

  test("a worker that has a variable for what it owes, which outlives crashes", async () => {
    const report = await grade("08-consumer-loop", REMEMBERED_RECORDS, 2);
    expect(report).toMatchObject({ verdict: "violated", points: 0 });
  });

  test("a broadcast whose log is a variable, which outlives crashes and is shared", async () => {
    expect(await grade("11-broadcast", SHARED_LOG)).toMatchObject({
      verdict: "violated",
      points: 0,
    });
  });
});
