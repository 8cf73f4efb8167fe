/** The proof of systems, on rooms that are right, wrong, or only seem to be proved. */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { expect, test, vi } from "vitest";
import { main as replay } from "../../lib/tools/grade/replay.ts";
import { searches } from "../../lib/tools/prove/searches.ts";
import { main as prove } from "../../lib/tools/prove.ts";
import { patches as mistakes } from "./prove/known-wrong/boastful.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const table = join(project, "test/tools/prove/table.ts");
const knownWrong = dirname(join(project, "test/tools/prove/known-wrong/greatest.ts"));

type Main = (args: string[], settings: object) => Promise<number>;

/** The exit code and everything that was printed. */
async function said(main: Main, ...args: string[]): Promise<{ code: number; text: string }> {
  const printed = vi.spyOn(console, "log").mockReturnValue();
  const complained = vi.spyOn(console, "error").mockReturnValue();
  const code = await main(args, { table, knownWrong, withinMs: 1_000 });
  const lines = [...printed.mock.calls, ...complained.mock.calls].map(([line]) => String(line));
  vi.restoreAllMocks();
  return { code, text: stripVTControlCharacters(lines.join("\n")) };
}

/** The cells of the line of a table that begins with this. */
function row(text: string, begin: string): string[] {
  const line = text.split("\n").find((each) => each.trimStart().startsWith(begin)) ?? "";
  return line.trim().split(/\s{2,}/);
}

test("every property is tried on as many cases as there are seeds, and its situations are counted", async () => {
  const { text } = await said(prove, "greatest", "--seeds", "2500");
  expect(row(text, "1. it holds").slice(1, 5)).toEqual(["2500", "2500", "0", "0"]);
  expect(row(text, "2. the order").slice(1, 5)).toEqual(["2500", "2500", "0", "0"]);
  expect(Number(row(text, "1  a lesser")[2])).toBeGreaterThan(1000);
  expect(text).toMatch(/operations: 8\d\.\d % were answered ok/);
  expect(text).toContain("No false alarm; everything that is named occurred.");
});

test("what is known to be wrong is searched for 20 times; what is missed fails the proof, with its command", async () => {
  const { code, text } = await said(prove, "greatest", "--seeds", "20");
  expect(code).toBe(1);
  expect(row(text, "it holds the latest").slice(1, 3)).toEqual(["20/20", "1"]);
  expect(row(text, "it doesn't hear").slice(1)).toEqual(["0/2"]);
  expect(text).toMatch(
    /it doesn't hear .*: missed too often\. Only \d+ of 1000000 trials ended in 1 s of computing\.\n +again: npx quorumlab replay greatest 2 --seed \d+ --wrong 'it doesn'\\''t hear/,
  );
});

test("--wrong leaves all but one known-wrong implementation out", async () => {
  const { code, text } = await said(prove, "greatest", "--wrong", "latest");
  expect(code).toBe(0);
  expect(row(text, "it holds the latest").slice(1, 3)).toEqual(["20/20", "1"]);
  expect(text).not.toMatch(/it doesn't hear|2500/);
});

test("a false alarm, a situation that never occurred, and clients that nobody answers each fail the proof", async () => {
  const { code, text } = await said(prove, "boastful", "--seeds", "2000");
  expect(code).toBe(1);
  expect(text).toContain('boastful, property 1: "it held more than 100" never occurred.');
  expect(text).toContain("boastful: 0.0 % of the operations were answered ok; half must.");
  expect(text).toContain('boastful, property 1, "it holds more than 50": violated.');
  expect(text).toContain("smallest found: [7]");
  const [, again = ""] = /again: npx quorumlab replay (.*)/.exec(text) ?? [];
  const replayed = await said(replay, ...again.split(" "));
  expect(replayed.code).toBe(1);
  expect(replayed.text).toContain("smallest found: [7]");
});

test("a mistake that is not fair is said to be none", async () => {
  const { text } = await said(prove, "boastful", "--wrong", "it");
  expect(text).toContain(
    "it confuses types: index.ts, line 10: Operator '>' cannot be applied to types 'number' and 'string'. (TS2365)",
  );
  expect(text).toMatch(/it was elsewhere: patch of .*: expected its text exactly once, found 0/);
  expect(text).toContain("it dies of 99: missed too often. Its process died (SIGKILL)");
  const { text: other } = await said(prove, "boastful", "--wrong", "nobody");
  expect(other).toContain('nobody minds: no property says "all is well"');
});

test("a search goes on in a fresh process after one that died", async () => {
  const patches = mistakes.filter(({ name }) => name === "it dies of 99");
  const subject = { system: "boastful", table, patches };
  const search = { number: 1, withinMs: 10_000, shrinks: false };
  const wanted = [11, 12, 13, 14, 15, 16].map((seed) => ({ ...search, seed, cases: 500 }));
  const { signal } = new AbortController();
  const made = await searches(subject, wanted, { signal });
  const verdicts = made.map(({ found }) => found.verdict);
  expect(made.map(({ seed }) => seed)).toEqual([11, 12, 13, 14, 15, 16]);
  expect(new Set(verdicts)).toEqual(new Set(["violated", "unknown"]));
});

test("replay plants what is known to be wrong, and says which there are", async () => {
  const { code, text } = await said(replay, "greatest", "1", "--seed", "1", "--wrong", "latest");
  expect(code).toBe(1);
  expect(text).toMatch(/✗ greatest, property 1, .*: violated\. It holds 0; expected 1\./);
  const right = await said(replay, "greatest", "1", "--seed", "1");
  expect(right.text).toContain('✓ greatest, property 1, "it holds the greatest": ok, 40 cases.');
  const many = await said(replay, "greatest", "1", "--seed", "1", "--wrong", "it");
  expect(many.code).toBe(2);
  expect(many.text).toContain(
    "expected a part of exactly one of these names:\n  it holds the latest",
  );
});

test.each([
  [prove, "greatest --wrong nothing", "--wrong nothing: no known-wrong implementation has that"],
  [replay, "greatest x --seed 1", "greatest has no property x: expected 1 to"],
  [replay, "greatest 1 --seed 1 --path 0:0:99999", "There is no such case"],
])("misuse is said in a sentence: %o %s", async (main, words, sentence) => {
  const { code, text } = await said(main, ...words.split(" "));
  expect(code).toBe(2);
  expect(text).toContain(sentence);
});

test("a name that is neither an exercise nor a system is misuse", async () => {
  const { code, text } = await said(prove, "smallest");
  expect(code).toBe(2);
  expect(text).toContain(
    'there is no exercise or system "smallest": expected one of greatest, boastful.',
  );
});
