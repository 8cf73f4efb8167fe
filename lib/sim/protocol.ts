/**
 * What a server may know and ask for: read this first.
 *
 * A protocol is plain-data state and five handlers. A handler gets an event, changes its own state in
 * place, and records what it wants done through `out`; the world that runs it (simulated, explored or
 * served on real sockets) does it afterwards. So the same protocol runs everywhere, and cannot tell where.
 */

/** The name of a server or client, such as "s1". */
export type NodeId = string;

/** What a server knows of itself from the start. */
export type Self = {
  readonly id: NodeId;
  /** Every other server that was declared, in that order. Who else may call is not known from the start. */
  readonly peers: readonly NodeId[];
};

/** What the disk kept: every write that was synced before the crash, and perhaps some that were not. */
export type Saved = {
  /** The entries of a log from `start` on; an unknown log is empty and starts at 0. */
  log<Entry>(name: string): { readonly start: number; readonly entries: Entry[] };
  /** The value last put in a cell, or undefined. */
  cell<Value>(name: string): Value | undefined;
};

/**
 * The wires. A datagram may be lost, doubled, reordered. A connection is first in first out and lossless while it
 * lives, and there is at most one between two servers: when both call at once, the call of the smaller name stands,
 * and a server hears of the end of one connection before it hears of the next.
 */
export type Wire = "connection" | "datagram";

/** What a handler may ask for. It records; only the world acts, in this order, after the handler returned. */
export type Out<Message> = {
  /**
   * Sends a message. It leaves once every write this server made before it is on disk; with `beforeSync` it
   * leaves at once. Sent to the server's own id it goes to the program on the same host. On a connection wire a
   * message to a peer without a live connection is lost.
   */
  send(to: NodeId, message: Message, options?: { readonly beforeSync?: boolean }): void;
  /** Opens the connection to a peer, unless there is one. Answered by onConnected, or by onDisconnected when refused. */
  connect(to: NodeId): void;
  /** Closes the connection to a peer; the peer is told, this server is not. */
  close(to: NodeId): void;
  /** Sets a named timer, replacing one of that name. @param afterMs on this server's own clock */
  setTimer(name: string, afterMs: number): void;
  cancelTimer(name: string): void;
  /** Appends an entry to a named log. */
  append(log: string, entry: unknown): void;
  /** Drops the entries with index `from` and above. */
  cutTail(log: string, from: number): void;
  /** Drops the entries with index below `before`; the others keep their index. */
  dropHead(log: string, before: number): void;
  /** Replaces the value of a named cell, whole or not at all. */
  put(cell: string, value: unknown): void;
  /** Luck: a number in [0, 1) that depends on the seed and on the event being handled. The one answer that `out` gives. */
  random(): number;
};

/**
 * A protocol: handlers over plain-data state, which they change in place. `nowMs` is the server's own clock, which
 * may be wrong, jump, and count from any moment. A message from the server's own id comes from the program on the same host. Handlers that
 * a protocol has no use for are left out.
 */
export type Protocol<State, Message> = {
  readonly wire: Wire;
  onStart(self: Self, saved: Saved, nowMs: number, out: Out<Message>): State;
  onMessage(state: State, nowMs: number, from: NodeId, message: Message, out: Out<Message>): void;
  onTimer?(state: State, nowMs: number, name: string, out: Out<Message>): void;
  onConnected?(state: State, nowMs: number, peer: NodeId, out: Out<Message>): void;
  onDisconnected?(state: State, nowMs: number, peer: NodeId, out: Out<Message>): void;
};

/**
 * Checks what must hold. A failure is a bug of the code that called it: it stops the run.
 *
 * @param saying what is not so, or what makes the sentence, where that takes longer than to check
 */
export function invariant(holds: boolean, saying: string | (() => string)): asserts holds {
  if (holds) return;
  throw new Error(`Invariant broken: ${typeof saying === "string" ? saying : saying()}`);
}
