/**
 * Whether bugs type-check. Each is planted in a copy of its room, and one run of the compiler checks all copies: what
 * takes it longest (the types of the language, of Node, and of the other rooms) it then reads once.
 */

import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Patch } from "../grade/job.ts";
import { planted } from "../grade/plant.ts";
import { PROJECT } from "../grade/settings.ts";

/**
 * Checks the types of each bug's file and of its whole room.
 *
 * @returns by the place of the bug, why it cannot be planted, or the first thing that the compiler says of it
 */
export async function typeMistakes(
  patches: readonly Patch[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, string>> {
  const folder = join(PROJECT, `.quorumlab/tmp/types-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    const misfits = new Map<number, string>();
    const files = patches.flatMap((patch, nth) => {
      try {
        return copied(patch, join(folder, String(nth)));
      } catch (error) {
        misfits.set(nth, (error as Error).message);
        return [];
      }
    });
    const settings = {
      extends: join(PROJECT, "tsconfig.json"),
      compilerOptions: {
        noUnusedLocals: false,
        paths: { "quorumlab/*": [join(PROJECT, "lib/*/index.ts")] },
      },
      include: [],
      files,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
    const said = files.length === 0 ? "" : await compiled(folder, signal);
    return new Map([...mistakesIn(said), ...misfits]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Copies the room of a bug with the bug in it. @returns the files to check: from them all others are reached */
function copied(patch: Patch, folder: string): string[] {
  const room = dirname(join(PROJECT, patch.file));
  cpSync(room, folder, { recursive: true });
  const file = join(folder, basename(patch.file));
  writeFileSync(file, planted(readFileSync(join(PROJECT, patch.file), "utf8"), patch));
  const index = join(folder, "index.ts");
  return existsSync(index) ? [file, index] : [file];
}

/** What the compiler says; nothing when all is well. */
async function compiled(folder: string, signal: AbortSignal | undefined): Promise<string> {
  const compiler = join(PROJECT, "node_modules/typescript/bin/tsc");
  try {
    await promisify(execFile)(process.execPath, [compiler, "-p", folder, "--pretty", "false"], {
      maxBuffer: 1e8,
      ...(signal === undefined ? {} : { signal }),
    });
    return "";
  } catch (error) {
    const { stdout = "" } = error as { stdout?: string };
    if (/error TS/.test(stdout)) return stdout;
    throw error;
  }
}

/** @returns the first mistake in each copy, by the number of the copy */
function mistakesIn(said: string): ReadonlyMap<number, string> {
  const lines = [
    ...said.matchAll(/^.*types-\d+\/(\d+)\/(.*)\((\d+),\d+\): error (TS\d+): (.*)$/gm),
  ];
  const first = lines.reverse().map(([, copy, file, line, code, what]) => {
    return [Number(copy), `${file}, line ${line}: ${what} (${code})`] as const;
  });
  return new Map(first);
}
