// @ts-check
/** What a user can mend: one sentence that says what is wrong and what to do, and the exit code. */

import { tail } from "./child.mjs";

export class Problem extends Error {
  /** @param {string} sentence @param {number} exitCode 1 failed, 2 misused */
  constructor(sentence, exitCode = 1) {
    super(sentence);
    this.name = "Problem";
    this.exitCode = exitCode;
  }
}

const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|Max retries exceeded|NewConnectionError|ConnectionError|ConnectTimeoutError|ReadTimeoutError|name resolution|Network is unreachable/;
const NO_SPACE = /ENOSPC|No space left on device|EDQUOT|Disk quota exceeded/;
const NOT_WRITABLE = /EACCES|EPERM|EROFS|Permission denied|Read-only file system/;

/**
 * The sentence for a failure of the system underneath, or undefined when it is of another kind.
 * @param {string} said an error message or a program's output
 * @param {string} root the project folder
 * @returns {string | undefined}
 */
export function sentenceFor(said, root) {
  if (NO_SPACE.test(said)) {
    return `The disk is full: set-up needs about 700 MB in ${root}. Free some space, then run the same command again.`;
  }
  if (NOT_WRITABLE.test(said)) {
    const path =
      /(?:(?:open|mkdir|unlink|rename|rmdir|copyfile|scandir|symlink) |denied: |system: )'([^']+)'/.exec(
        said,
      )?.[1];
    return `${path ?? root} cannot be written: make it yours (\`sudo chown -R "$(id -un)" ${quoted(root)}\`) or clone the course into a folder of your own, then run the same command again.`;
  }
  if (NO_NETWORK.test(said)) {
    return "The network cannot be reached, and set-up needs it once, for npm and Python packages: connect (or set your proxy), then run the same command again.";
  }
  return undefined;
}

/**
 * What to say when a program that set-up started has failed.
 * @param {string} name of the program
 * @param {string} said what it printed
 * @param {string} root the project folder
 * @param {string} log the file with all that it printed
 * @returns {Problem}
 */
export function failureOf(name, said, root, log) {
  const sentence = sentenceFor(said, root);
  return new Problem(
    sentence === undefined
      ? `${name} failed; all of its output is in ${log}, which ends:\n${tail(said)}`
      : `${sentence} (The output of ${name} is in ${log}.)`,
  );
}

/** @param {string} path @returns {string} the path as a shell takes it */
function quoted(path) {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/**
 * Runs a command and turns what a user can mend into a sentence on stderr.
 * @param {string} root the project folder
 * @param {() => Promise<number>} command
 * @returns {Promise<number>} the exit code
 */
export async function reporting(root, command) {
  try {
    return await command();
  } catch (error) {
    if (error instanceof Problem) {
      console.error(error.message);
      return error.exitCode;
    }
    const { code = "", message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code.startsWith("ERR_PARSE_ARGS")) {
      console.error(message);
      return 2;
    }
    const sentence = sentenceFor(message, root);
    if (sentence === undefined) throw error;
    console.error(sentence);
    return 1;
  }
}
