/**
 * What every server of the ensemble is, whatever its part: a replica that applies committed transactions in order,
 * answers its clients from its own tree, and tells them of what they watch.
 */

import { invariant, type NodeId, type Out } from "quorumlab/sim";
import type { commitPoint, syncDecision } from "./decisions.ts";
import { applyNext, type History, snapshot } from "./history.ts";
import type {
  Entry,
  Failure,
  Ordered,
  Read,
  Request,
  Result,
  SessionId,
  ToClient,
} from "./messages.ts";
import type { Part } from "./parts.ts";
import type { PeerMessage } from "./peers.ts";
import { apply, nodeAt, statOf, type Tree } from "./tree.ts";
import { addWatch, dropWatches, type Firing, fire, type Watches } from "./watches.ts";
import type { Zxid } from "./zxid.ts";

export type EnsembleOptions = {
  /** The unit of all other times: 50 ms unless told; ZooKeeper's own default is 2000. */
  readonly tickMs?: number;
  /** In how many ticks a leader must have a majority that has its history, and a follower a leader: 10 unless told. */
  readonly initLimit?: number;
  /** After how many silent ticks a leader or a follower is given up: 5 unless told. */
  readonly syncLimit?: number;
  /** Whether a server without a leader serves reads to clients that accept it: no unless told, as in ZooKeeper. */
  readonly readOnlyMode?: boolean;
  /** After how many transactions a server saves its tree and forgets old ones: 1,000 unless told. */
  readonly snapshotEvery?: number;
  /** How many transactions it keeps for followers that are a little behind: 500 unless told, as in ZooKeeper. */
  readonly keep?: number;
  /** The leader's commit rule, and its sync decision; exercises replace them. */
  readonly commitPoint?: typeof commitPoint;
  readonly syncDecision?: typeof syncDecision;
};

/** What surrounds a server while it handles one event. */
export type Turn = {
  readonly server: Server;
  readonly nowMs: number;
  readonly out: Out<ToClient | PeerMessage>;
  readonly options: Required<EnsembleOptions>;
};

/** A request that was not answered yet. Reads are answered as soon as they are the first. */
type Waiting = {
  readonly xid: number;
  readonly request: Request | Extract<Ordered, { kind: "createSession" }>;
  answer?: Result | Failure;
};

/** A client's connection. */
export type Attached = {
  /** 0 until the session is open. */
  session: SessionId;
  timeoutMs: number;
  readonly readOnly: boolean;
  readonly waiting: Waiting[];
};

export type Server = {
  /** What it does for its clients, for pictures. */
  role: string;
  readonly id: NodeId;
  /** The other servers. */
  readonly peers: readonly NodeId[];
  /** Those with a live connection to this one. */
  readonly connected: Set<NodeId>;
  /** On disk: the newest epoch that it has promised to follow, and the epoch of the leader whose history it has. */
  acceptedEpoch: number;
  currentEpoch: number;
  readonly history: History;
  /** All that is committed, up to this transaction. A leader's own disk may still lack it: then nobody hears of it yet. */
  tree: Tree;
  committed: Zxid;
  /** Whether the tree was up to date with a leader once in this life: only then it may be shown without one. */
  caughtUp: boolean;
  /** The election round, and what the server does in the ensemble at present. */
  round: number;
  part: Part;
  readonly clients: Map<NodeId, Attached>;
  readonly watches: Watches;
};

/** How many servers the ensemble has. */
export function sizeOf(server: Server): number {
  return server.peers.length + 1;
}

/** What clients get at present: everything, reads only (and only those that asked for it), or nothing. */
export function serves(server: Server): "everything" | "reads" | "nothing" {
  const { part } = server;
  if (part.kind === "looking") return part.readOnly ? "reads" : "nothing";
  return part.stage === "broadcast" ? "everything" : "nothing";
}

/** Applies all transactions up to one that is committed, in order, and answers the clients that wait for them. */
export function commitTo(turn: Turn, zxid: Zxid): void {
  const { server } = turn;
  const { history, tree } = server;
  while (server.committed < zxid) {
    const entry = applyNext(history);
    invariant(entry !== undefined, `${zxid} is committed, but ${server.id} does not have it`);
    server.committed = entry.zxid;
    const result = apply(tree, entry, (change) => {
      for (const firing of fire(server.watches, change)) tell(turn, firing);
    });
    settle(turn, entry, result);
  }
}

