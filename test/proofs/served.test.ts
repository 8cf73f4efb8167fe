/** The contract carries a served protocol: what a killed tracker answered stays true. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { contradiction, killed } from "./killed.ts";

vi.setConfig({ testTimeout: 60_000 });

// A process starts in a quarter of the time when its modules are compiled already.
const compiled = mkdtempSync(join(tmpdir(), "quorumlab compiled "));
beforeAll(() => {
  vi.stubEnv("NODE_COMPILE_CACHE", compiled);
  execFileSync(process.execPath, ["-e", `import("${new URL("served.ts", import.meta.url)}")`]);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(compiled, { recursive: true });
});

/** Options for Node with which a module is loaded with a mistake: `from` occurs once and becomes `to`. */
function planted(file: string, from: string, to: string): string[] {
  const url = new URL(`../../${file}`, import.meta.url).href;
  const [where, was, is] = [url, from, to].map((text) => JSON.stringify(text));
  const hook = `
    import { registerHooks } from "node:module";
    registerHooks({ load(url, context, next) {
      const loaded = next(url, context);
      if (url !== ${where}) return loaded;
      const parts = String(loaded.source).split(${was});
      if (parts.length !== 2) throw new Error("expected once in " + url + ": " + ${was});
      return { ...loaded, source: parts.join(${is}) };
    } });`;
  return ["--import", `data:text/javascript,${encodeURIComponent(hook)}`];
}

test("a tracker that is killed 15 times keeps every answer", async () => {
  const answers = await killed(15);
  expect(contradiction(answers)).toBeUndefined();
  // The first master, and another one before every other kill.
  expect(new Set(answers.map(({ term }) => term)).size).toBeGreaterThan(8);
});

test("a tracker that answers before its write is on the disk does not", async () => {
  const perform = "this.stable.perform(effect)";
  const late = planted("test/proofs/served.ts", perform, `setTimeout(() => ${perform}, 30)`);
  expect(contradiction(await killed(15, late))).toMatch(/^term/);
});

test("a tracker that writes nothing does not", async () => {
  const put = 'out.put("appointed", { master, term: state.term });';
  const forgetful = planted("lib/recipes/tracker.ts", put, "");
  expect(contradiction(await killed(15, forgetful))).toMatch(/^term/);
});
