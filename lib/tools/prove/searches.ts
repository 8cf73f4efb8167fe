/** Searches in a child process: a bug that is planted stays there, and what never ends can be ended. */

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Patch } from "../grade/job.ts";
import type { Search, Searched } from "./search.ts";

/** A child that says nothing for so long is in an endless loop. */
const SILENT_MS = 40_000;
const HEAP_MB = 1_000;
/** Most of a world is soon garbage: where there is more room for the young, less of it is copied. */
const YOUNG_MB = 64;

/** What is searched: a system, as it is or with bugs planted in the library. */
export type Subject = {
  readonly system: string;
  /** Another table of systems than the usual one. */
  readonly table?: string | undefined;
  readonly patches: readonly Patch[];
};

/** What a child is told, and what it says. */
export type Order = { readonly subject: Subject; readonly search: Search };
export type Word =
  | { readonly kind: "progress"; readonly cases: number }
  | { readonly kind: "searched"; readonly searched: Searched }
  | { readonly kind: "broken"; readonly message: string };

/**
 * Makes searches, one after the other. One in which the child dies has no verdict; the next is made in a fresh child.
 *
 * @param options.missesMax after so many searches without a failing case there are no more; left out, all are made
 * @param options.onCases is told how many more cases are done, and `onSearched` that a search is
 * @returns what each search came to, in order
 * @throws Error when the subject cannot be searched: a bug that does not fit, a module that does not load
 */
export async function searches(
  subject: Subject,
  wanted: readonly Search[],
  options: {
    readonly signal: AbortSignal;
    readonly missesMax?: number;
    onCases?(more: number): void;
    onSearched?(): void;
  },
): Promise<Searched[]> {
  const { signal, missesMax = Infinity, onCases = () => {} } = options;
  const all: Searched[] = [];
  let child: ChildProcess | undefined;
  let misses = 0;
  try {
    for (const search of wanted) {
      if (misses >= missesMax) break;
      child = child?.connected ? child : start(signal);
      const searched = await made(child, { subject, search }, onCases);
      all.push(searched);
      options.onSearched?.();
      if (searched.found.verdict !== "violated") misses += 1;
    }
    return all;
  } finally {
    child?.kill();
  }
}

function start(signal: AbortSignal): ChildProcess {
  const script = fileURLToPath(new URL("./searcher.ts", import.meta.url));
  const child = fork(script, {
    execArgv: [
      "--no-warnings",
      `--max-old-space-size=${HEAP_MB}`,
      `--max-semi-space-size=${YOUNG_MB}`,
    ],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    signal,
  });
  // Whoever waits for a search hears of it; nobody else has to.
  return child.on("error", () => {});
}

function made(
  child: ChildProcess,
  order: Order,
  onCases: (more: number) => void,
): Promise<Searched> {
  const { number, seed } = order.search;
  const sinceMs = performance.now();
  let cases = 0;
  let isSilent = false;
  const end = () => {
    isSilent = true;
    child.kill("SIGKILL");
  };
  let clock = setTimeout(end, SILENT_MS);
  const { promise, resolve, reject } = Promise.withResolvers<Searched>();
  const hear = (word: Word) => {
    clearTimeout(clock);
    clock = setTimeout(end, SILENT_MS);
    if (word.kind === "broken") {
      reject(new Error(word.message));
      return;
    }
    const now = word.kind === "progress" ? word.cases : word.searched.found.runs;
    onCases(now - cases);
    cases = now;
    if (word.kind === "searched") resolve(word.searched);
  };
  const died = (code: number | null, by: string | null) => {
    const how = isSilent ? `said nothing for ${SILENT_MS / 1000} s` : `died (${by ?? code})`;
    const message = `Its process ${how} after ${cases} cases.`;
    const found = { number, verdict: "unknown", runs: cases, message } as const;
    resolve({ seed, found, ms: performance.now() - sinceMs, saw: {} });
  };
  child.on("message", hear).on("close", died).on("error", reject);
  child.send(order);
  return promise.finally(() => {
    clearTimeout(clock);
    child.off("message", hear).off("close", died).off("error", reject);
  });
}
