/** Executes notebooks the way a reader does: from top to bottom, in a fresh kernel each. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { jupyterEnvironment, KERNEL } from "../setup/jupyter.mjs";
import { project, ROOT } from "../setup/project.mjs";
import { type Notebook, normal } from "./notebook.ts";

/** What became of a notebook; with an error, of the cells up to the one that failed. */
export type Executed = {
  readonly path: string;
  readonly seconds: number;
  readonly notebook: Notebook;
  /** What went wrong, and the id of the cell. */
  readonly failure?: { readonly cell: string; readonly error: string };
};

export type RunOptions = {
  /** For one cell; 120 unless told. */
  readonly timeoutSeconds?: number;
  /** Called as each notebook ends. */
  onDone?(executed: Executed): void;
};

/**
 * Executes notebooks, at most two at once, and leaves their files alone. Throws one sentence when Jupyter is not set up.
 *
 * @param paths absolute paths; each runs in its own folder
 * @returns in the order of the paths
 */
export async function execute(
  paths: readonly string[],
  options: RunOptions = {},
): Promise<Executed[]> {
  const { python } = project(ROOT);
  if (!existsSync(python)) {
    throw new Error(`There is no ${python}: \`npm test\` or \`npm start\` sets Jupyter up.`);
  }
  const script = fileURLToPath(new URL("./execute.py", import.meta.url));
  const env = { ...jupyterEnvironment(ROOT), QUORUMLAB_UNATTENDED: "1" };
  const child = spawn(python, [script], { env, stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  let complaints = "";
  child.stderr.on("data", (data) => {
    complaints = (complaints + data).slice(-4000);
  });
  const { timeoutSeconds: timeout = 120 } = options;
  child.stdin.end(JSON.stringify({ kernel: KERNEL, timeout, notebooks: paths }));
  const done = new Map<string, Executed>();
  for await (const line of createInterface({ input: child.stdout })) {
    const executed = result(JSON.parse(line));
    done.set(executed.path, executed);
    options.onDone?.(executed);
  }
  const code = await ended;
  return paths.map((path) => {
    const executed = done.get(path);
    if (executed !== undefined) return executed;
    throw new Error(`${path} was not executed (exit code ${code}): ${complaints.trim()}`);
  });
}

function result(raw: Record<string, unknown>): Executed {
  const { path, seconds, notebook, cell, error } = raw;
  const executed = { path: String(path), seconds: Number(seconds), notebook: normal(notebook) };
  if (error === undefined) return executed;
  return { ...executed, failure: { cell: String(cell), error: String(error) } };
}
