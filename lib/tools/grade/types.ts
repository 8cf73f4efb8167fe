/** The type check of one submission, wherever it lies, by the project's compiler and with its options. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fenced } from "./fence.ts";
import type { Finding } from "./report.ts";

const TIME_MS = 30_000;
const MEMORY_MB = 2_000;
const TOLD = 3;

/**
 * Checks the types of one file, until the signal; what is unused is no error, for it may be needed tomorrow.
 *
 * @param project the folder of the project, which says the options and lends the library's types
 * @returns what is wrong, with a line for each of the first mistakes; undefined when nothing is, or when it was stopped
 */
export async function typeMistake(
  file: string,
  project: string,
  signal?: AbortSignal,
): Promise<{ readonly verdict: Finding; readonly message: string } | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "quorumlab-types-"));
  try {
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration(file, project)));
    const compiler = join(project, "node_modules/typescript/bin/tsc");
    const { ended, stop } = fenced([compiler, "-p", folder, "--pretty", "false"], {
      input: "",
      memoryMb: MEMORY_MB,
      timeMs: TIME_MS,
    });
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
    const { why, code, signal: killedBy, stdout, stderr } = await ended;
    signal?.removeEventListener("abort", stop);
    if (why === "stopped" || code === 0) return undefined;
    // A compiler that did not come to its end says nothing about the submission.
    const unknown = (how: string) =>
      ({ verdict: "unknown", message: `Its types could not be checked${how}.` }) as const;
    if (why === "time" || why === "clock") return unknown(` within ${TIME_MS / 1000} s`);
    if (why === "memory") return unknown(` with ${MEMORY_MB} MB of memory`);
    if (killedBy !== null) return unknown(`: the compiler was ended by ${killedBy}`);
    const message = /error TS/.test(stdout) ? mistakesIn(stdout, basename(file)) : undefined;
    if (message !== undefined) return { verdict: "broken", message };
    return /error TS/.test(stdout) ? undefined : unknown(`: ${stderr.trim().split("\n").at(-1)}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function configuration(file: string, project: string): unknown {
  return {
    extends: join(project, "tsconfig.json"),
    compilerOptions: {
      // A file outside of the project is a module as well, whatever package it lies in.
      module: "esnext",
      moduleResolution: "bundler",
      moduleDetection: "force",
      noUnusedLocals: false,
      typeRoots: [join(project, "node_modules/@types")],
      paths: { "quorumlab/*": [join(project, "lib/*/index.ts")] },
    },
    include: [],
    files: [file],
  };
}

/** The first mistakes in this file that the compiler found; those elsewhere are not the submission's. */
function mistakesIn(output: string, name: string): string | undefined {
  const mistakes = [...output.matchAll(/^(.*)\((\d+),\d+\): error TS(\d+): (.*)$/gm)]
    .map(([, file = "", line, code = "", what]) => ({ file, line, code, what }))
    .filter(({ file }) => basename(file) === name);
  const [first] = mistakes;
  if (first === undefined) return undefined;
  // 1000 to 1199 are the parser's own, but for those about what async functions return.
  const isParsers = /^1[01]\d\d$/.test(first.code) && !/^10(5[5-9]|6[0-5])$/.test(first.code);
  const kind = isParsers ? "It does not parse" : "It does not type-check";
  const told = mistakes.slice(0, TOLD);
  const lines = told.map(({ line, code, what }) => `line ${line}: ${what} (TS${code})`);
  const more = mistakes.length - told.length;
  return [`${kind}: ${lines.join("\n")}`, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}
