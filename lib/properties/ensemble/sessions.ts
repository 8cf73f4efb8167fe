/** Whether an ephemeral node lives exactly as long as its session, and a session as long as its client is heard. */

import {
  apply,
  type Entry,
  emptyTree,
  type Server,
  type Session,
  zxidText,
} from "quorumlab/ensemble";
import type { NodeId, Run, View } from "quorumlab/sim";
import { Violation } from "../exercise.ts";
import { clientsOf, type Plan, serversOf } from "./plan.ts";
import type { Witness } from "./zab.ts";

/** Of a session's timeout, what clocks that run apart may take. */
const DRIFT = 0.05;

/**
 * Looks at the sessions that have just expired: none whose client still counts on it.
 *
 * @param from the first entry of the history to look at
 * @param clocks what each client's clock says
 */
export function checkLeases(
  { history }: Witness,
  from: number,
  view: View,
  clocks: ReadonlyMap<NodeId, () => number>,
): void {
  for (const { txn, origin, zxid } of history.slice(from)) {
    if (txn.kind !== "closeSession" || origin !== undefined) continue;
    for (const [client, nowMs] of clocks) {
      const state = view.state(client) as { session?: Session } | undefined;
      if (state?.session?.session !== txn.session) continue;
      const { aliveUntilMs, timeoutMs } = state.session;
      const leftMs = aliveUntilMs - DRIFT * timeoutMs - nowMs();
      if (leftMs <= 0) continue;
      throw new Violation(
        `The session of ${client} expired by ${zxidText(zxid)}, but a heartbeat of it was counted so lately that it must live ${Math.round(leftMs)} ms longer.`,
      );
    }
  }
}

/** Every ephemeral node has an open session, and the transaction that ends the session takes it away. */
export function checkEphemerals(history: readonly Entry[]): void {
  const tree = emptyTree();
  for (const entry of history) {
    apply(tree, entry);
    const { kind } = entry.txn;
    if (kind !== "closeSession" && kind !== "create" && kind !== "multi") continue;
    for (const [path, { ephemeralOwner }] of tree.nodes) {
      if (ephemeralOwner === 0 || tree.sessions.has(ephemeralOwner)) continue;
      throw new Violation(
        `After ${zxidText(entry.zxid)} there is ${path} of session ${zxidText(ephemeralOwner)}, which is not open.`,
      );
    }
  }
}

/** After the calm: all servers have everything, and exactly the sessions are open whose clients are there. */
export function checkEnd(run: Run, plan: Plan, { expected: last }: Witness): void {
  const members = serversOf(plan);
  for (const id of members) {
    const { role, committed } = run.states[id] as Server;
    if (!role.includes("epoch") || committed < last) {
      throw new Violation(
        `${id} ends as "${role}" with ${zxidText(committed)}; expected a leader or follower with ${zxidText(last)}, since nothing has gone wrong for a long time.`,
      );
    }
  }
  const { tree } = run.states[members[0] as NodeId] as Server;
  const open = new Set(tree.sessions.keys());
  for (const [i, client] of clientsOf(plan).entries()) {
    const { session } = run.states[client] as { session?: Session };
    if (session === undefined) throw new Violation(`${client} has no session at the end.`);
    checkClient(client, session, open.delete(session.session), plan.clients[i]?.closes === true);
    if (session.state === "connected" && !tree.nodes.has(`/last-${client}`)) {
      throw new Violation(
        `${client} was to write /last-${client} in the calm, and it is not there.`,
      );
    }
  }
  for (const session of open) {
    throw new Violation(
      `Session ${zxidText(session)} is still open, and nobody has it; expected it to expire.`,
    );
  }
}

/** @param closes whether it was to close its session; then it may have expired before that as well */
function checkClient(client: NodeId, { state }: Session, isOpen: boolean, closes: boolean): void {
  const isOver = state === "closed" || state === "expired";
  if (closes ? isOver && !isOpen : state === "connected" && isOpen) return;
  throw new Violation(
    `${client} ends as ${state}, and its session is ${isOpen ? "open" : "over"}; expected it to be ${closes ? "closed and over" : "connected and open"}.`,
  );
}
