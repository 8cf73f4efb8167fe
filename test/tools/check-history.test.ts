import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { main } from "../../lib/tools/check-history.ts";

const folder = mkdtempSync(join(tmpdir(), "quorumlab-history-"));
afterAll(() => rmSync(folder, { recursive: true }));

const said: string[] = [];
beforeEach(() => {
  said.length = 0;
  const say = (line: string) => said.push(line);
  vi.spyOn(console, "log").mockImplementation(say);
  vi.spyOn(console, "error").mockImplementation(say);
});

function file(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

const right = file(
  "right.log",
  "INFO  jepsen.util - 0 :invoke :write 1",
  "INFO  jepsen.util - 0 :ok :write 1",
  "INFO  jepsen.util - 1 :invoke :read nil",
  "INFO  jepsen.util - 1 :ok :read 1",
);
const wrong = file("wrong.log", readFileSync(right, "utf8").trim().replace(/1$/, "2"));
/** Twenty writes at once, and two reads of what only one order each gives: over and over. */
const hard = file(
  "hard.json",
  ...Array.from({ length: 20 }, (_, n) =>
    JSON.stringify({ process: n, type: "invoke", f: "write", value: n }),
  ),
  ...Array.from({ length: 20 }, (_, n) =>
    JSON.stringify({ process: n, type: "ok", f: "write", value: n }),
  ),
  ...[1, 2, 3, 4, 5].flatMap((value) => [
    JSON.stringify({ process: 99, type: "invoke", f: "read", value: null }),
    JSON.stringify({ process: 99, type: "ok", f: "read", value }),
  ]),
);

test("a right history is ok, and 0", async () => {
  expect(await main([right, "--model", "register"])).toBe(0);
  expect(said).toEqual(["ok: 2 operations by 2 clients are linearizable (1 configuration)."]);
});

test("a wrong one is violated, says why, is drawn, and is 1", async () => {
  const svg = join(folder, "wrong.svg");
  expect(await main([wrong, "--model", "cas-register", "--svg", svg])).toBe(1);
  expect(said.join("\n")).toBe(
    [
      "violated: 2 operations by 2 clients are not linearizable (2 configurations).",
      "No order explains operation 1 of 1, read → 2: read returned 2, but the register holds 1.",
      "The longest order that explains all that had returned before:",
      "  operation 0 of 0, write 1",
    ].join("\n"),
  );
  const drawn = readFileSync(svg, "utf8");
  expect(drawn).toMatch(/^<svg/);
  expect(drawn).toContain("read returned 2, but the register holds 1");
});

test("a history that takes too long is unknown, and 3", async () => {
  expect(await main([hard, "--model", "register", "--memory", "1"])).toBe(3);
  expect(said.join()).toMatch(/^unknown: 25 operations by 21 clients, no verdict within 1 MB/);
  expect(await main([hard, "--model", "register", "--seconds", "0.001"])).toBe(3);
});

test("reductions are left out by name", async () => {
  for (const name of ["read-first", "partitions"]) {
    expect(await main([right, "--model", "kv", "--without", name])).toBe(2);
    expect(await main([right, "--model", "register", "--without", name])).toBe(0);
  }
});

test.each([
  [[], "expected one FILE; - is standard input."],
  [["a", "b", "--model", "kv"], "expected one FILE; - is standard input."],
  [
    [right],
    "--model is missing: expected one of register, cas-register, kv, set, queue, mutex, log.",
  ],
  [[right, "--model", "shelf"], "--model shelf: expected one of register, "],
  [[right, "--model", "queue"], "write is no operation of a queue; those are enqueue, dequeue."],
  [[right, "--model", "kv", "--seconds", "0"], "--seconds 0: expected a number above 0."],
  [[right, "--model", "kv", "--memory", "much"], "--memory much: expected a number above 0."],
  [[right, "--model", "kv", "--without", "luck"], "--without luck: expected one of read-first, "],
  [["/nowhere/x", "--model", "kv"], "/nowhere/x cannot be read: "],
  [[right, "--model", "register", "--svg", "/nowhere/x"], "/nowhere/x cannot be written: "],
])("%j is misused, and 2", async (args, sentence) => {
  expect(await main(args)).toBe(2);
  expect(said.at(-1)).toContain(sentence);
});
