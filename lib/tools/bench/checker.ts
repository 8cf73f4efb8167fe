/** How long the linearizability checker takes for histories made here, and what each reduction buys. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  type CasRegisterInput,
  casRegister,
  fifoQueue,
  type History,
  type KeyValueInput,
  keyValue,
  type Limits,
  linearizable,
  type Model,
  type QueueInput,
  REDUCTIONS,
  type Reduction,
} from "../../check/index.ts";
import { luck } from "../../sim/index.ts";
import type { Row } from "../cell/table.ts";
import { historyOf, type Size, withWrongRead } from "./histories.ts";
import { median, rounded, TIMES } from "./measure.ts";

type Sample<State, Input, Output> = {
  readonly name: string;
  readonly model: Model<State, Input, Output>;
  readonly histories: readonly History<Input, Output>[];
  readonly always?: readonly Reduction[];
};

/** What is not judged by then counts as unknown. */
const PATIENCE_MS = 2000;
/** Whatever takes longer is measured once. */
const LONG_MS = 1000;

/**
 * Registers on which clients gave up, as etcd's were under Jepsen; keys to whose values is appended, as
 * in Porcupine's tests; a queue; and a register from which one reads what nobody wrote: with all
 * reductions, without each, and without any.
 */
export async function benchChecker(): Promise<readonly Row[]> {
  const whole = ["partitions"] as const;
  return [
    ...rowsOf({
      name: "60 registers, 5 clients × 16",
      model: casRegister<number>(0),
      histories: registers(),
    }),
    ...rowsOf({ name: "10 keys, 10 clients × 34", model: keyValue(), histories: keys(10, 34) }),
    ...rowsOf({
      name: "the same, not in parts",
      model: keyValue(),
      histories: keys(10, 34),
      always: whole,
    }),
    ...rowsOf({ name: "10 keys, 50 clients × 34", model: keyValue(), histories: keys(50, 34) }),
    ...rowsOf({ name: "a queue, 5 clients × 40", model: fifoQueue<number>(), histories: queue() }),
    ...rowsOf({
      name: "a register, a value that nobody wrote",
      model: casRegister<number>(0),
      histories: [unwritten()],
    }),
    coldRow(),
  ];
}

function rowsOf<State, Input, Output>(sample: Sample<State, Input, Output>): Row[] {
  const { name, model, histories, always = [] } = sample;
  const declared = REDUCTIONS.filter((one) => !always.includes(one) && isOf(one, model));
  const operations = histories.reduce((sum, history) => sum + history.length, 0);
  const choices: [string, readonly Reduction[]][] = [
    ["all", []],
    ...declared.map((one): [string, readonly Reduction[]] => [`without ${one}`, [one]]),
    ["none", declared],
  ];
  return choices.map(([reductions, left], at) => {
    const measured = measure(histories, model, {
      timeMs: PATIENCE_MS,
      without: [...always, ...left],
    });
    return {
      checker: at === 0 ? name : "",
      operations: at === 0 ? operations : "",
      reductions,
      ...measured,
    };
  });
}

/** What a model declares for some reductions; the others need nothing. */
const NEEDS = {
  "read-first": "isReadOnly",
  quotient: "quotient",
  partitions: "partition",
  "first-in-first-out": "takers",
} as const;

function isOf(reduction: Reduction, model: object): boolean {
  return !Object.hasOwn(NEEDS, reduction) || NEEDS[reduction as keyof typeof NEEDS] in model;
}

