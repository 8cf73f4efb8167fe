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

  /** @param {Step} step */
  async function perform({ name, ready, make }) {
    const since = performance.now();
    let found = ready();
    if (found === undefined) {
      await locked();
      // Whoever held the lock before us may have done it.
      found = ready() ?? (await madeBy({ name, ready, make }));
    }
    screen.done(found, performance.now() - since);
  }

  /** @param {Step} step */
  async function madeBy({ name, ready, make }) {
    screen.begin(name);
    try {
      await make((what) => screen.say(name, what));
    } finally {
      screen.end(name);
    }
    const found = ready();
    if (found === undefined) throw new Problem(`${name}: made, but still not complete.`);
    return found;
  }

  try {
    for (const stage of stages) {
      // A step that fails lets its neighbour finish: what is done is kept for the next run.
      const ends = await Promise.allSettled(stage.map(perform));
      const failed = ends.find((end) => end.status === "rejected");
      if (failed) throw failed.reason;
    }
  } finally {
    (await lock)?.();
  }
}
