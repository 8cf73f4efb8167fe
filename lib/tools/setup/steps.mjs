// @ts-check
/** Set-up as a list of steps: each says whether it is done already, and otherwise does it under the lock. */

import { join } from "node:path";
import { takeLock } from "./lock.mjs";
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
      if (ready() === undefined) {
        screen.begin(name);
        await make((what) => screen.say(name, what));
        screen.end(name);
      }
      found = ready() ?? name;
    }
    screen.done(found, performance.now() - since);
  }

  for (const stage of stages) await Promise.all(stage.map(perform));
  (await lock)?.();
}
