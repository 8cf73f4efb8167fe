// @ts-check
/** Where everything of a project folder lies. Set-up writes inside that folder and nowhere else. */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project that this file belongs to. */
export const ROOT = resolve(fileURLToPath(new URL("../../..", import.meta.url)));

/** @param {string} root a project folder, absolute */
export function project(root) {
  return {
    root,
    /** Node 26, from the platform package in the lock file. */
    node: join(root, "node_modules", ".bin", "node"),
    venv: join(root, ".venv"),
    python: join(root, ".venv", "bin", "python"),
    requirements: join(root, "requirements.txt"),
    /** What set-up and the tools keep: logs, the lock, Jupyter's files. */
    state: join(root, ".quorumlab"),
    jupyter: join(root, ".quorumlab", "jupyter"),
    work: join(root, "work"),
  };
}

/** @param {string} file a text @returns {string} its content in 64 hex digits */
export function hashOf(file) {
  return hashOfText(readFileSync(file, "utf8"));
}

/** @param {string} text @returns {string} 64 hex digits */
export function hashOfText(text) {
  return createHash("sha256").update(text).digest("hex");
}

/** @param {string} file @returns {string | undefined} its text, or undefined when it cannot be read */
export function textOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * Replaces a file whole: a reader sees the old text or the new one, also after a crash.
 * @param {string} file @param {string} text
 */
export function writeWhole(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}
