/**
 * `reload("NN-name")`: the exercise as it is on the disk now. Node keeps a module for ever under its URL, so the
 * exercise, and every file beside it that it imports, is imported under a URL that counts up.
 */

import { execFile } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { registerHooks } from "node:module";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Exercises } from "../exercises.ts";

/** The exercises that a notebook means: those in the folder beside its own, which is where its kernel runs. */
export function exercisesFolder(): string {
  return resolve("..", "exercises");
}

let versions = 0;
const folders = new Set<string>();

/**
 * Imports an exercise anew: an edit of the file, or of a file beside it, is in effect; `quorumlab` stays as it is.
 * The types are those of the stub. Throws one sentence when the file is missing or cannot be loaded.
 */
export async function reload<Name extends keyof Exercises>(name: Name): Promise<Exercises[Name]> {
  const file = fileOf(name);
  keepTogether(file);
  versions += 1;
  try {
    return await import(`${pathToFileURL(file).href}?v=${versions}`);
  } catch (error) {
    throw await asSentence(error, file);
  }
}

/** The file of an exercise. Throws a sentence when there is none. */
function fileOf(name: string): string {
  const folder = exercisesFolder();
  const file = join(folder, `${name}.ts`);
  if (/^[\w-]+$/.test(name) && existsSync(file)) return realpathSync(file);
  const there = existsSync(folder) ? readdirSync(folder) : [];
  const names = there
    .filter((each) => /^\d\d-.*\.ts$/.test(each))
    .map((each) => basename(each, ".ts"));
  const holds = names.length === 0 ? "no exercise" : names.sort().join(", ");
  throw new Error(
    `There is no exercises/${name}.ts: the folder ${folder} holds ${holds}. ` +
      "`npx quorumlab reset NN-name` brings a missing one back.",
  );
}

/** Gives what an exercise imports from its own folder the exercise's version. */
function keepTogether(file: string): void {
  const folder = new URL(".", pathToFileURL(file)).href;
  if (folders.has(folder)) return;
  folders.add(folder);
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const parent = context.parentURL ?? "";
      if (!parent.startsWith(folder) || !found.url.startsWith(folder)) return found;
      const version = new URL(parent).searchParams.get("v");
      if (version === null || found.url.includes("?")) return found;
      return { ...found, url: `${found.url}?v=${version}` };
    },
  });
}

/** A SyntaxError as Node writes it begins with the place: a file, perhaps as a URL, and a line. */
const PLACE = /^(\S.*?\.[cm]?[jt]s)(?:\?v=\d+)?:(\d+)$/m;

async function asSentence(error: unknown, file: string): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  const code = "code" in error ? error.code : undefined;
  if (code === "ERR_MODULE_NOT_FOUND") {
    const message = error.message.replace(/ imported from .*/s, "");
    return new Error(`${short(file)} cannot be loaded: ${message}.`);
  }
  if (!(error instanceof SyntaxError)) return error;
  const [, where = file, line] =
    PLACE.exec(error.stack ?? "") ?? (await placeByRunning(file)) ?? [];
  const at = line === undefined ? "" : `, line ${line}`;
  return new Error(`${short(where)}${at}: ${error.message}.`);
}

/** Some syntax errors say where they are only to a process that dies of them. */
async function placeByRunning(file: string): Promise<RegExpExecArray | null> {
  const died: { stderr?: string } = await promisify(execFile)(process.execPath, [file], {
    timeout: 5000,
  }).catch((error: { stderr?: string }) => error);
  return PLACE.exec(died.stderr ?? "");
}

/** A file as its folder and its name. */
function short(where: string): string {
  const path = where.startsWith("file:") ? fileURLToPath(where) : where;
  return path.split(/[\\/]/).slice(-2).join("/");
}
