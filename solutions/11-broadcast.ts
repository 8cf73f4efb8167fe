import type { NodeId, Out, Protocol } from "quorumlab/sim";

export type Message =
  | { readonly kind: "submit" | "deliver"; readonly value: string }
  | (Kept & { readonly kind: "vote" })
  | (Kept & { readonly kind: "log"; readonly committed: number })
  | { readonly kind: "yes"; readonly term: number; readonly length: number };

/** On disk, whole or not at all: the newest term, the vote in it, and the log with the term of the leader it is from. */
type Kept = { term: number; voted: NodeId | null; epoch: number; log: readonly string[] };

export type State = {
  role: "following" | "asking for votes" | "leading";
  readonly id: NodeId;
  leader: NodeId | null;
  kept: Kept;
  committed: number;
  /** Submitted or handed on to here, and not committed yet: a log that is not committed can be replaced. */
  waiting: string[];
  /** Who votes for this server, or follows it, and how much of its log is on whose disk. */
  has: Map<NodeId, number>;
};

/**
 * A leader a term, chosen by a majority of which nobody has a newer log, so it has all that is committed. It sends its
 * whole log to everybody, again and again, and whoever takes it marks it with the leader's term: of two logs with one
 * mark, one is the beginning of the other. What a majority has of it is committed.
 */
export function broadcast(members: readonly NodeId[]): Protocol<State, Message> {
  const majority = Math.floor(members.length / 2) + 1;

  function keep(state: State, change: Partial<Kept>, out: Out<Message>): void {
    state.kept = { ...state.kept, ...change };
    out.put("kept", state.kept);
  }

  function tell({ id }: State, message: Message, out: Out<Message>): void {
    for (const peer of members) if (peer !== id) out.send(peer, message);
  }

  function wait(out: Out<Message>): void {
    out.setTimer("silence", 100 + 100 * out.random());
  }

  /** A leader takes what waits into its log, and tells everybody. The others hand it on. */
  function pass(state: State, out: Out<Message>): void {
    const { id, leader, committed, kept } = state;
    const delivered = kept.log.slice(0, committed);
    state.waiting = state.waiting.filter((value) => !delivered.includes(value));
    if (leader === id) {
      const log = [...new Set([...kept.log, ...state.waiting])];
      if (log.length > kept.log.length) keep(state, { log }, out);
      state.has.set(id, log.length);
      tell(state, { kind: "log", ...state.kept, committed }, out);
      wait(out);
    } else if (leader !== null) {
      for (const value of state.waiting) out.send(leader, { kind: "submit", value });
    }
  }

  function commit(state: State, length: number, out: Out<Message>): void {
    for (const value of state.kept.log.slice(state.committed, length)) {
      out.send(state.id, { kind: "deliver", value });
    }
    state.committed = Math.max(state.committed, length);
  }

  function hear(state: State, from: NodeId, message: Message, out: Out<Message>): void {
    const { term, epoch, log, voted } = state.kept;
    if (message.kind === "vote") {
      const isOlder = message.epoch - epoch || message.log.length - log.length;
      if (isOlder < 0 || (voted ?? from) !== from) return;
      keep(state, { voted: from }, out);
      out.send(from, { kind: "yes", term, length: 0 });
      wait(out);
    } else if (message.kind === "log") {
      state.role = "following";
      state.leader = from;
      wait(out);
      keep(state, { epoch: message.epoch, log: message.log }, out);
      out.send(from, { kind: "yes", term, length: message.log.length });
      commit(state, message.committed, out);
    } else if (message.kind === "yes") {
      state.has.set(from, message.length);
      if (state.role === "leading") {
        commit(state, [...state.has.values()].sort((a, b) => b - a)[majority - 1] ?? 0, out);
      } else if (state.has.size >= majority) {
        state.role = "leading";
        state.leader = state.id;
        keep(state, { epoch: term }, out);
        pass(state, out);
      }
    }
  }

  return {
    wire: "connection",

    onStart({ id }, saved, _nowMs, out) {
      const kept = saved.cell<Kept>("kept") ?? { term: 0, voted: null, epoch: 0, log: [] };
      const unknown = { leader: null, committed: 0, waiting: [], has: new Map<NodeId, number>() };
      const state: State = { role: "following", id, kept, ...unknown };
      wait(out);
      out.setTimer("tick", 0);
      return state;
    },

    onMessage(state, _nowMs, from, message, out) {
      if (!("term" in message)) {
        if (state.waiting.includes(message.value)) return;
        state.waiting.push(message.value);
        pass(state, out);
        return;
      }
      if (message.term > state.kept.term) {
        keep(state, { term: message.term, voted: null }, out);
        state.role = "following";
        state.leader = null;
      }
      if (message.term === state.kept.term) hear(state, from, message, out);
    },

    onTimer(state, _nowMs, name, out) {
      if (name === "tick") {
        for (const peer of members) if (peer !== state.id) out.connect(peer);
        pass(state, out);
        out.setTimer("tick", 20);
        return;
      }
      wait(out);
      state.role = "asking for votes";
      state.leader = null;
      state.has = new Map([[state.id, 0]]);
      keep(state, { term: state.kept.term + 1, voted: state.id }, out);
      tell(state, { kind: "vote", ...state.kept }, out);
    },
  };
}
