/** One child process inside of limits: an empty environment, and an end to its time and memory, watched from outside. */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { promisify } from "node:util";

/** Where there is no /proc, every look at a process's memory is a process of its own. */
const WATCH_EVERY_MS = process.platform === "linux" ? 50 : 500;
const KEPT_CHARACTERS = 8_000;

/** How a process ended: by itself, or because of a limit, or because it was told to stop. */
export type Ending = {
  readonly why: "itself" | "time" | "memory" | "stopped";
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The first characters of what it wrote to standard output, and the last of standard error. */
  readonly stdout: string;
  readonly stderr: string;
};

export type FenceOptions = {
  readonly input: string;
  /** Resident memory in megabytes: typed arrays lie outside of the heap that Node limits itself. */
  readonly memoryMb: number;
  readonly timeMs: number;
  /** A line that the process wrote to file descriptor 3. */
  onWord?(line: string): void;
};

export type Fence = {
  readonly ended: Promise<Ending>;
  /** Starts the clock again: so much time from now on. */
  allow(timeMs: number): void;
  stop(): void;
};

/** Runs this Node with these arguments. */
export function fenced(args: readonly string[], options: FenceOptions): Fence {
  const child = start(args);
  let why: Ending["why"] = "itself";
  const end = (because: Ending["why"]) => {
    if (why === "itself") why = because;
    child.kill("SIGKILL");
  };
  let clock = setTimeout(end, options.timeMs, "time");
  const watch = setInterval(async () => {
    if ((await residentMb(child.pid)) > options.memoryMb) end("memory");
  }, WATCH_EVERY_MS);
  const [stdin, stdout, stderr, words] = child.stdio as unknown as [Writable, ...Readable[]];
  const first = collected(stdout, (text) => text.slice(0, KEPT_CHARACTERS));
  const last = collected(stderr, (text) => text.slice(-KEPT_CHARACTERS));
  if (words) createInterface({ input: words }).on("line", (line) => options.onWord?.(line));
  // A process that dies early closes its input; how it ended is told by its end.
  stdin.on("error", () => {}).end(options.input);
  const ended = new Promise<Ending>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(clock);
      clearInterval(watch);
      resolve({ why, code, signal, stdout: first(), stderr: last() });
    });
  });
  return {
    ended,
    allow(timeMs) {
      clearTimeout(clock);
      clock = setTimeout(end, timeMs, "time");
    },
    stop: () => end("stopped"),
  };
}

/** Should the grader itself be killed, nobody would end an endless loop: the shell's limit on CPU seconds does. */
function start(args: readonly string[]): ChildProcess {
  const script = '{ ulimit -c 0; ulimit -t 600; } 2>/dev/null; exec "$@"';
  return spawn("/bin/sh", ["-c", script, "sh", process.execPath, ...args], {
    env: {},
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
}

/** What a stream brings, cut to a length. @returns what there is of it so far */
function collected(stream: Readable | undefined, cut: (text: string) => string): () => string {
  let all = "";
  stream?.setEncoding("utf8").on("data", (text: string) => {
    all = cut(all + text);
  });
  return () => all;
}

/** How much memory a process occupies, in megabytes; 0 when it is gone. */
async function residentMb(pid: number | undefined): Promise<number> {
  if (pid === undefined) return 0;
  try {
    if (process.platform === "linux") {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
    }
    const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]);
    return Number(stdout) / 1024;
  } catch {
    return 0;
  }
}
