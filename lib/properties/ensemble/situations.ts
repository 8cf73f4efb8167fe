/** What happened in a run that a property must have met to have proved something. */

import type { Txn } from "quorumlab/ensemble";
import type { NodeId, Run } from "quorumlab/sim";
import type { Conversation } from "./wire.ts";
import type { Witness } from "./zab.ts";

export const SITUATIONS = {
  newLeader: "a leader was replaced",
  leaderCrash: "a leader crashed after a write was acknowledged",
  diff: "a follower lacked transactions (DIFF)",
  trunc: "a follower had transactions too many (TRUNC)",
  snap: "a follower took the leader's tree (SNAP)",
  expired: "a session with ephemeral nodes expired",
  moved: "a session moved to another server",
  ambiguousCreate: "nobody knew whether a node was created",
  rewatched: "watches were set again after a reconnect",
  asked: "an operation was asked",
  answered: "an operation was answered ok",
} as const;

/** Reports what happened in a run; each situation as often as it did. */
export function report(
  run: Run,
  witness: Witness,
  { words, exchanges }: Conversation,
  members: readonly NodeId[],
  saw: (situation: string) => void,
): void {
  for (const { txn, origin } of witness.history) {
    if (origin === undefined && isExpiry(txn)) saw(SITUATIONS.expired);
  }
  for (const { request, reply } of exchanges.values()) {
    saw(SITUATIONS.asked);
    if (reply !== undefined && reply.result.kind !== "error") saw(SITUATIONS.answered);
    if (reply === undefined && request.kind === "create") saw(SITUATIONS.ambiguousCreate);
  }
  for (const said of words.values()) {
    let server: NodeId | undefined;
    let session = 0;
    for (const { way, message, server: from } of said) {
      if (way === "said" && message.kind === "setWatches") saw(SITUATIONS.rewatched);
      if (way === "said" || message.kind !== "connected" || message.session === 0) continue;
      if (session === message.session && server !== from) saw(SITUATIONS.moved);
      session = message.session;
      server = from;
    }
  }
  reportServers(run, members, saw);
}

function isExpiry(txn: Txn): boolean {
  return txn.kind === "closeSession" && txn.paths.length > 0;
}

function reportServers(
  run: Run,
  members: readonly NodeId[],
  saw: (situation: string) => void,
): void {
  const roles = new Map<NodeId, string>();
  let acknowledged = false;
  for (const event of run.trace.events) {
    if (event.kind === "role") roles.set(event.node, event.role);
    if (event.kind === "crash" && acknowledged && roles.get(event.node)?.startsWith("leading")) {
      saw(SITUATIONS.leaderCrash);
    }
    if (event.kind !== "deliver") continue;
    const { kind, entries } = event.body as { kind: string; entries?: readonly unknown[] };
    if (kind === "reply") acknowledged = true;
    if (!members.includes(event.node)) continue;
    if (kind === "diff" && entries !== undefined && entries.length > 0) saw(SITUATIONS.diff);
    if (kind === "trunc") saw(SITUATIONS.trunc);
    if (kind === "snap") saw(SITUATIONS.snap);
  }
}
