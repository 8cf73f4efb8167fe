// Chapter 4 · A register that a majority keeps                       solution: 4 functions, 12 lines

import type { QuorumSizes, Timestamp, Version } from "quorumlab/recipes";

/*
 * Replicas keep one value. There is no leader: every client asks all replicas itself, over datagrams, and goes on
 * when enough of them have answered. Messages may be lost, late or doubled; clients and replicas may die.
 *
 * A client writes in two phases, and reads in two phases:
 *   write  ask until `read` replicas have answered; choose a timestamp; store until `write` replicas have it on disk
 *   read   ask until `read` replicas have answered; take the newest; store it as well, if it must; return it
 *
 * What a replica keeps:
 *   version.value               what was written
 *   version.timestamp.counter   the order of writes …
 *   version.timestamp.writer    … and who wrote it
 * A replica that is sent a version keeps it when it is the newer of the two, and answers in any case. Two replicas that
 * keep one version send two copies of it: compare timestamps, never objects.
 *
 * You write the four decisions. The register must be linearizable, and work while a majority can be reached.
 */

/**
 * How many replicas must answer: `read` when a client asks, `write` when it stores.
 *
 * Given  the number of replicas, at least 1
 * Return whole numbers, from 1 to that number
 * Keep   whoever asks must find what was stored before; and a dead minority must stop nobody
 *
 *   quorumSizes(1)  →  { read: 1, write: 1 }
 */
export function quorumSizes(replicas: number): QuorumSizes {
  throw new Error("quorumSizes: your turn");
}

/**
 * The newest of some versions: for a client, of those that it has found; for a replica, of its own and one that it is
 * sent.
 *
 * Given  at least one version, in any order
 * Return one of them
 * Keep   everybody must come to the same answer, in whatever order the versions come
 *
 *   A at 1 by c1, B at 2 by c1  →  B, also when B comes first
 */
export function newest(versions: readonly Version[]): Version {
  throw new Error("newest: your turn");
}

/**
 * The timestamp of a new write.
 *
 * Given  what `read` replicas have, and what this client itself wrote last (at least one version); and its name
 * Return a timestamp with that name
 * Keep   whoever reads after this write must prefer it to everything that was written before
 *
 *   nothing written yet, writer c2  →  { counter: 1, writer: "c2" }
 */
export function nextTimestamp(found: readonly Version[], writer: string): Timestamp {
  throw new Error("nextTimestamp: your turn");
}

/**
 * Whether a read must store the newest version that it found before it returns it.
 *
 * Given  what `sizes.read` replicas have, and the sizes of quorums
 * Return false when as many replicas as a write needs have it already, else true
 * Keep   what one read has returned, no later read may miss
 *
 *   nothing written yet, found on two, sizes { read: 2, write: 2 }  →  false
 */
export function mustWriteBack(found: readonly Version[], sizes: QuorumSizes): boolean {
  throw new Error("mustWriteBack: your turn");
}
