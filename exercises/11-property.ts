// Chapter 11 · A property of your own                                solution: 1 function, about 25 lines

import type { Facts } from "quorumlab/properties";

/**
 * What is wrong with an ensemble, to judge by what is known after a run.
 *
 * Clients have created nodes, each with a path that nobody else uses, some of them ephemeral. Some clients have died,
 * one has closed its session. Servers have crashed, and were cut off, perhaps until the end; the others had time to
 * come to rest. Then we looked:
 *
 *   facts.creates[i].path              a node that a client asked for
 *   facts.creates[i].answer            "created", or "unknown" when the client never heard: it may be there, or not
 *   facts.servers[i].id                a server that is up; the others are not looked at
 *   facts.servers[i].applied[k]        what it has applied, oldest first: one of
 *       { zxid, kind: "create", path, session }    a new node; of this session, or 0 when it is to stay
 *       { zxid, kind: "openSession", session }
 *       { zxid, kind: "closeSession", session }    the session is over, and its nodes with it
 *   facts.servers[i].nodes             the paths of all nodes that it has
 *
 * Given  these facts, of a run of the ensemble as it is, or of one with a bug that you have not seen
 * Return null when an ensemble that is right can have left this; else what is wrong, in a sentence
 * Keep   what an ensemble promises: what was acknowledged is not lost; all servers apply the same transactions in the
 *        same order; an ephemeral node is there exactly as long as its session
 *
 * To see the facts of a case that fails, print them with console.log, and run that case again: the check says how.
 *
 *   { creates: [], servers: [] }                                         →  null
 *   "/a" was created, and two servers that are up have applied nothing   →  for example "/a is lost"
 */
export function whatIsWrong(facts: Facts): string | null {
  throw new Error("whatIsWrong: your turn");
}
