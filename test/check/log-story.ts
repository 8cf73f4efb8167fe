/**
 * Runs of a few events in one line each. Events are separated by ";", all are about the partition
 * orders-0 and the group billing, a record is its offset and value ("4=v4"), and what is optional
 * has a name ("epoch:2").
 */

import type { LogEvent } from "../../lib/check/index.ts";

const partition = "orders-0";
const group = "billing";

/** The run that a line tells. */
export function story(line: string): LogEvent[] {
  return line.split(";").flatMap((event) => {
    const words = event.trim().split(/\s+/);
    const named = words.filter((word) => word.includes(":")).map((word) => word.split(":"));
    const [verb = "", ...rest] = words.filter((word) => !word.includes(":"));
    return told(verb, rest, new Map(named as [string, string][]));
  });
}

function recordOf(word = "") {
  const [offset, value = ""] = word.split("=");
  return { offset: Number(offset), value };
}

function told(verb: string, words: readonly string[], named: Map<string, string>): LogEvent[] {
  const [first = "", second = "", third = "", fourth] = words;
  const number = (name: string) => (named.has(name) ? Number(named.get(name)) : undefined);
  const id = Number(first);
  const client = second;
  const at = { broker: first, partition };
  switch (verb) {
    case "send":
      return [{ kind: "send", id, client, partition, value: third, ...sending(named) }];
    case "wrote":
      return [
        ...told("send", words, named),
        { kind: "returned", id, outcome: "ok", offset: Number(fourth) },
      ];
    case "ok":
    case "fail":
    case "info": {
      const offset = second === "" ? null : Number(second);
      return [{ kind: "returned", id, outcome: verb, offset, term: number("term") }];
    }
    case "poll": {
      const records = words.slice(2).map(recordOf);
      const read = { partition, records, position: number("next"), broker: named.get("from") };
      return [{ kind: "poll", id, client, reads: [read] }];
    }
    case "seek":
      return [{ kind: "seek", client: first, partition, offset: Number(second) }];
    case "assigned": {
      const by = { group, generation: number("generation") ?? 1 };
      return [{ kind: "assigned", client: first, partitions: [partition], by }];
    }
    case "revoked":
      return [{ kind: "revoked", client: first, partitions: [partition] }];
    case "commit": {
      const what = { partition, offset: Number(third), generation: number("generation") };
      return [{ kind: "commit", id, client, group, ...what }];
    }
    case "fetchOffset":
      return [{ kind: "fetchOffset", id, client, group, partition }];
    case "finalPolls":
      return [{ kind: "finalPolls", partition }];
    default:
      return [inBroker(verb, words, at, number)];
  }
}

/** "acks:1", "batch:3", and "sequence:2" of epoch 0 or "sequence:2.1" of epoch 1. */
function sending(named: Map<string, string>) {
  const [sequence = 0, epoch = 0] = (named.get("sequence") ?? "").split(".").map(Number);
  return {
    ...(named.has("acks") && { acks: Number(named.get("acks")) as 0 | 1 }),
    ...(named.has("batch") && { batch: Number(named.get("batch")) }),
    ...(named.has("sequence") && { producer: { id: 7, epoch, sequence } }),
  };
}

function inBroker(
  verb: string,
  words: readonly string[],
  at: { readonly broker: string; readonly partition: string },
  number: (name: string) => number | undefined,
): LogEvent {
  const [, second, ...others] = words;
  const leaderEpoch = number("epoch") ?? 1;
  switch (verb) {
    case "append":
      return { kind: verb, ...at, ...recordOf(second), leaderEpoch, timestampMs: number("ms") };
    case "truncate":
    case "highWatermark":
      return { kind: verb, ...at, offset: Number(second) };
    case "logStart": {
      const limits = { retentionMs: number("ms"), retentionBytes: number("bytes") };
      const retention = { nowMs: number("now") ?? 0, bytesLeft: number("left") ?? 0, ...limits };
      const start = { kind: verb, ...at, offset: Number(second) } as const;
      return number("now") === undefined ? start : { ...start, retention };
    }
    case "ack": {
      const minInsyncReplicas = number("min") ?? 1;
      return { kind: verb, ...at, ...recordOf(second), isr: others, minInsyncReplicas };
    }
    case "elected":
      return { kind: verb, ...at, leaderEpoch, isUnclean: second === "unclean" };
    default:
      throw new Error(`A story has no "${verb}".`);
  }
}
