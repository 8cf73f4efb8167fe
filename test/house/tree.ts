/**
 * The course's own tree as the house rules see it: the files that git tracks, and nothing else. A learner's `work/`
 * and what set-up makes are not looked at.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the project. */
const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** The tracked files that are there, as paths from the root with forward slashes, sorted. */
export const files: readonly string[] = tracked();

/** The files of these folders whose names end in one of these endings. */
export function filesIn(folders: readonly string[], ...endings: string[]): readonly string[] {
  return files.filter(
    (path) =>
      folders.some((folder) => path.startsWith(`${folder}/`)) &&
      endings.some((ending) => path.endsWith(ending)),
  );
}

const texts = new Map<string, string>();

/** The text of a file of the tree. */
export function textOf(path: string): string {
  const text = texts.get(path) ?? readFileSync(join(ROOT, path), "utf8");
  texts.set(path, text);
  return text;
}

/** How many lines a file has. */
export function linesOf(path: string): number {
  return textOf(path).split("\n").length - 1;
}

/** The rooms of the library: one public folder, one import path. */
export const rooms: readonly string[] = [
  ...new Set(filesIn(["lib"], ".ts").map((path) => path.split("/")[1] ?? "")),
].filter((name) => name !== "tools");

/** Fails with what breaks a rule, one thing a line, below a sentence that says how to mend it. */
export function nothingBreaks(mend: string, offences: readonly string[]): void {
  if (offences.length === 0) return;
  throw new Error(`${mend}\n${offences.map((offence) => `  ${offence}`).join("\n")}`);
}

/** A copy of the course need not be a clone: then whatever lies outside of the ignored folders counts as tracked. */
function tracked(): string[] {
  let names: string[];
  try {
    names = execFileSync("git", ["ls-files", "-z"], {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).split("\0");
  } catch {
    names = walk("");
  }
  return names.filter((path) => path !== "" && existsSync(join(ROOT, path))).sort();
}

function walk(folder: string): string[] {
  const ignored = readFileSync(join(ROOT, ".gitignore"), "utf8").split("\n");
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    if (entry.name === ".git" || ignored.includes(`${entry.name}/`)) return [];
    return entry.isDirectory() ? walk(`${path}/`) : [path];
  });
}
