/** Retention: which segments of a log may go. Whole ones only, from the oldest on, so what remains has no hole. */

/** What is known of a segment. */
export type SegmentInfo = {
  readonly baseOffset: number;
  /** The offset after its last record. */
  readonly endOffset: number;
  readonly sizeBytes: number;
  /** −1 of an empty segment. */
  readonly largestTimestampMs: number;
};

/** Kafka's retention.ms and retention.bytes. What is left out does not limit. */
export type RetentionLimits = {
  readonly retentionMs?: number;
  readonly retentionBytes?: number;
};

/**
 * The segments that retention deletes now, the oldest first: those that are older than `retentionMs`, or without
 * which `retentionBytes` remain. The first that must stay ends the list, and so does one that has a record at or
 * above the high watermark; an empty last segment always stays. A last one with records may go: the log rolls first.
 * Source: Kafka, UnifiedLog.deleteOldSegments.
 */
export function deletable<S extends SegmentInfo>(
  segments: readonly S[],
  { retentionMs = Infinity, retentionBytes = Infinity }: RetentionLimits,
  nowMs: number,
  highWatermark: number,
): S[] {
  let remainingBytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const firstKept = segments.findIndex((segment, index) => {
    remainingBytes -= segment.sizeBytes;
    const isEmptyLast = index === segments.length - 1 && segment.sizeBytes === 0;
    const isExpired = nowMs - segment.largestTimestampMs > retentionMs;
    const isSuperfluous = remainingBytes >= retentionBytes;
    return isEmptyLast || segment.endOffset > highWatermark || !(isExpired || isSuperfluous);
  });
  return segments.slice(0, firstKept < 0 ? segments.length : firstKept);
}