function measure<State, Input, Output>(
  histories: readonly History<Input, Output>[],
  model: Model<State, Input, Output>,
  limits: Limits,
): Row {
  const verdicts = { ok: 0, violated: 0, unknown: 0 };
  let configurations = 0;
  const once = () => {
    const startMs = performance.now();
    const found = histories.map((history) => linearizable(history, model, limits));
    const tookMs = performance.now() - startMs;
    return { tookMs, found };
  };
  const first = once();
  for (const one of first.found) {
    verdicts[one.verdict] += 1;
    configurations += one.configurations;
  }
  const more = first.tookMs > LONG_MS ? [] : Array.from({ length: TIMES }, () => once().tookMs);
  const told = Object.entries(verdicts).filter(([, count]) => count > 0);
  return {
    verdicts: told.map(([verdict, count]) => `${count} ${verdict}`).join(", "),
    configurations,
    ms: rounded(more.length === 0 ? first.tookMs : median(more)),
  };
}

/** The first check in a process that has just begun, by its own clock. */
function coldRow(): Row {
  const script = fileURLToPath(new URL("./cold.ts", import.meta.url));
  const tookMs = Array.from({ length: TIMES }, () => {
    const { stdout, status } = spawnSync(process.execPath, [script], { encoding: "utf8" });
    if (status !== 0) throw new Error("The process that measures a first check failed.");
    return Number(stdout);
  });
  return {
    checker: "a first check in a fresh process, 80 operations",
    ms: rounded(median(tookMs)),
  };
}

/** Half of them have one wrong read. */
export function registers() {
  return Array.from({ length: 60 }, (_, seed) => {
    const right = registerHistory({ seed, clients: 5, operations: 16, givenUp: 6 });
    return seed % 2 === 0 ? right : withWrongRead(right, Math.floor(5 * luck(seed, "wrong")));
  });
}

/** Many operations are given up, and the last read returns what nobody has written. */
function unwritten() {
  return withWrongRead(registerHistory({ seed: 1, clients: 5, operations: 80, givenUp: 4 }), 99);
}

function registerHistory(size: Size) {
  const number = (n: number, what: string) => Math.floor(5 * luck(size.seed, n, what));
  let held = 0;
  return historyOf<CasRegisterInput<number>, number | boolean | undefined>(
    size,
    (n) => {
      const kind = luck(size.seed, n, "kind");
      if (kind < 0.35) return { kind: "read" };
      if (kind < 0.6) return { kind: "write", value: number(n, "value") };
      return { kind: "cas", from: number(n, "value"), to: number(n, "to") };
    },
    (input) => {
      if (input.kind === "read") return held;
      const swaps = input.kind === "write" || held === input.from;
      if (swaps) held = input.kind === "write" ? input.value : input.to;
      return input.kind === "write" ? undefined : swaps;
    },
  );
}

/** One in which every get returned what it should, and one in which the last did not. */
function keys(clients: number, operations: number) {
  const held = new Map<string, string>();
  const right = historyOf<KeyValueInput, string | null | boolean | undefined>(
    { seed: clients, clients, operations, givenUp: Number.MAX_SAFE_INTEGER },
    (n) => {
      const key = String(Math.floor(10 * luck(clients, n, "key")));
      const kind = luck(clients, n, "kind");
      if (kind < 0.45) return { kind: "get", key };
      return { kind: kind < 0.5 ? "put" : "append", key, value: `x ${n} y` };
    },
    (input) => {
      if (input.kind === "get") return held.get(input.key) ?? null;
      if (input.kind === "put") held.set(input.key, input.value);
      if (input.kind === "append") held.set(input.key, (held.get(input.key) ?? "") + input.value);
      return undefined;
    },
  );
  return [right, withWrongRead(right, "never written")];
}

/** One that is right, and one in which the last dequeue took what was taken before. */
function queue() {
  const held: number[] = [];
  const right = historyOf<QueueInput<number>, number | null | undefined>(
    { seed: 1, clients: 5, operations: 40, givenUp: Number.MAX_SAFE_INTEGER },
    (n) => (luck(1, n, "kind") < 0.5 ? { kind: "enqueue", value: n } : { kind: "dequeue" }),
    (input) => {
      if (input.kind === "dequeue") return held.shift() ?? null;
      held.push(input.value);
      return undefined;
    },
  );
  return [right, withWrongRead(right, 0)];
}
