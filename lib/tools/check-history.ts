/** `quorumlab check-history`: is a history that some tool wrote down linearizable, and if not, why? */

import { readFileSync, writeFileSync } from "node:fs";
import { linearizable, REDUCTIONS, type Reduction, verdictText } from "../check/index.ts";
import { MODEL_NAMES, type ReadHistory, readHistory, Unreadable } from "../formats/index.ts";
import { answered, Misuse, read } from "./command.ts";

export const summary = "judge a history that Jepsen, Porcupine or your own test wrote down";

const HELP = `Usage: npx quorumlab check-history FILE --model NAME [--svg FILE]
       [--seconds N] [--memory MB] [--without REDUCTION]…

Reads a history and says whether it is linearizable: ok, violated (and which operation has no
explanation, and why) or unknown (when a limit was reached). FILE - reads standard input.

NAME is one of ${MODEL_NAMES.join(", ")}.
How the history is written is seen from it:
  Jepsen's log    INFO  jepsen.util - 3  :invoke  :read  nil
  EDN             {:process 3, :type :invoke, :f :get, :key "x", :value nil}, a line or a vector
  JSON lines      {"process": 3, "type": "invoke", "f": "read", "value": null}
The type is invoke, ok, fail (it did not happen) or info (nobody knows).

  --svg FILE     draws the history there: an order that explains it, or the shortest part that fails
  --seconds N    gives up after N seconds; without it, only when memory runs out
  --memory MB    gives up when it would use more; 512
  --without R    leaves a reduction out: ${REDUCTIONS.join(", ")}

Exit codes: 0 ok, 1 violated, 2 misused, 3 unknown.`;

/** @returns the exit code: 0 ok, 1 violated, 2 misused, 3 unknown */
export function main(args: string[]): Promise<number> {
  // A search cannot be asked to stop.
  return answered("check-history", async () => {
    const { values, positionals } = read(args, {
      model: { type: "string" },
      svg: { type: "string" },
      seconds: { type: "string" },
      memory: { type: "string" },
      without: { type: "string", multiple: true },
      help: { type: "boolean", short: "h" },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const file = only(positionals);
    const names = `expected one of ${MODEL_NAMES.join(", ")}`;
    if (values.model === undefined) throw new Misuse(`--model is missing: ${names}.`);
    if (!MODEL_NAMES.includes(values.model)) throw new Misuse(`--model ${values.model}: ${names}.`);
    const limits = {
      ...(values.seconds === undefined
        ? {}
        : { timeMs: 1000 * positive("seconds", values.seconds) }),
      ...(values.memory === undefined ? {} : { memoryMb: positive("memory", values.memory) }),
      without: (values.without ?? []).map(reduction),
    };
    const { history, model } = historyOf(file, values.model);
    const result = linearizable(history, model, limits);
    console.log(verdictText(history, result));
    if (values.svg !== undefined) {
      // Loaded when it is needed: drawing takes longer to load than most histories to judge.
      const { historyBars } = await import("../plot/index.ts");
      write(values.svg, historyBars(history, { result }).svg);
    }
    return { ok: 0, violated: 1, unknown: 3 }[result.verdict];
  });
}

function only(files: readonly string[]): string {
  const [file] = files;
  if (file !== undefined && files.length === 1) return file;
  throw new Misuse("expected one FILE; - is standard input.");
}

function historyOf(file: string, name: string): ReadHistory {
  const text = textOf(file);
  try {
    return readHistory(text, name);
  } catch (error) {
    if (error instanceof Unreadable) throw new Misuse(`${file}: ${error.message}`);
    throw error;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new Misuse(`${file} cannot be read: ${(error as Error).message}.`);
  }
}

function write(file: string, svg: string): void {
  try {
    writeFileSync(file, svg);
  } catch (error) {
    throw new Misuse(`${file} cannot be written: ${(error as Error).message}.`);
  }
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && number > 0 && Number.isFinite(number)) return number;
  throw new Misuse(`--${name} ${text}: expected a number above 0.`);
}

function reduction(name: string): Reduction {
  const known = REDUCTIONS.find((one) => one === name);
  if (known !== undefined) return known;
  throw new Misuse(`--without ${name}: expected one of ${REDUCTIONS.join(", ")}.`);
}
