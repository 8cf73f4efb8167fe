/** The folder of the served proof, by the order of what it asks the operating system: a kill alone does not show it. */

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Stable } from "quorumlab/sim";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { Folder } from "./folder.ts";

let path: string;
let done: string[];

/** Writes down every change of a file or name, and every sync. */
beforeEach(() => {
  path = fs.mkdtempSync(join(tmpdir(), "quorumlab folder "));
  done = [];
  const names = new Map<unknown, string>([[path, "folder"]]);
  const { openSync } = fs;
  vi.spyOn(fs, "openSync").mockImplementation((file, flags) => {
    const fd = openSync(file, flags);
    names.set(fd, names.get(join(String(file))) ?? basename(String(file)));
    return fd;
  });
  for (const call of ["ftruncateSync", "writeSync", "fsyncSync", "renameSync", "rmSync"] as const) {
    const real = fs[call] as (...args: unknown[]) => never;
    vi.spyOn(fs, call).mockImplementation((...args: unknown[]) => {
      done.push(`${call.replace("Sync", "")} ${names.get(args[0]) ?? basename(String(args[0]))}`);
      return real(...args);
    });
  }
  syncBuiltinESMExports();
  onTestFinished(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
    fs.rmSync(path, { recursive: true });
  });
});

test("a cell is on the disk before it gets its name, and the name before anything else", () => {
  new Stable(new Folder(path)).perform({ kind: "put", cell: "master", value: "a" });
  expect(done).toEqual([
    "ftruncate master.cell.new",
    "fsync master.cell.new",
    "fsync folder",
    "write master.cell.new",
    "fsync master.cell.new",
    "fsync folder",
    "rename master.cell.new",
    "fsync folder",
  ]);
});

test("an entry of a log is on the disk before the next one, and can be read after it", () => {
  const stable = new Stable(new Folder(path));
  stable.perform({ kind: "append", log: "log", entry: "a" });
  stable.perform({ kind: "append", log: "log", entry: "b" });
  const entry = ["write log.log", "fsync log.log", "fsync folder"];
  expect(done).toEqual([...entry, ...entry]);
  expect(new Stable(new Folder(path)).log("log")).toEqual({ start: 0, entries: ["a", "b"] });
});

test("a file that is removed is gone for good before anything else", () => {
  const folder = new Folder(path);
  folder.write("log", 0, new Uint8Array([1, 2, 3]));
  expect([...folder.read("log", 1, 9)]).toEqual([2, 3]);
  done.length = 0;
  folder.remove("log");
  folder.sync();
  expect(done).toEqual(["rm log", "fsync folder"]);
  expect(folder.list()).toEqual([]);
  folder.remove("log");
});
