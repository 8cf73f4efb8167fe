/** How long the linearizability checker takes for histories made here. */

import {
  type History,
  type KeyValueInput,
  keyValue,
  linearizable,
  type Model,
  type RegisterInput,
  register,
} from "../../check/index.ts";
import { luck } from "../../sim/index.ts";
import type { Row } from "../cell/table.ts";
import { historyOf, withWrongRead } from "./histories.ts";
import { median, rounded, TIMES } from "./measure.ts";

const SEED = 1;

/** A register and a key–value store, each with a history that is right and the same with one wrong read. */
export async function benchChecker(): Promise<readonly Row[]> {
  const one = registerHistory();
  const many = keyValueHistory();
  return [
    rowOf("register, 5 clients × 40", one, register(0)),
    rowOf("the same, one read wrong", withWrongRead(one, -1), register(0)),
    rowOf("key–value, 10 clients × 300", many, keyValue()),
    rowOf("the same, one read wrong", withWrongRead(many, "never written"), keyValue()),
  ];
}

function rowOf<State, Input, Output>(
  checker: string,
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
): Row {
  const { verdict, configurations } = linearizable(history, model);
  const tookMs = Array.from({ length: TIMES }, () => {
    const startMs = performance.now();
    linearizable(history, model);
    return performance.now() - startMs;
  });
  return {
    checker,
    operations: history.length,
    verdict,
    configurations,
    ms: rounded(median(tookMs)),
  };
}

function registerHistory(): History<RegisterInput<number>, number | undefined> {
  let held = 0;
  return historyOf<RegisterInput<number>, number | undefined>(
    { seed: SEED, clients: 5, operations: 40 },
    (n) => (luck(SEED, n, "kind") < 0.5 ? { kind: "read" } : { kind: "write", value: n }),
    (input) => {
      if (input.kind === "read") return held;
      held = input.value;
      return undefined;
    },
  );
}

function keyValueHistory(): History<KeyValueInput, string | null | boolean | undefined> {
  const held = new Map<string, string>();
  return historyOf<KeyValueInput, string | null | boolean | undefined>(
    { seed: SEED, clients: 10, operations: 300 },
    (n) => {
      const key = `k${Math.floor(10 * luck(SEED, n, "key"))}`;
      return luck(SEED, n, "kind") < 0.5
        ? { kind: "get", key }
        : { kind: "put", key, value: `${n}` };
    },
    (input) => {
      if (input.kind === "get") return held.get(input.key) ?? null;
      if (input.kind === "put") held.set(input.key, input.value);
      return undefined;
    },
  );
}
