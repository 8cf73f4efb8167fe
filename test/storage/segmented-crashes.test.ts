/** A log in segments under crashes: whatever was going on, it is found as it was at some time since the last sync. */

import fc from "fast-check";
import { Disk } from "quorumlab/sim";
import { deletable, type LogOptions, SegmentedLog } from "quorumlab/storage";
import { expect, test } from "vitest";
import { fate, share } from "./crashes.ts";

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const text = (payload: Uint8Array) => Buffer.from(payload).toString();

type Step =
  | { readonly kind: "append"; readonly payload: string; readonly afterMs: number }
  | { readonly kind: "sync" }
  | { readonly kind: "reopen" }
  | { readonly kind: "truncate"; readonly share: number }
  | { readonly kind: "retain"; readonly waitMs: number; readonly share: number }
  | { readonly kind: "read"; readonly share: number; readonly maxBytes: number };

/** How far committed: mostly to the end. */
const upTo = fc.oneof(share, fc.constant(0.999));

const append = fc.record({
  kind: fc.constant("append" as const),
  payload: fc.string({ maxLength: 12 }),
  afterMs: fc.integer({ min: -5, max: 20 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: append, weight: 8 },
  fc.constantFrom({ kind: "sync" } as const, { kind: "reopen" } as const),
  fc.record({ kind: fc.constant("truncate" as const), share }),
  fc.record({ kind: fc.constant("retain" as const), waitMs: fc.nat(60), share: upTo }),
  fc.record({ kind: fc.constant("read" as const), share, maxBytes: fc.nat(40) }),
);

const plan = fc.record({
  options: fc.record({
    segmentBytes: fc.constantFrom(1, 60, 150),
    retentionMs: fc.constantFrom(30, 100, 1e9),
    retentionBytes: fc.constantFrom(50, 200, 1e9),
  }),
  lives: fc.array(fc.record({ steps: fc.array(step, { maxLength: 40 }), fate }), {
    minLength: 1,
    maxLength: 4,
  }),
});

type Kept = { readonly payload: string; readonly timestampMs: number };
/** A log as a list that begins at an offset. */
type State = { readonly start: number; readonly records: readonly Kept[] };

function stateOf(log: SegmentedLog): State {
  const records = log.read(log.logStartOffset).map(({ payload, timestampMs }) => {
    return { payload: text(payload), timestampMs };
  });
  return { start: log.logStartOffset, records };
}

/** What every log is, whatever it holds. */
function checkSegments(log: SegmentedLog, { start, records }: State, segmentBytes: number): void {
  let next = start;
  for (const { baseOffset, endOffset, sizeBytes, largestTimestampMs } of log.segments) {
    expect(baseOffset).toBe(next);
    const own = records.slice(baseOffset - start, endOffset - start);
    expect(largestTimestampMs).toBe(Math.max(-1, ...own.map(({ timestampMs }) => timestampMs)));
    expect(sizeBytes <= segmentBytes || own.length === 1).toBe(true);
    next = endOffset;
  }
  expect(next).toBe(start + records.length);
  expect(log.logEndOffset).toBe(next);
}

function expectedRead({ start, records }: State, offset: number, maxBytes: number): string[] {
  const found: string[] = [];
  let size = 0;
  for (const { payload } of records.slice(offset - start)) {
    size += bytes(payload).length;
    if (size > maxBytes && found.length > 0) break;
    found.push(payload);
  }
  return found;
}

type Run = {
  log: SegmentedLog;
  readonly disk: Disk;
  readonly options: LogOptions;
  /** All states since the last sync, the newest last: after a crash it is one of them. */
  since: State[];
  nowMs: number;
};

function perform(run: Run, each: Step): void {
  const { log, disk } = run;
  const state = run.since.at(-1) as State;
  const { start, records } = state;
  const offsetAt = (part: number) => start + Math.floor(part * (records.length + 1));
  if (each.kind === "append") {
    run.nowMs = Math.max(0, run.nowMs + each.afterMs);
    const kept = { payload: each.payload, timestampMs: run.nowMs };
    expect(log.append(bytes(each.payload), run.nowMs)).toBe(start + records.length);
    run.since.push({ start, records: [...records, kept] });
  } else if (each.kind === "sync") {
    disk.sync();
    run.since = [state];
  } else if (each.kind === "reopen") {
    run.log = new SegmentedLog(disk, "p", run.options);
  } else if (each.kind === "truncate") {
    const offset = offsetAt(each.share);
    log.truncateTo(offset);
    for (let end = start + records.length - 1; end >= offset; end--) {
      run.since.push({ start, records: records.slice(0, end - start) });
    }
  } else if (each.kind === "retain") {
    const [nowMs, highWatermark] = [run.nowMs + each.waitMs, offsetAt(each.share)];
    const gone = deletable([...log.segments], run.options, nowMs, highWatermark);
    const ends = gone.map(({ endOffset }) => endOffset);
    log.deleteOldSegments(nowMs, highWatermark);
    for (const end of ends) run.since.push({ start: end, records: records.slice(end - start) });
  } else {
    const offset = offsetAt(each.share);
    const found = log.read(offset, each.maxBytes).map(({ payload }) => text(payload));
    expect(found).toEqual(expectedRead(state, offset, each.maxBytes));
  }
}

test("after any crash the log is as it was at some time since the last sync, and goes on from there", () => {
  const seen = { emptied: 0, lost: 0, between: 0, truncated: 0, manySegments: 0 };
  fc.assert(
    fc.property(plan, ({ options, lives }) => {
      const disk = new Disk();
      let found: State = { start: 0, records: [] };
      for (const { steps, fate } of lives) {
        const log = new SegmentedLog(disk, "p", options);
        expect(stateOf(log)).toEqual(found);
        const run: Run = { log, disk, options, since: [found], nowMs: 0 };
        for (const each of steps) {
          perform(run, each);
          const state = run.since.at(-1) as State;
          expect(stateOf(run.log)).toEqual(state);
          checkSegments(run.log, state, options.segmentBytes);
          if (each.kind === "truncate") seen.truncated += 1;
          if (state.start > 0 && state.records.length === 0) seen.emptied += 1;
          if (run.log.segments.length > 3) seen.manySegments += 1;
        }
        disk.crash(fate);
        found = stateOf(new SegmentedLog(disk, "p", options));
        const is = JSON.stringify(found);
        const at = run.since.findLastIndex((each) => JSON.stringify(each) === is);
        expect(at, "what the log was at some time since the sync").toBeGreaterThanOrEqual(0);
        if (fate === "lost") expect(found).toEqual(run.since[0]);
        if (at < run.since.length - 1) seen[at === 0 ? "lost" : "between"] += 1;
      }
    }),
    { numRuns: 500 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
});
