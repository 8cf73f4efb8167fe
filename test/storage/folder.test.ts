/** The stores stand on a real folder as on a simulated disk: what one process wrote, the next one finds. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LsmTree, SegmentedLog, WriteAheadLog } from "quorumlab/storage";
import { expect, onTestFinished, test } from "vitest";
import { Folder } from "../proofs/folder.ts";

test("all three stores find in a folder what they left there", () => {
  const path = mkdtempSync(join(tmpdir(), "quorumlab-stores-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const open = () => {
    const folder = new Folder(path);
    const limits = { segmentBytes: 100, retentionMs: 15 };
    const small = { memtableBytes: 150, blockBytes: 50, level0Tables: 2, growth: 2 };
    return {
      wal: new WriteAheadLog(folder, "wal"),
      log: new SegmentedLog(folder, "log", limits),
      tree: new LsmTree(folder, "tree", small),
    };
  };
  const { wal, log, tree } = open();
  for (let n = 0; n < 20; n++) {
    wal.append(new Uint8Array([n]));
    log.append(new Uint8Array([n]), n);
    tree.put(`key ${n % 7}`, `value ${n}`);
  }
  log.deleteOldSegments(25);
  tree.delete("key 3");
  const again = open();
  expect(again.wal.replay().map(([n]) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  expect([again.log.logStartOffset, again.log.logEndOffset]).toEqual([8, 20]);
  expect(again.log.read(8).map(({ payload: [n] }) => n)).toEqual(
    Array.from({ length: 12 }, (_, n) => 8 + n),
  );
  expect(again.tree.range("", "z")).toEqual(tree.range("", "z"));
  expect(again.tree.range("", "z")).toHaveLength(6);
  expect(again.tree.get("key 5")).toBe("value 19");
});
