// @ts-check
/**
 * Programs that set-up starts. Each is on a leash: when this process ends, however it ends, the program is told
 * to stop, so that an interrupted set-up leaves nobody behind who still writes.
 */

import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";

/**
 * The program leads a process group of its own; beside it `cat` waits for the end of a pipe that only we hold
 * open. Our death closes the pipe; then the group is told to stop, and killed if it has not (npm ci
 * does not: it waits for its downloads first).
 * @param {number} patienceSeconds
 */
const leash = (patienceSeconds) => `exec 3<&0 </dev/null
(trap "" TERM; cat <&3; kill -TERM -$$
 left=${patienceSeconds}; while kill -0 $$ && [ $left -gt 0 ]; do sleep 1; left=$((left - 1)); done
 kill -KILL -$$) >/dev/null 2>&1 &
exec 3<&-
exec "$@"`;

const KEPT_CHARACTERS = 64 * 1024;

/**
 * @typedef {object} Child
 * @property {number} pid
 * @property {() => string} output the last 64 K characters that it printed
 * @property {() => void} stop asks it to stop
 * @property {Promise<number>} exited its exit code; a signal counts as 1
 */

/**
 * Starts a program on the leash.
 * @param {string[]} argv the program and its arguments
 * @param {object} options
 * @param {string} options.cwd
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.log] a file for all that it prints; without it the program prints on our own screen
 * @param {(line: string) => void} [options.onLine] gets every line that it prints
 * @param {number} [options.patienceSeconds] how long it may take to stop before it is killed
 * @returns {Child}
 */
export function start(argv, { cwd, env = process.env, log, onLine, patienceSeconds = 2 }) {
  const shown = log === undefined ? "inherit" : "pipe";
  const child = spawn("/bin/sh", ["-c", leash(patienceSeconds), "leash", ...argv], {
    ...{ cwd, env, detached: true },
    stdio: ["pipe", shown, shown],
  });
  const file = log === undefined ? undefined : createWriteStream(log);
  // On a full disk the program itself says so, and its words are kept here too.
  file?.on("error", () => {});
  let kept = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text) => {
      file?.write(text);
      kept = (kept + text).slice(-KEPT_CHARACTERS);
    });
    if (stream && onLine) createInterface({ input: stream }).on("line", onLine);
  }
  child.stdin?.on("error", () => {});
  const exited = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", () => child.stdin?.end());
    child.on("close", (code) => {
      file?.end();
      resolve(code ?? 1);
    });
  });
  return { pid: child.pid ?? 0, output: () => kept, stop: () => child.stdin?.end(), exited };
}

/** @param {string} output @param {number} lines @returns {string} its last lines */
export function tail(output, lines = 15) {
  return output.trimEnd().split("\n").slice(-lines).join("\n");
}
