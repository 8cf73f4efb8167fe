/** What a client may be asked to send. Nonsense is refused at the door: a broker takes for granted what it hears. */

import { checkNumber, type Data } from "quorumlab/ensemble";
import { checkInput, checkWhole } from "quorumlab/sim";
import type { Message, NewTopic, Offset } from "./kafka.ts";

/** @throws RangeError for what is no list */
export function checkList(name: string, list: readonly unknown[]): void {
  checkInput(Array.isArray(list), name, list, "a list");
}

/** What is too small or too large for the cluster its controller says. @throws RangeError for what is no number at all */
export function checkTopic({ topic, partitions, replicas, config = {} }: NewTopic): void {
  checkInput(typeof topic === "string", "createTopic: topic", topic, "a name");
  checkWhole("createTopic: partitions", partitions);
  checkWhole("createTopic: replicas", replicas);
  const { minInsyncReplicas = 1, segmentBytes, retentionMs, retentionBytes } = config;
  checkWhole("createTopic: minInsyncReplicas", minInsyncReplicas, 1);
  for (const [name, limit] of Object.entries({ segmentBytes, retentionMs, retentionBytes })) {
    if (limit !== undefined && limit !== Infinity) checkNumber(`createTopic: ${name}`, limit, 0);
  }
}

/** @throws RangeError */
export function checkMessage({ topic, partition = 0, key, value, timestampMs = 0 }: Message): void {
  checkInput(typeof topic === "string", "send: topic", topic, "a name");
  checkWhole("send: partition", partition, 0);
  checkData("send: key", key ?? null);
  checkData("send: value", value);
  checkNumber("send: timestampMs", timestampMs, 0);
}

function checkData(name: string, data: Data | null): void {
  const isData = data === null || typeof data === "string" || data instanceof Uint8Array;
  checkInput(isData, name, data, "a string, a Uint8Array or null");
}

/** @throws RangeError */
export function checkOffsets(offsets: readonly { readonly offset: Offset }[]): void {
  checkList("commit: offsets", offsets);
  for (const { offset } of offsets) checkWhole("commit: offset", offset, 0);
}
