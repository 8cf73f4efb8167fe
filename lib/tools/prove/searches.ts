/** Searches in child processes: a bug that is planted stays there, and what never ends can be ended. */

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Patch } from "../grade/job.ts";
import type { Search, Searched } from "./search.ts";

/** A child that says nothing for so long is in an endless loop. */
const SILENT_MS = 40_000;
const HEAP_MB = 1_000;

export type Job = {
  readonly system: string;
  /** Another table of systems than the usual one. */
  readonly table?: string;
  /** Bugs to plant in the library. */
  readonly patches: readonly Patch[];
  readonly searches: readonly Search[];
};

/** What a child says. */
export type Word =
  | { readonly kind: "progress"; readonly cases: number }
  | { readonly kind: "searched"; readonly searched: Searched }
  | { readonly kind: "broken"; readonly message: string };

/**
 * Makes the searches of a job, one after the other. One in which the child dies has no verdict; those after it are
 * made in a fresh child.
 *
 * @param onCases is told how many cases of the search under way are done, and 0 when the next one begins
 * @returns what each search came to, in order
 * @throws Error when the job itself is wrong
 */
export async function searches(
  job: Job,
  signal: AbortSignal,
  onCases: (cases: number) => void = () => {},
): Promise<Searched[]> {
  const all: Searched[] = [];
  while (all.length < job.searches.length) {
    const rest = job.searches.slice(all.length);
    all.push(...(await oneChild({ ...job, searches: rest }, signal, onCases)));
    signal.throwIfAborted();
  }
  return all;
}

function oneChild(
  job: Job,
  signal: AbortSignal,
  onCases: (cases: number) => void,
): Promise<Searched[]> {
  const script = fileURLToPath(new URL("./searcher.ts", import.meta.url));
  const execArgv = ["--no-warnings", `--max-old-space-size=${HEAP_MB}`];
  const stdio = ["ignore", "ignore", "ignore", "ipc"] as const;
  const child = fork(script, { execArgv, serialization: "advanced", signal, stdio: [...stdio] });
  const all: Searched[] = [];
  let cases = 0;
  let silent = false;
  const end = () => {
    silent = true;
    child.kill("SIGKILL");
  };
  let clock = setTimeout(end, SILENT_MS);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("message", (word: Word) => {
      clearTimeout(clock);
      clock = setTimeout(end, SILENT_MS);
      cases = word.kind === "progress" ? word.cases : 0;
      if (word.kind === "searched") all.push(word.searched);
      if (word.kind === "broken") reject(new Error(word.message));
      else onCases(cases);
    });
    child.on("close", (code, by) => {
      clearTimeout(clock);
      const next = job.searches[all.length];
      if (next === undefined) resolve(all);
      else {
        const how = silent ? `was silent for ${SILENT_MS / 1000} s` : `died (${by ?? code})`;
        const message = `Its process ${how} after ${cases} cases.`;
        const found = { number: next.number, verdict: "unknown", runs: cases, message } as const;
        resolve([...all, { found, ms: SILENT_MS, saw: {} }]);
      }
    });
    child.send(job);
  });
}
