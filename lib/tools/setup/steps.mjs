// @ts-check
/** Set-up as a list of steps: each says whether it is done already, and otherwise does it under the lock. */

import { join } from "node:path";
import { takeLock } from "./lock.mjs";
import { Problem } from "./problem.mjs";
import { project } from "./project.mjs";
import { Screen } from "./screen.mjs";

/**
 * @typedef {object} Step
 * @property {string} name short, for the progress line
 * @property {() => string | undefined} ready what is there, for the step's line; undefined when there is work to do
 * @property {(say: (what: string) => void) => void | Promise<void>} make does it, saying what it is at
 */

/**
 * Runs the stages one after the other, the steps of a stage side by side; a finished step costs a look.
 * @param {Step[][]} stages
 * @param {string} root the project folder
 * @param {Screen} [screen]
 * @returns {Promise<void>}
 * @throws Problem when a step needs the user's help
 */
export async function setUp(stages, root, screen = new Screen(process.stdout)) {
  /** @type {Promise<() => void> | undefined} */
  let lock;
  const locked = () => {
    lock ??= takeLock(join(project(root).state, "setup.lock"), (holder) => {
      screen.line(`… another set-up of this folder (process ${holder}) is at work: waiting for it`);
    });
    return lock;
  };
  const interrupted = () => {
    screen.line("\nInterrupted: the same command goes on from here.");
    process.exit(130);
  };
  process.once("SIGINT", interrupted);
  try {
    for (const stage of stages) {
      // A step that fails lets its neighbour finish: what is done is kept for the next run.
      const ends = await Promise.allSettled(stage.map((step) => perform(step, locked, screen)));
      const failed = ends.find((end) => end.status === "rejected");
      if (failed) throw failed.reason;
    }
  } finally {
    process.off("SIGINT", interrupted);
    (await lock)?.();
  }
}

/** @param {Step} step @param {() => Promise<unknown>} locked @param {Screen} screen */
async function perform(step, locked, screen) {
  const since = performance.now();
  let found = step.ready();
  if (found === undefined) {
    await locked();
    // Whoever held the lock before us may have done it.
    found = step.ready() ?? (await make(step, screen));
  }
  screen.done(found, performance.now() - since);
}

/** @param {Step} step @param {Screen} screen @returns {Promise<string>} what is there now */
async function make(step, screen) {
  screen.begin(step.name);
  try {
    await step.make((what) => screen.say(step.name, what));
  } finally {
    screen.end(step.name);
  }
  const found = step.ready();
  if (found === undefined) throw new Problem(`${step.name}: made, but still not complete.`);
  return found;
}
