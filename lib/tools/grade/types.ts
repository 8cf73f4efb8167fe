/** The type check of one submission, wherever it lies, by the project's compiler and with its options. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fenced } from "./fence.ts";

const TIME_MS = 30_000;
const MEMORY_MB = 2_000;

/**
 * Checks the types of one file; what is unused is no error, for it may be needed tomorrow.
 *
 * @param project the folder of the project, which says the options and lends the library's types
 * @returns a sentence about the first mistake, or undefined when there is none
 */
export async function typeMistake(file: string, project: string): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "quorumlab-types-"));
  try {
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration(file, project)));
    const compiler = join(project, "node_modules/typescript/bin/tsc");
    const { ended } = fenced([compiler, "-p", folder, "--pretty", "false"], {
      input: "",
      memoryMb: MEMORY_MB,
      timeMs: TIME_MS,
    });
    const { why, code, stdout, stderr } = await ended;
    if (why === "time") return `Its types could not be checked within ${TIME_MS / 1000} s.`;
    if (why === "memory") return `Its types could not be checked with ${MEMORY_MB} MB of memory.`;
    if (code === 0) return undefined;
    if (/error TS/.test(stdout)) return firstMistake(stdout, basename(file));
    return `Its types could not be checked: ${stderr.trim().split("\n").at(-1)}`;
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

/** The first line of the compiler's that is about this file; mistakes elsewhere are not the submission's. */
function firstMistake(output: string, name: string): string | undefined {
  for (const line of output.split("\n")) {
    const [, file, at, code = "", what] =
      /^(.*)\((\d+),\d+\): error TS(\d+): (.*)$/.exec(line) ?? [];
    if (file === undefined || basename(file) !== name) continue;
    // 1000 to 1199 are the parser's own.
    const kind = /^1[01]\d\d$/.test(code) ? "It does not parse" : "It does not type-check";
    return `${kind}: line ${at}: ${what} (TS${code})`;
  }
  return undefined;
}
