/** Histories of clients that use one object at the same time: each operation takes effect at one moment of its call. */

import { type Call, type History, Recorder } from "../../check/index.ts";
import { luck } from "../../sim/index.ts";

export type Size = {
  readonly seed: number;
  readonly clients: number;
  /** How many each client does. */
  readonly operations: number;
  /** One operation in so many is given up by its client, who never learns what became of it. */
  readonly givenUp: number;
};

/**
 * A history that is linearizable by its making.
 *
 * @param inputOf makes the n-th operation of all
 * @param perform does an operation to the object, alone, and says what it returns
 */
export function historyOf<Input, Output>(
  { seed, clients, operations, givenUp }: Size,
  inputOf: (n: number) => Input,
  perform: (input: Input) => Output,
): History<Input, Output> {
  const recorder = new Recorder<Input, Output>();
  const moments: { readonly atMs: number; readonly act: () => void }[] = [];
  for (let client = 0; client < clients; client++) {
    let atMs = 0;
    for (let n = client; n < clients * operations; n += clients) {
      const [invokedMs, effectMs, returnedMs] = [1, 2, 3].map((part) => {
        atMs += 0.01 + luck(seed, n, part);
        return atMs;
      }) as [number, number, number];
      const input = inputOf(n);
      let call: Call<Output> | undefined;
      let output: Output;
      moments.push(
        { atMs: invokedMs, act: () => (call = recorder.invoke(`c${client}`, input, invokedMs)) },
        { atMs: effectMs, act: () => (output = perform(input)) },
        {
          atMs: returnedMs,
          act: () => (n % givenUp === 0 ? call?.info() : call?.ok(output, returnedMs)),
        },
      );
    }
  }
  for (const { act } of moments.sort((a, b) => a.atMs - b.atMs)) act();
  return recorder.history();
}

/** The same history, but its last read that returned gave something else. */
export function withWrongRead<Input extends { readonly kind: string }, Output>(
  history: History<Input, Output>,
  wrong: Output,
): History<Input, Output> {
  const at = history.findLastIndex(
    ({ input, outcome }) => outcome === "ok" && ["read", "get", "dequeue"].includes(input.kind),
  );
  return history.map((operation, index) =>
    index === at && operation.outcome === "ok" ? { ...operation, output: wrong } : operation,
  );
}
