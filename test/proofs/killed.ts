/** A tracker in a process of its own that is killed at random moments, while its databases come and go. */

import { type ChildProcess, fork } from "node:child_process";
import { EventEmitter, on, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { database, type TrackerMessage } from "quorumlab/recipes";
import { luck, type NodeId, type Protocol } from "quorumlab/sim";
import { expect, onTestFinished } from "vitest";
import { Folder } from "./folder.ts";
import { Host } from "./served.ts";

const SEED = 7;

export type Answer = Extract<TrackerMessage, { kind: "masterIs" }>;

/** Why answers, in the order in which they were given, cannot all be true. */
export function contradiction(answers: readonly Answer[]): string | undefined {
  const masters = new Map<number, NodeId>();
  let last = 0;
  for (const { term, master } of answers) {
    if (term < last) return `term ${term} was answered after term ${last}`;
    last = term;
    if (master === null) continue;
    const named = masters.get(term) ?? master;
    if (named !== master) return `term ${term} named ${named}, then ${master}`;
    masters.set(term, master);
  }
  return undefined;
}

/**
 * Kills a tracker so many times, or until its answers contradict each other: every other time just after it named
 * another master, else at any moment around that. @returns all that it answered, in order
 */
export async function killed(times: number, execArgv: readonly string[] = []): Promise<Answer[]> {
  const folder = mkdtempSync(join(tmpdir(), "quorumlab served "));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ports = new Map<NodeId, number>();
  const start = <State, Message>(id: NodeId, protocol: Protocol<State, Message>) => {
    const host = new Host(id, protocol, new Folder(folder), ports);
    onTestFinished(() => host.stop());
    return host;
  };
  const databases = new Map<NodeId, { stop(): void }>();
  const answers: Answer[] = [];
  const news = new EventEmitter();
  news.on("answer", (answer: Answer) => answers.push(answer));
  for (let time = 0; ; time++) {
    const child = await startTracker(folder, ports, execArgv);
    const asker = start("asker", asking(news));
    for (const id of ["a", "b", "c"]) {
      if (!databases.has(id)) databases.set(id, start(id, database()));
    }
    const { master, term } = await named(news, 0);
    if (time === times || contradiction(answers) !== undefined) return answers;
    databases.get(master)?.stop();
    databases.delete(master);
    const waits = time % 2 === 0;
    if (waits) await named(news, term + 1);
    await sleep(luck(SEED, time) * (waits ? 10 : 100));
    child.kill("SIGKILL");
    await once(news, "end");
    asker.stop();
  }
}

async function startTracker(
  folder: string,
  ports: Map<NodeId, number>,
  execArgv: readonly string[],
): Promise<ChildProcess> {
  const served = fileURLToPath(new URL("served.ts", import.meta.url));
  const child = fork(served, [folder], { execArgv: [...execArgv] });
  const exit = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  const [port] = await Promise.race([once(child, "message"), exit]);
  // An exit code is no port.
  expect(port).toBeGreaterThan(1023);
  ports.set("tracker", port);
  return child;
}

/** The next answer that names a master, of this term at least. */
async function named(news: EventEmitter, leastTerm: number) {
  for await (const [answer] of on(news, "answer", { close: ["end"] })) {
    const { master, term } = answer as Answer;
    if (master !== null && term >= leastTerm) return { master, term };
  }
  throw new Error("The tracker ended while it was asked.");
}

/** A client that asks who is master all the time. */
function asking(news: EventEmitter): Protocol<null, TrackerMessage> {
  return {
    wire: "connection",
    onStart(_self, _saved, _nowMs, out) {
      out.connect("tracker");
      out.setTimer("ask", 2);
      return null;
    },
    onMessage(_state, _nowMs, _from, answer) {
      news.emit("answer", answer);
    },
    onTimer(_state, _nowMs, _name, out) {
      out.send("tracker", { kind: "whoIsMaster", call: 0 });
      out.setTimer("ask", 2);
    },
    onDisconnected() {
      news.emit("end");
    },
  };
}
