import type { Files } from "quorumlab/sim";

export type Checksum = (bytes: Uint8Array) => number;

/** A frame is a checksum, a length, and the record. */
const HEADER_BYTES = 8;
/** The checksum covers the length as well: a header of zeros would be a whole record of no bytes. */
const COVERED_FROM = 4;

function frame(record: Uint8Array, checksum: Checksum): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + record.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, record.length);
  bytes.set(record, HEADER_BYTES);
  view.setUint32(0, checksum(bytes.subarray(COVERED_FROM)));
  return bytes;
}

/** A promise is kept on disk, not in memory: so the sync comes before the return. */
export function append(files: Files, file: string, record: Uint8Array, checksum: Checksum): void {
  files.write(file, files.read(file).length, frame(record, checksum));
  files.sync();
}

/** A torn tail is cut off: what is appended behind it would never be read. */
export function recover(files: Files, file: string, checksum: Checksum): Uint8Array[] {
  const bytes = files.read(file);
  const view = new DataView(bytes.buffer);
  const records: Uint8Array[] = [];
  let end = 0;
  while (end + HEADER_BYTES <= bytes.length) {
    const next = end + HEADER_BYTES + view.getUint32(end + 4);
    if (next > bytes.length) break;
    if (checksum(bytes.subarray(end + COVERED_FROM, next)) !== view.getUint32(end)) break;
    records.push(bytes.slice(end + HEADER_BYTES, next));
    end = next;
  }
  files.truncate(file, end);
  return records;
}

/** A renaming happens whole or not at all, and here after all that was written before it. */
export function rewrite(
  files: Files,
  file: string,
  records: readonly Uint8Array[],
  checksum: Checksum,
): void {
  const fresh = `${file}.new`;
  // A crash may have left something of an earlier attempt.
  files.truncate(fresh, 0);
  for (const record of records) {
    files.write(fresh, files.read(fresh).length, frame(record, checksum));
  }
  files.rename(fresh, file);
  files.sync();
}
