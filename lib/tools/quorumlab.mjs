#!/usr/bin/env node
// @ts-check
/**
 * The `quorumlab` command: plain JavaScript for whatever Node is first on the PATH, which runs the real
 * command line (TypeScript) under the project's own Node.
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const node = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));
const commandLine = fileURLToPath(new URL("./cli.ts", import.meta.url));

if (!existsSync(node)) {
  console.error("This project has no Node 26 yet: run `npm ci --ignore-scripts` in it first.");
  process.exit(1);
}

const child = spawn(node, [commandLine, ...process.argv.slice(2)], { stdio: "inherit" });
// The terminal sends Ctrl-C to both processes; the child decides what it means.
process.on("SIGINT", () => {});
for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"])) {
  process.on(signal, () => child.kill(signal));
}
child.on("exit", (code, signal) => {
  process.exit(code ?? 128 + constants.signals[signal ?? "SIGTERM"]);
});
