/** One child process inside of limits: an empty environment, and an end to its time and memory, watched from outside. */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { promisify } from "node:util";

/** Where there is no /proc, every look at a process's memory is a process of its own. */
const WATCH_EVERY_MS = process.platform === "linux" ? 50 : 500;
/** On a busy machine a second of the processor takes longer by the clock: so many times as long is waited for it. */
export const CLOCK_TIMES = 5;
/** The unit of /proc, 1 / sysconf(_SC_CLK_TCK). */
const TICK_MS = 10;
const KEPT_CHARACTERS = 8_000;

/**
 * How a process ended: by itself, or because of a limit, or because it was told to stop. `time` is that of the
 * processor, which is its own doing; `clock`, that it had too little of it for too long, or only waited.
 */
export type Ending = {
  readonly why: "itself" | "time" | "clock" | "memory" | "stopped";
  /** How long processors worked for it. */
  readonly usedMs: number;
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
  /** Of a processor: whoever has to share it is given the same. */
  readonly timeMs: number;
  /** A line that the process wrote to file descriptor 3. */
  onWord?(line: string): void;
};

export type Fence = {
  readonly ended: Promise<Ending>;
  /** So much of a processor from now on. */
  allow(timeMs: number): void;
  /** How long processors worked for it so far. */
  usedMs(): number;
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
  let used: Usage = { memoryMb: 0, timeMs: 0 };
  let mostMs = 0;
  let clock: NodeJS.Timeout | undefined;
  const allow = (timeMs: number) => {
    mostMs = used.timeMs + timeMs;
    clearTimeout(clock);
    clock = setTimeout(end, CLOCK_TIMES * timeMs, "clock");
  };
  allow(options.timeMs);
  const watch = setInterval(async () => {
    used = (await usageOf(child.pid)) ?? used;
    if (used.memoryMb > options.memoryMb) end("memory");
    if (used.timeMs > mostMs) end("time");
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
      resolve({ why, usedMs: used.timeMs, code, signal, stdout: first(), stderr: last() });
    });
  });
  return { ended, allow, usedMs: () => used.timeMs, stop: () => end("stopped") };
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

type Usage = { readonly memoryMb: number; readonly timeMs: number };

/** How much memory a process occupies, and how long processors have worked for it; undefined when it is gone. */
async function usageOf(pid: number | undefined): Promise<Usage | undefined> {
  if (pid === undefined) return undefined;
  try {
    if (process.platform === "linux") {
      const resident = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      // After the name, which may hold anything, come the state and ten more before the two times.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [user, system] = stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .slice(11);
      const timeMs = TICK_MS * (Number(user) + Number(system));
      return { memoryMb: Number(resident ?? 0) / 1024, timeMs };
    }
    const { stdout } = await promisify(execFile)("ps", ["-o", "rss=,time=", "-p", String(pid)]);
    const [resident, time = ""] = stdout.trim().split(/\s+/);
    // [hours:]minutes:seconds
    const seconds = time.split(":").reduce((sum, each) => 60 * sum + Number(each), 0);
    return { memoryMb: Number(resident) / 1024, timeMs: 1000 * seconds };
  } catch {
    return undefined;
  }
}
