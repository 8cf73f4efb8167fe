// @ts-check
/** `npm start` and `quorumlab lab`: sets everything up, then keeps JupyterLab open on the learner's work. */

import { existsSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { start, tail } from "./setup/child.mjs";
import { jupyterEnvironment } from "./setup/jupyter.mjs";
import { Problem, reporting } from "./setup/problem.mjs";
import { project, ROOT, textOf } from "./setup/project.mjs";
import { courseStages, workStage } from "./setup/stages.mjs";
import { setUp } from "./setup/steps.mjs";
import { newerChapters } from "./setup/work.mjs";

export const summary = "set everything up and open JupyterLab on your work (the same as npm start)";

const FIRST_CHAPTER = "notebooks/00-start-here.ipynb";

const HELP = `Usage: npm start -- [options]    or: npx quorumlab lab [options]

Sets everything up and opens JupyterLab on work/, your own copies of the chapters and exercises.

  --port N       listen on this port (otherwise the next free one from 8888)
  --no-browser   print the address and open nothing

Every other option goes to JupyterLab. Ctrl-C stops it.`;

/** @param {string[]} args what goes to JupyterLab @returns {Promise<number>} the exit code */
export function main(args) {
  return reporting(ROOT, async () => {
    const { values } = parseArgs({
      args,
      strict: false,
      options: { port: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    if (values.port !== undefined) await claimPort(values.port);
    await setUp([...courseStages(ROOT), workStage(ROOT)], ROOT);
    for (const name of newerChapters(ROOT)) {
      console.log(
        `${name} has a newer version: \`npx quorumlab reset ${name}\` brings it and keeps yours beside it.`,
      );
    }
    return keepOpen(args, values.port !== undefined);
  });
}

/**
 * Makes sure that a port asked for by number can be had.
 * @param {unknown} text as it stands on the command line
 */
export async function claimPort(text) {
  const port = typeof text === "string" && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65535)) {
    throw new Problem(`--port is "${text}": expected a number from 0 to 65535.`, 2);
  }
  const server = createServer();
  await new Promise((resolve, reject) => {
    server.once("error", (/** @type {NodeJS.ErrnoException} */ error) => {
      const why = error.code === "EADDRINUSE" ? "is in use" : `cannot be used (${error.code})`;
      reject(new Problem(`Port ${port} ${why}: choose another, such as --port ${port + 1}.`));
    });
    server.listen(port, "127.0.0.1", () => resolve(undefined));
  });
  await new Promise((resolve) => server.close(resolve));
}

/** @param {string[]} args @param {boolean} portGiven @returns {Promise<number>} the exit code */
async function keepOpen(args, portGiven) {
  const { python, work, jupyter, state } = project(ROOT);
  const server = start(
    [
      ...[python, "-m", "jupyterlab", "--log-level=WARN", `--ServerApp.root_dir=${work}`],
      ...(existsSync(join(work, FIRST_CHAPTER))
        ? [`--LabApp.default_url=/lab/tree/${FIRST_CHAPTER}`]
        : []),
      ...(portGiven ? ["--ServerApp.port_retries=0"] : []),
      ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
      ...args,
    ],
    {
      ...{ cwd: work, env: jupyterEnvironment(ROOT), log: join(state, "jupyterlab.log") },
      // It stops its kernels first.
      patienceSeconds: 15,
    },
  );
  let stopping = false;
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      stopping = true;
      server.stop();
    });
  }
  const infoFile = join(jupyter, "runtime", `jpserver-${server.pid}.json`);
  const opened = await announce(infoFile, server.exited);
  const code = await server.exited;
  if (stopping || code === 0) {
    // Options such as --version make it print and leave.
    console.log(opened ? "\nJupyterLab has stopped. Your work is in work/." : server.output());
    return 0;
  }
  throw new Problem(
    `JupyterLab stopped with exit code ${code}. It said:\n${tail(server.output())}`,
  );
}

/**
 * Prints the address as soon as the server has written down where it listens.
 * @param {string} infoFile @param {Promise<number>} exited
 * @returns {Promise<boolean>} false when it ended before that
 */
async function announce(infoFile, exited) {
  rmSync(infoFile, { force: true });
  let running = true;
  const stop = () => {
    running = false;
  };
  exited.then(stop, stop);
  while (running) {
    const address = addressIn(textOf(infoFile) ?? "");
    if (address !== undefined) {
      console.log(`\nJupyterLab is open; Ctrl-C stops it:\n\n  ${address}\n`);
      return true;
    }
    await sleep(100);
  }
  return false;
}

/**
 * @param {string} info what the server wrote, perhaps by half
 * @returns {string | undefined} the address to open, with the token that it asks for
 */
export function addressIn(info) {
  try {
    const { url, token } = JSON.parse(info);
    return token === "" ? url : `${url}?token=${token}`;
  } catch {
    return undefined;
  }
}
