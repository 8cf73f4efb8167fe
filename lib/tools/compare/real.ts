/** A script on the real server. Every session goes by a line of its own that can be cut and mended. */

import { connectZooKeeper } from "quorumlab/connect";
import type { SessionState, ZooKeeper } from "quorumlab/ensemble";
import { type Line, openLine } from "./line.ts";
import { noteStates, type Outcome, perform, type Seen } from "./perform.ts";
import type { Script, Step } from "./script.ts";
import { type RealServer, TICK_MS } from "./server.ts";

/** The timeout of sessions that are to live, and of those that are to expire. */
const LIVING_MS = 120_000;
const DYING_MS = 2_000;

/** The machine was too slow for the real server's clock: the script proves nothing, and is to be run again. */
export class Unlucky extends Error {}

type Client = { readonly zookeeper: ZooKeeper; readonly line: Line; readonly seen: Seen[] };

/** @throws Unlucky */
export async function runReal({ sessions, steps }: Script, server: RealServer): Promise<Outcome> {
  const clients: Client[] = [];
  try {
    for (let session = 0; session < sessions; session++) {
      const dies = steps.some((step) => step.session === session && isExpiry(step));
      clients.push(await open(server, dies ? DYING_MS : LIVING_MS));
    }
    const ids = clients.map(({ zookeeper }) => zookeeper.session);
    for (const [at, step] of steps.entries()) {
      const { zookeeper, line, seen } = clients[step.session] as Client;
      if ("request" in step) await perform(zookeeper, at, step.request, seen);
      else await strike(zookeeper, line, step.fault);
    }
    const seen = clients.map((client) => [...client.seen]);
    for (const [session, own] of seen.entries()) checkStates(own, session, steps);
    return { ids, seen };
  } finally {
    for (const { zookeeper, line } of clients) {
      line.mend();
      await zookeeper.close().catch(() => {});
      line.close();
    }
  }
}

function isExpiry(step: Step): boolean {
  return "fault" in step && step.fault === "expire";
}

async function open(server: RealServer, timeoutMs: number): Promise<Client> {
  const line = await openLine(server.port);
  const zookeeper = await connectZooKeeper(`127.0.0.1:${line.port}`, { timeoutMs });
  const seen: Seen[] = [];
  noteStates(zookeeper, seen);
  return { zookeeper, line, seen };
}

async function strike(
  zookeeper: ZooKeeper,
  line: Line,
  fault: "leave" | "back" | "expire",
): Promise<void> {
  if (fault !== "back") {
    line.cut();
    await become(zookeeper, "disconnected");
  }
  if (fault === "expire") {
    // The server counts in ticks, and rounds up.
    await new Promise((resolve) => setTimeout(resolve, DYING_MS + 3 * TICK_MS));
  }
  if (fault === "leave") return;
  line.mend();
  await become(zookeeper, fault === "back" ? "connected" : "expired");
}

/** Waits for a state. @throws Unlucky when another comes first */
function become(zookeeper: ZooKeeper, wanted: SessionState): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (state: SessionState) => {
      stop();
      clearTimeout(late);
      if (state === wanted) resolve();
      else reject(new Unlucky(`a session is ${state}, and should be ${wanted}`));
    };
    const stop = zookeeper.onState(settle);
    const late = setTimeout(() => settle(zookeeper.state), 10_000);
    if (zookeeper.state === wanted) settle(wanted);
  });
}

/** @throws Unlucky when a session went through other states than its script says */
function checkStates(seen: readonly Seen[], session: number, steps: readonly Step[]): void {
  const states = seen.flatMap((each) => (each.kind === "state" ? each.state : []));
  const planned = steps.flatMap((step) => {
    if (step.session !== session) return [];
    if ("request" in step) return step.request.kind === "closeSession" ? "closed" : [];
    return { leave: "disconnected", back: "connected", expire: ["disconnected", "expired"] }[
      step.fault
    ];
  });
  if (states.join() === planned.join()) return;
  throw new Unlucky(`a session was ${states.join()}, and should be ${planned.join()}`);
}