/** Saves the tree when enough was applied since it was saved last. */
export function saveWhenDue(turn: Turn): void {
  const { history, tree, committed } = turn.server;
  if (history.sinceSnapshot < turn.options.snapshotEvery) return;
  snapshot(history, tree, committed, turn.options.keep, turn.out);
}

/** Sends a watch event. It is sent when the change is applied, so it comes before every answer that shows the change. */
export function tell(turn: Turn, { client, type, path }: Firing): void {
  turn.out.send(client, { kind: "event", type, path, zxid: turn.server.committed });
}

/** A transaction is in the tree: whoever asked for it here hears, and whoever's session it ended is let go. */
function settle(turn: Turn, entry: Entry, result: Result | Failure): void {
  const { server } = turn;
  const { origin, txn, zxid } = entry;
  const attached = origin?.server === server.id && server.clients.get(origin.client);
  // A client that came back on a new connection, or in a new life, may use the number of an old request again.
  if (attached && attached.session === origin?.session) {
    if (txn.kind === "createSession" && attached.waiting[0]?.xid === origin.xid) {
      attached.session = zxid;
      attached.timeoutMs = txn.timeoutMs;
    }
    answer(turn, origin.client, origin.xid, result);
  }
  if (txn.kind !== "closeSession") return;
  for (const [client, { session }] of server.clients) {
    if (session === txn.session) detach(turn, client);
  }
}

/** Gives a waiting request its answer, and sends all that can be sent in the order in which they were asked. */
export function answer(turn: Turn, client: NodeId, xid: number, result: Result | Failure): void {
  const waiting = turn.server.clients.get(client)?.waiting.find((each) => each.xid === xid);
  // A client that came back on a new connection does not wait for what it asked on the old one.
  if (waiting === undefined) return;
  waiting.answer = result;
  advance(turn, client);
}

/** Answers the requests at the head of a client's queue that wait for nothing but their turn. */
export function advance(turn: Turn, client: NodeId): void {
  const { server } = turn;
  const attached = server.clients.get(client);
  if (attached === undefined) return;
  const { waiting } = attached;
  for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
    const { xid, request } = first;
    const result = isRead(request) ? read(server, client, request) : first.answer;
    if (result === undefined) return;
    waiting.shift();
    if (result.kind === "createSession") {
      greet(attached, client, turn);
      continue;
    }
    turn.out.send(client, { kind: "reply", xid, zxid: server.committed, result });
    // Who closed the session, or has lost it, is let go.
    const isOver =
      result.kind === "closeSession" ||
      (result.kind === "error" && ["SessionExpired", "SessionMoved"].includes(result.code));
    if (isOver) detach(turn, client);
  }
}

/** Tells a client that its session is open. */
export function greet(attached: Attached, client: NodeId, { out }: Turn): void {
  const { session, timeoutMs, readOnly } = attached;
  out.send(client, { kind: "connected", session, timeoutMs, readOnly });
}

/** Lets a client go: it will look for another server, or hear there that its session is over. */
export function detach(turn: Turn, client: NodeId): void {
  const { server } = turn;
  if (!server.clients.delete(client)) return;
  dropWatches(server.watches, client);
  turn.out.close(client);
}

function isRead(request: Waiting["request"]): request is Read {
  return "watch" in request;
}

/** A local read: as new as this replica, which may be behind. A watch is set only with an answer that shows something. */
function read(server: Server, client: NodeId, request: Read): Result | Failure {
  const { kind, path, watch } = request;
  const node = nodeAt(server.tree, path);
  if (watch && (node !== undefined || kind === "exists")) {
    addWatch(server.watches[kind === "getChildren" ? "child" : "data"], path, client);
  }
  if (node === undefined) return { kind: "error", code: "NoNode" };
  const stat = statOf(node);
  switch (kind) {
    case "exists":
      return { kind, stat };
    case "getData":
      return { kind, data: node.data, stat };
    case "getChildren":
      return { kind, children: [...node.children], stat };
  }
}
