/** The world of a recipe: an ensemble, hosts that use it in one session after the other, what goes wrong, and calm at the end. */

import { ensemble, type ZooKeeper, ZooKeeperError } from "quorumlab/ensemble";
import { type ClientHost, client, type FencedReplies } from "quorumlab/recipes";
import {
  type Fault,
  type NodeId,
  type Run,
  type Scenario,
  simulate,
  type View,
} from "quorumlab/sim";
import { because, excerpt } from "../excerpt.ts";
import { Violation } from "../exercise.ts";
import { ANSWERED, ASKED } from "../system.ts";

export const SERVERS: readonly NodeId[] = ["s1", "s2", "s3"];
const TICK_MS = 25;
/** Of every session. */
export const TIMEOUT_MS = 200;
/** Every fault is over before this. */
export const CHAOS_MS = 1000;
/** How long a healthy ensemble may take to elect, to end the sessions of the dead, and to let a recipe come to its end. */
export const CALM_MS = 1000;

/** What happened, that a property must have met. */
export const SITUATIONS = {
  expired: "a session expired",
  moved: "a session moved to another server",
  ambiguousCreate: "nobody knew whether a node was created",
} as const;

/** Luck, how many hosts there are, and what goes wrong. */
export type Plan = {
  readonly seed: number;
  readonly hosts: number;
  readonly faults: readonly Fault[];
};

export type Host = ClientHost<FencedReplies>;
export type Saw = (situation: string) => void;

/** What a host does in one session; it ends with the session, or for good. */
export type Program = (zk: ZooKeeper, host: Host) => Promise<void>;

export function hostsOf({ hosts }: Pick<Plan, "hosts">): NodeId[] {
  return Array.from({ length: hosts }, (_, i) => `c${i + 1}`);
}

/** Whether a host is not asleep: one that sleeps does nothing, whatever it may do. */
export function isAwake({ faults }: Plan, id: NodeId, atMs: number): boolean {
  return !faults.some(
    (each) =>
      each.kind === "pause" &&
      each.node === id &&
      atMs >= each.atMs &&
      atMs < each.atMs + (each.forMs ?? Infinity),
  );
}

/** Whether a session cannot have ended, by the clock of its host, which may be 5 % wrong. */
export function certainlyLives(zk: ZooKeeper, host: Host): boolean {
  return host.now() < zk.aliveUntilMs - zk.timeoutMs / 10;
}

/**
 * Runs a plan to the end of its calm.
 *
 * @param program of every host, in every session
 * @param options.always judges the world after every event
 * @param options.more other servers
 */
export async function carryOut(
  plan: Plan,
  program: Program,
  saw: Saw,
  options: { readonly always?: (view: View) => void; readonly more?: Scenario["servers"] } = {},
): Promise<Run> {
  const servers: Record<NodeId, Scenario["servers"][string]> = { ...options.more };
  for (const id of SERVERS)
    servers[id] = ensemble(SERVERS, { tickMs: TICK_MS, snapshotEvery: 20, keep: 10 });
  for (const id of hostsOf(plan))
    servers[id] = client((host: Host) => inSessions(host, program, saw));
  const { seed, faults } = plan;
  const { always } = options;
  const run = await simulate({
    seed,
    servers,
    faults,
    forMs: CHAOS_MS + CALM_MS,
    ...(always && { always }),
  });
  reportMoves(run, saw);
  return run;
}

async function inSessions(host: Host, program: Program, saw: Saw): Promise<void> {
  for (let isOver = false; !isOver; ) {
    const zk = await host.zookeeper({ servers: SERVERS, timeoutMs: TIMEOUT_MS });
    zk.onState((state) => {
      if (state === "expired") saw(SITUATIONS.expired);
    });
    try {
      await program(observed(zk, saw), host);
      isOver = zk.state !== "expired";
    } catch (error) {
      if (!(error instanceof ZooKeeperError) || error.code !== "SessionExpired") throw error;
    }
  }
}

/** The same session; what is asked and answered is counted. */
function observed(zk: ZooKeeper, saw: Saw): ZooKeeper {
  const counted = Object.entries(zk).flatMap(([name, act]) => {
    if (typeof act !== "function" || name === "onState") return [];
    const perform = act as (...args: unknown[]) => Promise<unknown>;
    const call = (...args: unknown[]) => {
      saw(ASKED);
      const answer = perform(...args);
      answer.then(
        () => saw(ANSWERED),
        (error) => {
          if (name === "create" && error.code === "ConnectionLoss") saw(SITUATIONS.ambiguousCreate);
        },
      );
      return answer;
    };
    return [[name, call]];
  });
  return Object.assign(Object.create(zk), Object.fromEntries(counted));
}

function reportMoves({ trace }: Run, saw: Saw): void {
  const last = new Map<NodeId, { readonly session: number; readonly server: NodeId }>();
  for (const event of trace.events) {
    if (event.kind !== "deliver") continue;
    const { kind, session } = event.body as { kind: string; session: number };
    if (kind !== "connected" || session === 0) continue;
    const before = last.get(event.node);
    if (before?.session === session && before.server !== event.from) saw(SITUATIONS.moved);
    last.set(event.node, { session, server: event.from });
  }
}

/** What servers and sessions say to each other all the time. */
const CHATTER = [
  "ping pong heartbeat heard touch touched session askSession propose ack commit forward",
  "notification followerInfo leaderInfo ackEpoch diff trunc snap newLeader ackNewLeader upToDate",
  "revalidate revalidated syncRequest synced",
].flatMap((kinds) => kinds.split(" "));

/**
 * A recipe did what it must not.
 *
 * @param said what to write in the picture, beside whom
 * @param of the events that a picture explains; left out, it shows the last moments
 */
export function violation(
  says: string,
  plan: Plan,
  view: View,
  said: readonly { readonly node: NodeId; readonly text: string }[] = [],
  of?: readonly number[],
): Violation {
  const nodes = [...hostsOf(plan), ...SERVERS];
  if (of !== undefined) {
    const wanted = ({ body }: { readonly body: unknown }) =>
      !CHATTER.includes((body as { kind: string }).kind);
    const trace = because(view, nodes, of, { calls: nameOf, wanted, said });
    return new Violation(says, { trace });
  }
  const remarks = new Map(said.map(({ node, text }) => [node, text]));
  return new Violation(says, {
    trace: excerpt(view, nodes, { lastMs: 150, without: CHATTER, remarks }),
  });
}

/** What a message is called in a picture: "request create /master". */
function nameOf(body: unknown): string {
  const { kind, request, result, type, path } = body as Readonly<Record<string, unknown>>;
  const inner = (request ?? result) as { kind?: string; path?: string } | undefined;
  return [kind, type, inner?.kind, path ?? inner?.path].filter(Boolean).join(" ");
}
