/** Two short runs, told message by message and kept as text: compared exactly, and written anew with UPDATE=1. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { EnsembleMessage } from "quorumlab/ensemble";
import type { Effect, Run, TraceEvent } from "quorumlab/sim";
import { expect, test } from "vitest";
import { run } from "./ensembles.ts";
import { effects, said } from "./said.ts";

/** Times that can be read: five milliseconds for every message, and two for every sync. */
const STEADY = { latency: 5, syncTime: 2 } as const;

const PHASES: Readonly<Record<string, readonly EnsembleMessage["kind"][]>> = {
  election: ["notification"],
  discovery: ["followerInfo", "leaderInfo", "ackEpoch"],
  synchronization: ["diff", "trunc", "snap", "newLeader", "ackNewLeader", "upToDate"],
  broadcast: ["propose", "ack", "commit", "ping", "pong"],
};

/** "  36 s1 → s3  followerInfo 0": what was sent, what was written, when it was on disk, and the roles. */
function told({ atMs, ...event }: TraceEvent): string[] {
  const at = String(Math.round(atMs)).padStart(5);
  switch (event.kind) {
    case "send":
      return event.to === event.node
        ? []
        : [`${at} ${event.node} → ${event.to}  ${said(event.body as EnsembleMessage)}`];
    case "write":
      return effects([event.effect as Effect<EnsembleMessage>]).map(
        (text) => `${at} ${event.node}       ${text}`,
      );
    case "synced":
      return [`${at} ${event.node}       synced`];
    case "role":
      return [`${at} ${event.node} is ${event.role}`];
    default:
      return [];
  }
}

/** The phase of each event: a message's own; what is no message belongs to that of the next one. */
function phasesOf(events: readonly TraceEvent[]): string[] {
  let phase = "broadcast";
  const backwards = [...events].reverse().map((event) => {
    const { kind } = (event.kind === "send" ? event.body : {}) as Partial<EnsembleMessage>;
    phase = Object.keys(PHASES).find((name) => kind && PHASES[name]?.includes(kind)) ?? phase;
    return phase;
  });
  return backwards.reverse();
}

function expectStored(name: string, lines: readonly string[]): void {
  const file = new URL(`transcripts/${name}.txt`, import.meta.url);
  const text = `${lines.join("\n")}\n`;
  if (process.env.UPDATE === "1") writeFileSync(file, text);
  if (!existsSync(file)) throw new Error(`There is no transcript ${name}; run with UPDATE=1.`);
  expect(text).toBe(readFileSync(file, "utf8"));
}

const between = ({ trace }: Run, fromMs: number, toMs = Infinity) =>
  trace.events.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);

test("an election of three servers, phase by phase", async () => {
  const done = await run({ ...STEADY, forMs: 80 });
  const events = between(done, 0);
  const phases = phasesOf(events);
  const lines = events.flatMap((event, i) => {
    const heading = phases[i] === phases[i - 1] ? [] : [`# ${phases[i]}`];
    return [...heading, ...told(event)];
  });
  expectStored("election", lines);
});

test("a create through a follower: forwarded, proposed, on two disks, committed, answered", async () => {
  const done = await run({
    ...STEADY,
    session: { servers: ["s1"] },
    clients: {
      c: async (zk, { sleep, now }) => {
        await sleep(300 - now());
        await zk.create("/master", "c", "ephemeral");
      },
    },
    forMs: 350,
  });
  const other = ["ping", "pong", "heartbeat", "touch", "touched", "heard"];
  const events = between(done, 300).filter((event) => {
    return event.kind !== "send" || !other.includes((event.body as EnsembleMessage).kind);
  });
  expectStored("create", events.flatMap(told));
});
