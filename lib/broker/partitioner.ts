/**
 * Where a message goes. With a key, the key alone decides, so that one key's messages stand in one partition, in order;
 * without one, a producer stays with a partition for a batch, so that batches are full.
 */

import { checkNumber, type Data } from "quorumlab/ensemble";

const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const utf8 = new TextEncoder();

/** Kafka's hash of a key, a whole number of 32 bits with its sign: MurmurHash2. Source: Utils.murmur2. */
export function murmur2(key: Data): number {
  const bytes = typeof key === "string" ? utf8.encode(key) : key;
  const { length } = bytes;
  const byte = (at: number) => bytes[at] ?? 0;
  const tail = length - (length % 4);
  let h = SEED ^ length;
  for (let at = 0; at < tail; at += 4) {
    const word = byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24);
    const k = Math.imul(word, M);
    h = Math.imul(h, M) ^ Math.imul(k ^ (k >>> 24), M);
  }
  if (tail < length) {
    h ^= byte(tail) | (byte(tail + 1) << 8) | (byte(tail + 2) << 16);
    h = Math.imul(h, M);
  }
  h = Math.imul(h ^ (h >>> 13), M);
  return h ^ (h >>> 15);
}

/**
 * The partition of a key: hash(key) % partitions. The sign is masked: the absolute value of -2³¹ would be negative in
 * Kafka's Java, and other clients would not agree.
 *
 * Source: BuiltInPartitioner.partitionForKey.
 */
export function partitionFor(key: Data, partitions: number): number {
  checkNumber("partitions", partitions, 1);
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** The partition that a producer stays with, and how many bytes it has given to it. */
export type Stuck = { readonly partition: number; readonly bytes: number };

/**
 * Where the next message without a key goes: to the partition of the one before until that has had `batchBytes`, then
 * to another one by luck. (Kafka may draw the same again, and rather takes partitions whose queues are short.)
 *
 * @param stuck what the call before returned; null at first
 * @param bytes how large the message is
 * @param luck from 0 up, below 1
 * Source: KIP-794, BuiltInPartitioner.
 */
export function stick(
  stuck: Stuck | null,
  bytes: number,
  { batchBytes, partitions, luck }: Record<"batchBytes" | "partitions" | "luck", number>,
): Stuck {
  if (stuck === null) return { partition: Math.floor(luck * partitions), bytes };
  const { partition } = stuck;
  if (stuck.bytes < batchBytes) return { partition, bytes: stuck.bytes + bytes };
  return { partition: (partition + 1 + Math.floor(luck * (partitions - 1))) % partitions, bytes };
}
