/** Starts the kernel, and says what becomes of signals and of errors that no cell waits for. */

import { resolve } from "node:path";
import { Cells, nameCellsInStacks } from "./cells.ts";
import { type Explained, explainThrown } from "./explain.ts";
import { outside } from "./output.ts";
import { floating, type Out, Runner } from "./runner.ts";
import { listen } from "./server.ts";
import { openTslab } from "./tslab.ts";

/** Set by a program that runs notebooks. Nobody reads what is printed late, so a late error fails a cell. */
const UNATTENDED = "QUORUMLAB_UNATTENDED";

const PROJECT = resolve(import.meta.dirname, "../../..");

/** Starts the kernel. @param configPath the file in which Jupyter says where to listen */
export function start(configPath: string): void {
  const cells = new Cells();
  nameCellsInStacks(cells);
  const explain = (thrown: unknown) => explainThrown(thrown, cells, PROJECT);
  const tslab = openTslab(cells, explain);
  const runner = new Runner({ execute: tslab.execute, explain, attach });

  function attach(out: Out): void {
    process.stdout.write = writer("stdout", out);
    process.stderr.write = writer("stderr", out);
    Object.assign(tslab.jupyter, { lastWriteDisplayData: out.show });
    Object.assign(globalThis, { [Symbol.for("quorumlab.show")]: out.show });
  }

  function late(error: Explained): void {
    if (process.env[UNATTENDED] === undefined) console.error(error.traceback.join("\n"));
    else runner.blame(error);
  }

  process.on("SIGINT", () => tslab.executor.interrupt());
  process.on("uncaughtException", (error) => late(explain(error)));
  process.on("rejectionHandled", (promise) => runner.handled(promise));
  process.on("unhandledRejection", (reason, promise) => {
    if (!runner.rejected(promise, reason)) late(floating(explain(reason)));
  });
  endWithJupyter();
  listen(tslab, runner, configPath);
}

function writer(stream: "stdout" | "stderr", out: Out): typeof process.stdout.write {
  return (chunk: string | Uint8Array, ...rest: unknown[]) => {
    out.print(stream, typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
    const done = rest.at(-1);
    if (typeof done === "function") outside(queueMicrotask, () => done());
    return true;
  };
}

/** A Jupyter that was killed cannot say goodbye; its kernels would live on. */
function endWithJupyter(): void {
  const parent = Number(process.env.JPY_PARENT_PID);
  if (!Number.isInteger(parent) || parent <= 1) return;
  setInterval(() => {
    try {
      process.kill(parent, 0);
    } catch {
      process.exit(1);
    }
  }, 2000).unref();
}
