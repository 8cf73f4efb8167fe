/** Mistakes in a log that should survive crashes. */

import type { Patch } from "./patch.ts";

const file = "solutions/06-wal.ts";
const readBack = "every record is read back, byte by byte and in order";
const kept = "a record is safe as soon as its append returns";
const whole = "no torn record is taken for a whole one";
const goesOn = "after a crash the log goes on, and what is appended then is as safe";
const intact = "a bit that has gone bad is noticed, and costs no record before it";
const replaced = "a rewrite leaves the old records or the new ones, whenever the power fails";

const append = "files.write(file, files.read(file).length, frame(record, checksum));";
const tooShort = "if (next > bytes.length) break;";
const wrongSum =
  "if (checksum(bytes.subarray(end + COVERED_FROM, next)) !== view.getUint32(end)) break;";
const push = "records.push(bytes.slice(end + HEADER_BYTES, next));\n    end = next;";
const cut = "files.truncate(file, end);";
const clear = "files.truncate(fresh, 0);";
const fill = `for (const record of records) {
    files.write(fresh, files.read(fresh).length, frame(record, checksum));
  }`;
const rename = "files.rename(fresh, file);";

/** Each is caught by `check`. */
export const patches: readonly Patch[] = [
  {
    name: "the length has one byte",
    file,
    from: "view.setUint32(4, record.length);",
    to: "view.setUint32(4, record.length & 0xff);",
    origin: "Pascal's strings: a length field that is large enough for every test",
    caughtBy: readBack,
  },
  {
    name: "a record of no bytes is the end",
    file,
    from: tooShort,
    to: "if (next > bytes.length || next === end + HEADER_BYTES) break;",
    origin:
      "logs whose files are filled with zeros in advance, as ZooKeeper's: a length of 0 ends them",
    caughtBy: readBack,
  },
  {
    name: "returns before it is on disk",
    file,
    from: `${append}\n  files.sync();`,
    to: append,
    origin: "Redis' appendfsync everysec, which says so: it is the fast way",
    caughtBy: kept,
  },
  {
    name: "syncs, then writes",
    file,
    from: `${append}\n  files.sync();`,
    to: `files.sync();\n  ${append}`,
    origin: "ZOOKEEPER-4646: acknowledged first, and on disk a little later",
    caughtBy: kept,
  },
  {
    name: "a record is whole when the file is long enough",
    file,
    from: wrongSum,
    to: "",
    origin: "file systems that allocate late: after a crash a file has its length, and zeros in it",
    caughtBy: whole,
  },
  {
    name: "the checksum leaves out the length",
    file,
    from: "COVERED_FROM = 4",
    to: "COVERED_FROM = 8",
    origin: "the CRC of no bytes is 0, so a tail of zeros is full of whole records of no bytes",
    caughtBy: whole,
  },
  {
    name: "the torn tail stays",
    file,
    from: cut,
    to: "",
    origin: "a file opened for appending, as loggers do: what comes next stands behind the tear",
    caughtBy: goesOn,
  },
  {
    name: "what is left of a header is not cut off",
    file,
    from: cut,
    to: `if (end + HEADER_BYTES <= bytes.length) ${cut}`,
    origin: "a tear was thought of in the record, not in its header",
    caughtBy: goesOn,
  },
  {
    name: "passes over what is damaged and reads on",
    file,
    from: `${wrongSum}\n    ${push}`,
    to: `const isRight = checksum(bytes.subarray(end + COVERED_FROM, next)) === view.getUint32(end);
    if (isRight) records.push(bytes.slice(end + HEADER_BYTES, next));
    end = next;`,
    origin: "RocksDB's kSkipAnyCorruptedRecords, which is for salvage only",
    caughtBy: intact,
  },
  {
    name: "looks at the checksum of the last record only",
    file,
    from: wrongSum,
    to: wrongSum.replace("if (", "if (next === bytes.length && "),
    origin: "a crash tears the last record only; but disks have other ways to lose a bit",
    caughtBy: intact,
  },
  {
    name: "rewrites the file in its place",
    file,
    from: `const fresh = \`\${file}.new\`;
  // A crash may have left something of an earlier attempt.
  ${clear}
  ${fill}
  ${rename}`,
    to: `files.truncate(file, 0);
  for (const record of records) append(files, file, record, checksum);`,
    origin: "the beginner's first idea: empty the file, then write it",
    caughtBy: replaced,
  },
  {
    name: "makes room before the new file is there",
    file,
    from: `${clear}\n  ${fill}`,
    to: `${clear}\n  files.remove(file);\n  ${fill}`,
    origin: "file systems on which a renaming replaces nothing, and the old file is removed first",
    caughtBy: replaced,
  },
  {
    name: "writes over what an earlier attempt has left",
    file,
    from: `// A crash may have left something of an earlier attempt.\n  ${clear}\n  ${fill}`,
    to: `let at = 0;
  for (const record of records) {
    const bytes = frame(record, checksum);
    files.write(fresh, at, bytes);
    at += bytes.length;
  }`,
    origin: "a temporary file whose name is always the same, opened without being emptied",
    caughtBy: replaced,
  },
  {
    name: "the renaming may be lost",
    file,
    from: `${rename}\n  files.sync();`,
    to: `files.sync();\n  ${rename}`,
    origin: "a sync of the file and not of its folder: the renaming is not on disk yet",
    caughtBy: replaced,
  },
];
