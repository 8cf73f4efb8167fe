/** What `npm pack` makes is used by a project that has nothing else of ours. */

import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PROJECT } from "../../lib/tools/grade/settings.ts";

const folder = mkdtempSync(join(tmpdir(), "quorumlab-package-"));
const copy = join(folder, "copy");
const project = join(folder, "project");
afterAll(() => rmSync(folder, { recursive: true }));

function run(command: string, args: string[], cwd: string) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  return { status, said: `${stdout}${stderr}` };
}

/** The examples of the library's README: the test, the counter, and the random test that goes below the first. */
function examples(): string[] {
  const readme = readFileSync(join(copy, "lib/README.md"), "utf8");
  return [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code);
}

function write(bug: "the bug" | "no bug"): void {
  const [one = "", counter = "", random = ""] = examples();
  writeFileSync(join(project, "counter.test.ts"), one + random);
  const wrong = counter.replace("return count; // the bug: copy", "return copy;");
  expect(wrong).not.toBe(counter);
  writeFileSync(join(project, "my-counter.ts"), bug === "the bug" ? wrong : counter);
}

beforeAll(() => {
  // Packing changes files for a moment, and other tests read them.
  cpSync(join(PROJECT, "lib"), join(copy, "lib"), {
    recursive: true,
    filter: (path) => !path.endsWith("/dist"),
  });
  cpSync(join(PROJECT, "tsconfig.json"), join(copy, "tsconfig.json"));
  symlinkSync(join(PROJECT, "node_modules"), join(copy, "node_modules"));
  const before = readFileSync(join(copy, "lib/package.json"), "utf8");
  const packed = run("npm", ["pack", "--pack-destination", folder], join(copy, "lib"));
  expect(packed.status, packed.said).toBe(0);
  expect(readFileSync(join(copy, "lib/package.json"), "utf8")).toBe(before);

  const modules = join(project, "node_modules");
  mkdirSync(modules, { recursive: true });
  const [archive = ""] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  expect(run("tar", ["xzf", join(folder, archive), "-C", modules], folder).status).toBe(0);
  run("mv", [join(modules, "package"), join(modules, "quorumlab")], folder);
  for (const name of readdirSync(join(PROJECT, "node_modules"))) {
    if (name !== "quorumlab") symlinkSync(join(PROJECT, "node_modules", name), join(modules, name));
  }
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
});

test("it holds JavaScript and types, and nothing of the course", () => {
  const files = readdirSync(join(project, "node_modules/quorumlab"), { recursive: true }).map(
    String,
  );
  for (const room of ["check", "formats", "arbitraries", "vitest", "sim", "plot"]) {
    expect(files).toContain(`dist/${room}/index.js`);
    expect(files).toContain(`dist/${room}/index.d.ts`);
  }
  expect(files.filter((path) => /(?<!\.d)\.ts$|properties|grade|notebook/.test(path))).toEqual([]);
  for (const file of ["README.md", "LICENSE"]) {
    expect(existsSync(join(project, "node_modules/quorumlab", file))).toBe(true);
  }
});

test("the README's examples pass, and fail on its bug with the reason", () => {
  const vitest = join(project, "node_modules/vitest/vitest.mjs");
  write("no bug");
  const right = run(process.execPath, [vitest, "run"], project);
  expect(right.status, right.said).toBe(0);
  write("the bug");
  const wrong = run(process.execPath, [vitest, "run"], project);
  expect(wrong.status).toBe(1);
  expect(wrong.said).toMatch(/No order explains operation \d+ of [abc], read → \d+: read returned/);
});

test("its types are right where they are used", () => {
  write("no bug");
  const compiler = join(PROJECT, "node_modules/typescript/bin/tsc");
  const options = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--skipLibCheck",
    "--allowImportingTsExtensions",
  ];
  const compiled = run(process.execPath, [compiler, ...options, "counter.test.ts"], project);
  expect(compiled.said).toBe("");
});

test("its command judges a history", () => {
  const history =
    '{"process": 0, "type": "invoke", "f": "read"}\n{"process": 0, "type": "ok", "f": "read", "value": 4}\n';
  writeFileSync(join(project, "history.json"), history);
  const command = join(project, "node_modules/quorumlab/dist/tools/package-command.js");
  const args = [command, "check-history", "history.json", "--model", "register"];
  const judged = run(process.execPath, args, project);
  expect(judged.said).toContain("read returned 4, but the register holds nothing");
  expect(judged.status).toBe(1);
});
