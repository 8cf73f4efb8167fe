/** Bugs in an ensemble, each with faults under which it shows: what a property of a learner's own has to notice. */

import type { Entry, Server, Txn } from "quorumlab/ensemble";
import type { Fault, NodeId, Out, Saved } from "quorumlab/sim";
import { type Applied, type Bug, type Facts, MEMBERS, type Member } from "./facts.ts";

export type Planted = Bug & {
  /** What goes wrong, from a time on. s3 leads at first. */
  faults(atMs: number): readonly Fault[];
};

const OTHERS = MEMBERS.filter((id) => id !== "s3");
const alone = (atMs: number, forMs?: number): Fault => {
  return { kind: "cut", from: ["s3"], to: OTHERS, atMs, ...(forMs === undefined ? {} : { forMs }) };
};
const dies = (node: NodeId, atMs: number): Fault => ({ kind: "crash", node, atMs });
const restarts = (node: NodeId, atMs: number): Fault => {
  return { kind: "crash", node, atMs, forMs: 60, unsynced: "lost" };
};
/** The leader dies for good, and at the same moment the others restart. */
const restartWithout = (atMs: number) => [
  dies("s3", atMs),
  ...OTHERS.map((id) => restarts(id, atMs)),
];

/** What is spoiled on the way into a server or out of it. */
type Spoiled = {
  /** What a server hears instead of a proposal. */
  proposal?(entry: Entry, server: Server): Entry;
  /** The server's `out`, with some of it replaced. */
  out?(real: Out<unknown>): Partial<Out<unknown>>;
  saved?(real: Saved): Saved;
};

/** Something around a server; `at` left out: around every one. */
function spoiling({ proposal, out, saved }: Spoiled, at: readonly NodeId[] = MEMBERS): Bug {
  const around = (member: Member, id: NodeId): Member => {
    if (!at.includes(id)) return member;
    const through = (real: Out<unknown>) => {
      const own = out?.(real) ?? {};
      return new Proxy(real, {
        get: (_, name: keyof Out<unknown>) => own[name] ?? real[name].bind(real),
      });
    };
    return {
      wire: member.wire,
      onStart: (self, kept, nowMs, real) =>
        member.onStart(self, saved?.(kept) ?? kept, nowMs, through(real)),
      onMessage(server, nowMs, from, message, real) {
        const isProposal = proposal !== undefined && message.kind === "propose";
        const heard = isProposal ? { ...message, entry: proposal(message.entry, server) } : message;
        member.onMessage(server, nowMs, from, heard, through(real));
      },
      onTimer: (server, nowMs, name, real) => member.onTimer?.(server, nowMs, name, through(real)),
      onConnected: (server, nowMs, peer, real) =>
        member.onConnected?.(server, nowMs, peer, through(real)),
      onDisconnected: (server, nowMs, peer, real) =>
        member.onDisconnected?.(server, nowMs, peer, through(real)),
    };
  };
  return { around };
}

/** Every so many transactions, by their number. */
const isNth = ({ zxid }: { readonly zxid: number }, nth: number) => zxid % nth === 0;

/** What can be seen of bugs, and the bugs. */
export type Kind = { readonly bugs: readonly Planted[]; seen(facts: Facts): string | undefined };

/** Acknowledged creates are lost. */
const losing: readonly Planted[] = [
  {
    // Nothing is ever written to the log.
    ...spoiling({ out: () => ({ append() {} }) }),
    faults: (atMs) => MEMBERS.map((id) => restarts(id, atMs)),
  },
  {
    // A leader commits what it has itself.
    options: { commitPoint: (acked) => Math.max(...acked) },
    faults: (atMs) => [alone(atMs), dies("s3", atMs + 80)],
  },
  {
    // The end of a log is lost in every restart.
    ...spoiling({
      saved: (real) => ({
        cell: (name) => real.cell(name),
        log<E>(name: string) {
          const { start, entries } = real.log<E>(name);
          return { start, entries: entries.slice(0, -2) };
        },
      }),
    }),
    faults: restartWithout,
  },
  {
    // Some transactions are never written down.
    ...spoiling({
      out: (real) => ({
        append(log, entry) {
          if (!isNth(entry as Entry, 4)) real.append(log, entry);
        },
      }),
    }),
    faults: restartWithout,
  },
];

