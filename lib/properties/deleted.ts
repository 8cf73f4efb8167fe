/** Judges what retention, truncation and power cuts leave of a learner's segmented log. */

import fc from "fast-check";
import { deletable } from "quorumlab/storage";
import type { Property } from "./exercise.ts";
import { cuts } from "./power.ts";
import { made, plan, records, Segmented, segmentBytes, start } from "./segments.ts";

type Module = typeof import("../../exercises/07-segmented-log.ts");

const limits = fc.record({
  retentionMs: fc.option(
    fc.nat(9).map((n) => 100 * n),
    { freq: 3 },
  ),
  retentionBytes: fc.option(fc.nat(300)),
});
const now = fc.record({
  timeMs: fc.integer({ min: 5, max: 14 }).map((n) => 100 * n),
  behind: fc.constantFrom(0, 0, 0, 1, 6),
});
type Limits = { retentionMs: number | null; retentionBytes: number | null };

/** Deletes; the high watermark is so many records behind the end. */
function deleteIn(
  log: Segmented,
  given: Limits,
  { timeMs, behind }: { timeMs: number; behind: number },
) {
  const { retentionMs, retentionBytes } = given;
  const limits = {
    ...(retentionMs === null ? {} : { retentionMs }),
    ...(retentionBytes === null ? {} : { retentionBytes }),
  };
  const highWatermark = Math.max(log.end - log.records.length, log.end - behind);
  const before = log.segments;
  log.deleteOldSegments(limits, { timeMs, highWatermark });
  return { before, gone: deletable(before, limits, timeMs, highWatermark) };
}

const ALL = "all segments were deleted";
const SOME = "some segments were deleted";
export const retained: Property<Module> = {
  says: "retention deletes all segments that may go, from the oldest on, and no other",
  points: 1,
  runs: 300,
  situations: [ALL, SOME, "a segment that might go stayed behind one that must not"],
  of: (module, saw, ...others) =>
    fc.property(plan, limits, now, (plan, limits, now) => {
      const log = made([module, ...others], plan);
      const { before, gone } = deleteIn(log, limits, now);
      const isAll = gone.length === before.length;
      if (gone.length > 0) saw(isAll ? ALL : SOME);
      const { retentionMs } = limits;
      const isOld = (each: (typeof before)[number]) =>
        retentionMs !== null && now.timeMs - each.largestTimestampMs > retentionMs;
      if (before.slice(gone.length + 1, -1).some(isOld)) {
        saw("a segment that might go stayed behind one that must not");
      }
      const kept = before.slice(gone.length).map(({ baseOffset }) => baseOffset);
      const expected = isAll ? [log.end] : kept;
      const bases = log.segments.map(({ baseOffset }) => baseOffset);
      if (bases.join(", ") === expected.join(", ")) return;
      const were = before.map(({ baseOffset }) => baseOffset).join(", ");
      throw log.violation(
        `the segments began at ${were}, and now at ${bases.join(", ")}; expected ${expected.join(", ")}`,
      );
    }),
};

const deletions = fc.array(fc.record({ records: records(5), limits, now, cut: cuts(5) }), {
  minLength: 1,
  maxLength: 3,
});
export const remembered: Property<Module> = {
  says: "no offset is given twice, whatever retention deletes and whenever the power fails",
  points: 1,
  runs: 300,
  situations: [ALL, "the power failed in the midst of deleting"],
  of: (module, saw, ...others) =>
    fc.property(start, segmentBytes, deletions, (start, segmentBytes, all) => {
      const log = new Segmented([module, ...others], start, segmentBytes);
      for (const { records, limits, now, cut } of all) {
        log.appendAll(records);
        log.sync();
        log.expect(cut);
        const { before, gone } = deleteIn(log, limits, now);
        const { isDown } = log.machine;
        log.restart();
        if (isDown && gone.length > 1) saw("the power failed in the midst of deleting");
        if (gone.length === before.length) saw(ALL);
        log.open();
        log.mustHoldEnding();
      }
      log.append(1, 0);
    }),
};

const truncations = fc.array(
  fc.record({
    records: records(6),
    syncs: fc.boolean(),
    to: fc.nat(8),
    more: records(2),
    cut: cuts(12),
  }),
  { minLength: 1, maxLength: 3 },
);
export const truncated: Property<Module> = {
  says: "a truncation leaves what is before its offset, and a crash leaves no hole and nothing torn",
  points: 1,
  runs: 300,
  situations: [
    "a torn record",
    "a truncation across segments",
    "the power failed in the midst of it",
  ],
  of: (module, saw, ...others) =>
    fc.property(start, segmentBytes, truncations, (start, segmentBytes, all) => {
      const log = new Segmented([module, ...others], start, segmentBytes);
      for (const { records, syncs, to, more, cut } of all) {
        log.expect(cut);
        log.appendAll(records);
        if (syncs && !log.machine.isDown) log.sync();
        const offset = Math.max(start, log.end - to);
        if (!log.machine.isDown) {
          const isAcross = (log.segments.at(-1)?.baseOffset ?? 0) > offset;
          log.truncateTo(offset);
          if (isAcross) saw("a truncation across segments");
          if (isAcross && log.machine.isDown) saw("the power failed in the midst of it");
        }
        log.appendAll(more);
        if (!log.machine.isDown) log.mustHoldAll();
        log.restart();
        if (log.machine.hasTorn) saw("a torn record");
        log.open();
        log.mustHoldBeginning();
      }
    }),
};
