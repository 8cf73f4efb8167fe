/** Mistakes in a segmented log. */

import type { Patch } from "./patch.ts";

const file = "solutions/07-segmented-log.ts";
const readBack = "a record has the next offset, and is read from there on";
const rolled = "a segment takes what fits into it, and then the next one begins";
const found = "a read looks into no segment that it has no business with";
const retained = "retention deletes all segments that may go, from the oldest on, and no other";
const remembered =
  "no offset is given twice, whatever retention deletes and whenever the power fails";
const truncated =
  "a truncation leaves what is before its offset, and a crash leaves no hole and nothing torn";

const before = "if (record.offset < offset) continue;";
const tooMuch = "if (sizeBytes > maxBytes && found.length > 0) return found;";
const isFull = "const isFull = sizeBytes > 0 && sizeBytes + bytes.length > segmentBytes;";
const isOld =
  "const isOld = records.every(({ timestampMs }) => now.timeMs - timestampMs > retentionMs);";
const loop =
  "for (const { base, records, next, sizeBytes } of segments) {\n    leftBytes -= sizeBytes;";
const mayGo = "const mayGo = isOld || leftBytes >= retentionBytes;";
const stay = "if (records.length === 0 || next > now.highWatermark || !mayGo) return;";
const begin = "if (base === segments.at(-1)?.base) files.truncate(nameOf(next), 0);";
const removeOthers =
  "for (const base of others.reverse()) if (base >= offset) files.remove(nameOf(base));";
const cutLast = "files.truncate(nameOf(base), records[offset - base - 1]?.end ?? 0);";

/** Each is caught by `check`. */
export const patches: readonly Patch[] = [
  {
    name: "gives what is before the offset as well",
    file,
    from: before,
    to: "",
    origin: "Kafka's brokers do so: they send whole batches, and the consumer drops the beginning",
    caughtBy: readBack,
  },
  {
    name: "gives nothing when the record is larger than what is asked for",
    file,
    from: tooMuch,
    to: "if (sizeBytes > maxBytes) return found;",
    origin: "Kafka before KIP-74: a consumer was stuck at a record larger than its fetch size",
    caughtBy: readBack,
  },
  {
    name: "the next offset is out of range",
    file,
    from: "offset > active(files, codec).next",
    to: "offset >= active(files, codec).next",
    origin: "an array's bounds; but a consumer that has read everything asks for what comes next",
    caughtBy: readBack,
  },
  {
    name: "the segment with an offset is the first that begins there or beyond",
    file,
    from: "const first = bases.findLastIndex((base) => base <= offset);",
    to: "const first = Math.max(0, bases.findIndex((base) => base >= offset));",
    origin: "a search that ends one too far, as lower_bound and bisect_left do",
    caughtBy: readBack,
  },
  {
    name: "the next segment begins when one is full already",
    file,
    from: isFull,
    to: "const isFull = sizeBytes >= segmentBytes;",
    origin: "loggers that rotate a file after the line that was too much",
    caughtBy: rolled,
  },
  {
    name: "counts the payload only",
    file,
    from: isFull,
    to: "const isFull = sizeBytes > 0 && sizeBytes + record.payload.length > segmentBytes;",
    origin: "a limit in the unit of the caller, who knows no headers",
    caughtBy: rolled,
  },
  {
    name: "a segment that is exactly full is too full",
    file,
    from: isFull,
    to: isFull.replace("> segmentBytes", ">= segmentBytes"),
    origin: "off by one",
    caughtBy: rolled,
  },
  {
    name: "reads all segments, and takes what it needs",
    file,
    from: "for (const base of bases.slice(first)) {",
    to: "for (const base of bases) {",
    origin: "a log in one file, made into several",
    caughtBy: found,
  },
  {
    name: "reads to the end, then looks what fits",
    file,
    from: tooMuch,
    to: "if (sizeBytes > maxBytes && found.length > 0) continue;",
    origin: "a filter in place of an end: right, and slower with every day of retention",
    caughtBy: found,
  },
  {
    name: "a segment is as old as its first record",
    file,
    from: isOld,
    to: "const isOld = now.timeMs - (records[0]?.timestampMs ?? 0) > retentionMs;",
    origin:
      "KIP-33: rolling by time goes by the first record of a segment, retention by the newest",
    caughtBy: retained,
  },
  {
    name: "goes on behind a segment that must stay",
    file,
    from: stay,
    to: stay.replace("return;", "continue;"),
    origin: "a filter over all segments, which leaves a hole: records that nobody can read past",
    caughtBy: retained,
  },
  {
    name: "a segment is committed when its first record is",
    file,
    from: "next > now.highWatermark",
    to: "base >= now.highWatermark",
    origin: "the wrong end of the segment",
    caughtBy: retained,
  },
  {
    name: "deletes until less is left than the limit",
    file,
    from: "leftBytes >= retentionBytes",
    to: "leftBytes + sizeBytes > retentionBytes",
    origin: "a limit taken for the most that may be left; retention.bytes is the least",
    caughtBy: retained,
  },
  {
    name: "the active segment never goes",
    file,
    from: stay,
    to: stay.replace("records.length === 0", "base === segments.at(-1)?.base"),
    origin:
      "many a description of Kafka; a topic with little traffic would keep its records for ever",
    caughtBy: retained,
  },
  {
    name: "an empty log begins at 0 again",
    file,
    from: begin,
    to: "if (base === segments.at(-1)?.base) files.truncate(nameOf(0), 0);",
    origin: "MySQL bug 199: after a restart AUTO_INCREMENT went on from what was left in the table",
    caughtBy: remembered,
  },
  {
    name: "deletes the last one, then begins the next",
    file,
    from: `${begin}\n    files.remove(nameOf(base));`,
    to: `files.remove(nameOf(base));\n    ${begin}`,
    origin: "two changes in the wrong order, and a crash between them",
    caughtBy: remembered,
  },
  {
    name: "deletes the newest first",
    file,
    from: `${loop}\n    ${isOld}\n    ${mayGo}\n    ${stay}\n    ${begin}\n    files.remove(nameOf(base));\n  }`,
    to: `const going: number[] = [];
  ${loop}
    ${isOld}
    ${mayGo}
    ${stay.replace("return", "break")}
    going.unshift(base);
  }
  const [newest] = segments.slice(-1);
  if (newest?.base === going[0]) files.truncate(nameOf(newest?.next ?? 0), 0);
  for (const base of going) files.remove(nameOf(base));`,
    origin: "the order of a truncation, where it is right",
    caughtBy: remembered,
  },
  {
    name: "truncates the oldest first",
    file,
    from: removeOthers,
    to: removeOthers.replace("others.reverse()", "others"),
    origin: "a loop in the order in which segments come, and a crash in the midst of it",
    caughtBy: truncated,
  },
  {
    name: "keeps the record at the offset",
    file,
    from: cutLast,
    to: cutLast.replace("offset - base - 1", "offset - base"),
    origin: "off by one: an end offset, as in KIP-101, is the first that is not there",
    caughtBy: truncated,
  },
  {
    name: "opens without a look at the end",
    file,
    from: "files.truncate(nameOf(base), sizeBytes);",
    to: "files.write(nameOf(base), 0, new Uint8Array(0));",
    origin: "a clean shutdown taken for granted, as with Kafka's .kafka_cleanshutdown left behind",
    caughtBy: truncated,
  },
];
