/** What all commands have in common: reading arguments, misuse in one sentence, and stopping when asked. */

import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/** The command was asked for something that makes no sense; the message says what was expected. */
export class Misuse extends Error {}

/**
 * Runs a command's body, which can be asked to stop. One that throws because it was stopped gives 130; otherwise as in
 * `answered`.
 *
 * @param body gets a signal that is aborted by Ctrl-C and by SIGTERM
 */
export async function command(
  name: string,
  body: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  process.once("SIGINT", abort).once("SIGTERM", abort);
  const stoppable = async () => {
    try {
      return await body(stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      console.error(`quorumlab ${name}: stopped.`);
      return 130;
    }
  };
  try {
    return await answered(name, stoppable);
  } finally {
    process.off("SIGINT", abort).off("SIGTERM", abort);
  }
}

/**
 * Runs a command's body, which a signal ends with its process. Misuse is said on standard error and gives 2; any other
 * failure gives 3, for then nothing is known.
 */
export async function answered(name: string, body: () => Promise<number>): Promise<number> {
  try {
    return await body();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(`quorumlab ${name}: ${message}`);
    const code = (error as { code?: unknown }).code;
    const misused = error instanceof Misuse || String(code).startsWith("ERR_PARSE_ARGS");
    return misused ? 2 : 3;
  }
}

/** Reads arguments: options by their table, and everything else. @throws Error when an option is unknown */
export function read<Options extends ParseArgsOptionsConfig>(args: string[], options: Options) {
  return parseArgs({ args, options, allowPositionals: true, strict: true });
}
