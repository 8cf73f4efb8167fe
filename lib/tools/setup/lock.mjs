// @ts-check
/** One set-up at a time in a project folder: a file that names its holder, who keeps touching it. */

import { randomUUID } from "node:crypto";
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { textOf } from "./project.mjs";

const TOUCH_MS = 1000;
/** A holder that has not touched the file for so long, watched all the while, is gone. */
const SILENT_MS = 30_000;

/**
 * Waits until the lock is ours.
 * @param {string} path
 * @param {(holder: number) => void} onWait called once when another process holds it
 * @returns {Promise<() => void>} gives it back
 */
export async function takeLock(path, onWait) {
  mkdirSync(dirname(path), { recursive: true });
  const ours = `${process.pid} ${randomUUID()}`;
  let said = false;
  let seen = { mark: "", since: performance.now() };
  while (!claim(path, ours)) {
    const holder = textOf(path);
    if (holder === undefined) continue;
    const mark = `${holder} ${touched(path)}`;
    if (mark !== seen.mark) seen = { mark, since: performance.now() };
    const pid = Number.parseInt(holder, 10);
    if (!isAlive(pid) || performance.now() - seen.since > SILENT_MS) {
      takeAway(path, holder);
      continue;
    }
    if (!said) onWait(pid);
    said = true;
    await sleep(200);
  }
  return hold(path, ours);
}

/** @param {string} path @param {string} ours @returns {boolean} */
function claim(path, ours) {
  // Linked from a finished draft, so that nobody reads a lock without its holder.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, ours);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @param {string} path @param {string} ours */
function hold(path, ours) {
  const touch = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // Somebody took it for stale; the steps themselves stand an interruption.
    }
  }, TOUCH_MS);
  touch.unref();
  const release = () => {
    clearInterval(touch);
    if (textOf(path) === ours) rmSync(path, { force: true });
  };
  process.once("exit", release);
  return release;
}

/**
 * Removes a dead process's lock, and only that one: by the time we act it may already be another's.
 * @param {string} path @param {string} holder
 */
function takeAway(path, holder) {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") !== holder) linkSync(aside, path);
  } catch {
    // Gone already, or taken again: the next look tells.
  }
  rmSync(aside, { force: true });
}

/** @param {string} path @returns {number} */
function touched(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** @param {number} pid @returns {boolean} */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}
