// Chapter 11 · Your own broadcast                                   solution: a protocol, about 100 lines

import type { NodeId, Protocol } from "quorumlab/sim";

/*
 * The capstone. All that an ensemble promises rests on one thing: every server delivers the same values in the same
 * order, whatever goes wrong. Write it yourself, from the bare contract: events in, effects out (lib/sim/protocol.ts).
 * Take Zab, Raft, Viewstamped Replication, or an idea of your own; only what is delivered counts.
 *
 * What goes wrong: servers crash, and come back with what their disk had synced; they sleep; they are cut off from
 * each other, one way or both. A message takes 1 to 5 ms, a disk 1 to 15 ms. Clocks are right.
 */

/**
 * What the protocol and the program on its host say to each other, by way of the server's own id. Add here what your
 * servers say among themselves.
 *
 *   submit   comes from the own id: this value is to be delivered, everywhere. No value is submitted twice
 *   deliver  goes to the own id: the next value
 */
export type Message =
  | { readonly kind: "submit"; readonly value: string }
  | { readonly kind: "deliver"; readonly value: string };

/** What a server has in memory: plain data, of your making. Pictures show its `role`. */
export type State = { role: string };

/**
 * The protocol of one server. It is made anew whenever the server starts: only what is on disk outlives a crash.
 *
 * Given  the names of all servers, this one included: 3 or 5
 * Return a protocol on connections
 * Keep   - Everybody delivers the same values in the same order, each once, and only what was submitted.
 *        - Whoever starts again delivers again, from the first value on. What anybody has delivered keeps its place,
 *          even when all crash at once.
 *        - Within 2 seconds a majority that is up and connected delivers what is submitted at one of its members,
 *          whatever the others do.
 *        - Within 2 seconds after nothing is wrong any more everybody has delivered what anybody had delivered, and
 *          what was submitted at a server that has not crashed since.
 *
 *   three servers, "a" is submitted at s2  →  each of them sends { kind: "deliver", value: "a" } to its own id
 */
export function broadcast(members: readonly NodeId[]): Protocol<State, Message> {
  throw new Error("broadcast: your turn");
}
