// @ts-check
/**
 * Programs that set-up starts. Each is on a leash: when this process ends, however it ends, the program is told
 * to stop, so that an interrupted set-up leaves nobody behind who still writes.
 */

import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";

/**
 * The program leads a process group of its own; beside it `cat` waits for the end of a pipe that only we hold
 * open. Our death closes the pipe, and then the group is told to stop.
 */
const LEASH = `exec 3<&0 </dev/null
(cat <&3; kill -TERM -$$) >/dev/null 2>&1 &
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
 * @param {(line: string) => void} [options.onLine] gets the last full line whenever something was printed
 * @returns {Child}
 */
export function start(argv, { cwd, env = process.env, log, onLine }) {
  const shown = log === undefined ? "inherit" : "pipe";
  const child = spawn("/bin/sh", ["-c", LEASH, "leash", ...argv], {
    ...{ cwd, env, detached: true },
    stdio: ["pipe", shown, shown],
  });
  const file = log === undefined ? undefined : createWriteStream(log);
  let kept = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text) => {
      file?.write(text);
      kept = (kept + text).slice(-KEPT_CHARACTERS);
      onLine?.(kept.trimEnd().split("\n").at(-1) ?? "");
    });
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

/** @param {string} output @returns {string} its last lines */
export function tail(output) {
  return output.trimEnd().split("\n").slice(-15).join("\n");
}