const nothing: Txn = { kind: "error", code: "NoNode" };

/** Servers apply different transactions, or in another order. */
const parting: readonly Planted[] = [
  {
    // One server takes a transaction for a failed one.
    ...spoiling({ proposal: (entry) => (isNth(entry, 9) ? { ...entry, txn: nothing } : entry) }, [
      "s1",
    ]),
    faults: () => [],
  },
  {
    // One server hears a path that nobody asked for.
    ...spoiling(
      {
        proposal(entry) {
          const { txn } = entry;
          if (txn.kind !== "create" || !isNth(entry, 5)) return entry;
          return { ...entry, txn: { ...txn, path: `${txn.path}0` } };
        },
      },
      ["s2"],
    ),
    faults: () => [],
  },
  {
    // A follower keeps what its leader does not have.
    options: { syncDecision: (last) => ({ kind: "diff", after: last }) },
    faults: (atMs) => [alone(atMs, 200)],
  },
  {
    // A follower that comes back misses the first that it lacks.
    options: {
      syncDecision: (last, { zxids }) => ({
        kind: "diff",
        after: zxids.find((zxid) => zxid > last) ?? last,
      }),
    },
    faults: (atMs) => [restarts("s1", atMs)],
  },
];

/** What a server does when a session is closed, with these paths instead of the right ones. */
function closing(paths: (right: readonly string[], server: Server) => readonly string[]): Spoiled {
  return {
    proposal(entry, server) {
      const { txn } = entry;
      if (txn.kind !== "closeSession") return entry;
      return { ...entry, txn: { ...txn, paths: paths(txn.paths, server) } };
    },
  };
}

/** Nodes outlive their sessions, or go before them. */
const outliving: readonly Planted[] = [
  // No node goes; not all go; another one goes as well.
  {
    ...spoiling(
      closing(() => []),
      ["s1"],
    ),
    faults: () => [],
  },
  {
    ...spoiling(
      closing((right) => right.slice(1)),
      OTHERS,
    ),
    faults: () => [],
  },
  {
    ...spoiling(
      closing((right, { tree }) => {
        const more = [...tree.nodes].find(
          ([path, node]) => node.ephemeralOwner !== 0 && !right.includes(path),
        );
        return more === undefined ? right : [...right, more[0]];
      }),
      ["s2"],
    ),
    faults: () => [],
  },
];

export const lost: Kind = {
  bugs: losing,
  seen({ creates, servers }) {
    const all = servers.flatMap(({ applied }) => applied);
    const there = new Set(all.map((each) => (each.kind === "create" ? each.path : "")));
    const gone = creates.find(({ path, answer }) => answer === "created" && !there.has(path));
    return gone && `"${gone.path}" was acknowledged as created, and no server has applied it`;
  },
};

export const parted: Kind = {
  bugs: parting,
  seen({ servers }) {
    const [first, ...others] = servers;
    for (const { id, applied } of others) {
      const place = applied.findIndex((each, i) => {
        const there = first?.applied[i];
        return there !== undefined && JSON.stringify(there) !== JSON.stringify(each);
      });
      const [mine, yours] = [applied[place], first?.applied[place]];
      if (mine === undefined || yours === undefined) continue;
      return `as number ${place + 1}, ${id} has applied ${say(mine)}, and ${first?.id} ${say(yours)}`;
    }
    return undefined;
  },
};

export const outlived: Kind = {
  bugs: outliving,
  seen({ servers }) {
    for (const { id, applied, nodes } of servers) {
      const closed = new Set(
        applied.map((each) => (each.kind === "closeSession" ? each.session : 0)),
      );
      for (const each of applied) {
        if (each.kind !== "create" || each.session === 0) continue;
        const [isOver, isThere] = [closed.has(each.session), nodes.includes(each.path)];
        if (isOver !== isThere) continue;
        return `${id} has ${isThere ? "" : "no "}"${each.path}", and its session is ${isOver ? "closed" : "open"}`;
      }
    }
    return undefined;
  },
};

function say(applied: Applied): string {
  if (applied.kind === "create")
    return `the create of "${applied.path}" for session ${applied.session}`;
  return `${applied.kind} of ${applied.session}`;
}
