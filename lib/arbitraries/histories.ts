/** Histories that a real object made: each operation takes effect at one moment between its ends. */

import fc from "fast-check";
import { type Call, type History, Recorder } from "quorumlab/check";

export type HistoryOptions<Input, Output> = {
  readonly input: fc.Arbitrary<Input>;
  /** A new object: a function that does one operation after the other, and says what each returns. */
  fresh(): (input: Input) => Output;
  /** How many clients there are at most; 3 unless told. */
  readonly clients?: number;
  /** How many operations there are at most; 12 unless told. */
  readonly operations?: number;
  /** What an operation may claim to have returned, so that some histories have no order. */
  readonly lie?: fc.Arbitrary<Output>;
};

/** Moments of one operation, counted from the end of the client's last one. */
type Plan<Input> = {
  readonly client: number;
  readonly input: Input;
  readonly gaps: readonly [number, number, number];
  readonly end: "ok" | "lost before" | "lost after" | "refused";
};

/**
 * Histories of one object and some clients, with operations that were refused and operations of which
 * nobody knows what became. Without lies all of them are linearizable: to try a model or a checker on.
 */
export function histories<Input, Output>(
  options: HistoryOptions<Input, Output>,
): fc.Arbitrary<History<Input, Output>> {
  const { input, fresh, clients = 3, operations = 12, lie } = options;
  const gap = fc.nat(5);
  const plan: fc.Arbitrary<Plan<Input>> = fc.record({
    client: fc.nat(clients - 1),
    input,
    gaps: fc.tuple(gap, gap, gap),
    end: fc.oneof(
      { weight: 8, arbitrary: fc.constant("ok" as const) },
      fc.constantFrom("lost before" as const, "lost after" as const, "refused" as const),
    ),
  });
  const plans = fc.array(plan, { maxLength: operations, size: "max" });
  const lies =
    lie === undefined
      ? fc.constant(undefined)
      : fc.option(fc.record({ at: fc.nat(operations - 1), says: lie }), { nil: undefined });
  return fc.tuple(plans, lies).map(([all, told]) => madeBy(all, fresh(), told));
}

function madeBy<Input, Output>(
  plans: readonly Plan<Input>[],
  object: (input: Input) => Output,
  lie: { readonly at: number; readonly says: Output } | undefined,
): History<Input, Output> {
  const seen = new Recorder<Input, Output>();
  const moments: { readonly atMs: number; readonly act: () => void }[] = [];
  const freeMs = new Map<number, number>();
  plans.forEach(({ client, input, gaps: [wait, until, back], end }, at) => {
    const invokedMs = (freeMs.get(client) ?? 0) + wait;
    const effectMs = invokedMs + until;
    const returnedMs = effectMs + back;
    freeMs.set(client, returnedMs);
    let call: Call<Output>;
    let output: Output;
    moments.push(
      { atMs: invokedMs, act: () => (call = seen.invoke(`c${client + 1}`, input, invokedMs)) },
      {
        atMs: effectMs,
        act() {
          if (end === "ok" || end === "lost after") output = object(input);
        },
      },
      {
        atMs: returnedMs,
        act() {
          if (end === "ok") call.ok(at === lie?.at ? lie.says : output, returnedMs);
          else if (end === "refused") call.fail(returnedMs);
          else call.info();
        },
      },
    );
  });
  // A stable sort: the moments of one operation stay in their order.
  for (const { act } of moments.sort((a, b) => a.atMs - b.atMs)) act();
  return seen.history();
}
