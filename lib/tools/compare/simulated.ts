/** A script on our ensemble, in a simulated world: every step has its time, long enough for all that follows from it. */

import { ensemble } from "quorumlab/ensemble";
import { client } from "quorumlab/recipes";
import { type Fault, type Server, simulate } from "quorumlab/sim";
import { noteStates, type Outcome, perform, type Seen } from "./perform.ts";
import type { Script, Step } from "./script.ts";

const SERVERS = ["s1", "s2", "s3"];
const TICK_MS = 1_000;
const TIMEOUT_MS = 20 * TICK_MS;
/** Until there is a leader, and every session is open. */
const START_MS = 15_000;
/** A request is answered, and everybody has applied it. */
const REQUEST_MS = 300;
/** A client has found a server again, or has learned that its session is over. */
const BACK_MS = 15_000;
const EXPIRY_MS = TIMEOUT_MS + 3 * TICK_MS;

type Timed = { readonly at: number; readonly step: Step; readonly atMs: number };

export async function runSimulated(script: Script, seed: number): Promise<Outcome> {
  const sessions = Array.from({ length: script.sessions }, (_, session) => session);
  const ids: number[] = sessions.map(() => 0);
  const seen: Seen[][] = sessions.map(() => []);
  const { timed, endMs } = timetable(script);

  const program = (session: number): Server =>
    client(async (host) => {
      const zookeeper = await host.zookeeper({ servers: SERVERS, timeoutMs: TIMEOUT_MS });
      const own = seen[session] as Seen[];
      ids[session] = zookeeper.session;
      noteStates(zookeeper, own);
      for (const { at, step, atMs } of timed) {
        if (step.session !== session || !("request" in step)) continue;
        await host.sleep(Math.max(0, atMs - host.trueMs()));
        await perform(zookeeper, at, step.request, own);
      }
    }) as Server;

  await simulate({
    seed,
    servers: {
      ...Object.fromEntries(SERVERS.map((id) => [id, ensemble(SERVERS, { tickMs: TICK_MS })])),
      ...Object.fromEntries(sessions.map((session) => [nameOf(session), program(session)])),
    } as Record<string, Server>,
    faults: timed.flatMap((each) => faultsOf(each, timed)),
    forMs: endMs,
  });
  return { ids, seen };
}

function nameOf(session: number): string {
  return `c${session}`;
}

function timetable({ steps }: Script): { timed: Timed[]; endMs: number } {
  let endMs = START_MS;
  const timed = steps.map((step, at) => {
    const atMs = endMs;
    const fault = "fault" in step ? step.fault : "leave";
    endMs += { leave: REQUEST_MS, back: BACK_MS, expire: EXPIRY_MS + BACK_MS }[fault];
    return { at, step, atMs };
  });
  return { timed, endMs };
}

/** The client's connection breaks, and it gets none before its time. */
function faultsOf({ at, step, atMs }: Timed, timed: readonly Timed[]): Fault[] {
  if ("request" in step || step.fault === "back") return [];
  const node = nameOf(step.session);
  const back = timed.find((other) => other.at > at && isBack(other.step, step.session));
  const forMs = step.fault === "expire" ? EXPIRY_MS : (back?.atMs ?? Infinity) - atMs;
  return [
    { kind: "cut", from: [node], to: SERVERS, atMs, forMs },
    ...SERVERS.map((server): Fault => ({ kind: "break", atMs, between: [node, server] })),
  ];
}

function isBack(step: Step, session: number): boolean {
  return step.session === session && "fault" in step && step.fault === "back";
}
