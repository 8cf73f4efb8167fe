/**
 * Judges exercise 00-linearizability against the real checker: about half of the histories are what
 * a simulated register did, the others are touched up so that no order explains them.
 */

import fc from "fast-check";
import type { Operation } from "../../exercises/00-linearizability.ts";
import { type History, linearizable, type RegisterInput, register } from "../check/index.ts";
import { type Exercise, type Property, Violation } from "./exercise.ts";

type Module = typeof import("../../exercises/00-linearizability.ts");

/**
 * One operation of a simulated register: how long after the one before it took effect, and the time
 * around that.
 */
type Plan = {
  readonly kind: "read" | "write";
  readonly value: number;
  readonly gapMs: number;
  readonly beforeMs: number;
  readonly afterMs: number;
};

const value = fc.constantFrom(1, 2, 3);
/** Often 0, so that operations touch; counterexamples shrink to the first, which draws well. */
const wait = fc.constantFrom(4, 0, 0, 1, 10);

/** One is enough for a counterexample, though it makes a poor trial. */
const overlapping: fc.Arbitrary<Plan[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("read", "write"),
    value,
    gapMs: wait,
    beforeMs: wait,
    afterMs: wait,
  }),
  { minLength: 1, maxLength: 6 },
);

const oneByOne: fc.Arbitrary<Plan[]> = overlapping.map((plans) =>
  plans.map((plan) => ({ ...plan, gapMs: plan.gapMs + 21 })),
);

/** What a register does that is asked in this order, each operation at one instant. */
function run(plans: readonly Plan[]): Operation[] {
  let effectMs = 10;
  let holds = 0;
  return plans.map(({ kind, value, gapMs, beforeMs, afterMs }) => {
    effectMs += gapMs;
    if (kind === "write") holds = value;
    const times = { invokedMs: effectMs - beforeMs, returnedMs: effectMs + afterMs };
    return { kind, value: holds, ...times };
  });
}

/** A read that returned something else than it did. */
type Lie = { readonly read: number; readonly off: number };

/** One time in `freq` there is none. */
function lie(freq: number): fc.Arbitrary<Lie | null> {
  return fc.option(fc.record({ read: fc.nat(5), off: fc.integer({ min: 1, max: 3 }) }), { freq });
}

/** Makes one read return something else, if there is a read. */
function touchUp(operations: readonly Operation[], lie: Lie | null): readonly Operation[] {
  if (lie === null) return operations;
  const reads = operations.filter((operation) => operation.kind === "read");
  const touched = reads[lie.read % reads.length];
  return operations.map((operation) =>
    operation === touched ? { ...operation, value: (operation.value + lie.off) % 4 } : operation,
  );
}

function byInvocation(operations: readonly Operation[]): Operation[] {
  return operations.toSorted((a, b) => a.invokedMs - b.invokedMs);
}

function touchedUp(
  plans: fc.Arbitrary<Plan[]>,
  lies: fc.Arbitrary<Lie | null>,
): fc.Arbitrary<Operation[]> {
  return fc.tuple(plans, lies).map(([plan, lie]) => byInvocation(touchUp(run(plan), lie)));
}

/**
 * One write never returned. Whether it took effect shows in what the others read. A few histories are without one:
 * a counterexample that does not need it shrinks to such a history.
 */
const withLostWrite: fc.Arbitrary<Operation[]> = fc
  .record({
    plans: overlapping.filter((plans) => plans.length < 6),
    lost: fc.option(fc.record({ at: fc.nat(4), value, happened: fc.boolean(), beforeMs: wait }), {
      freq: 50,
    }),
    lie: lie(10),
  })
  .map(({ plans, lost, lie }) => {
    if (lost === null) return byInvocation(touchUp(run(plans), lie));
    const { value, beforeMs } = lost;
    const at = Math.min(lost.at, plans.length);
    const write = { kind: "write", value, gapMs: 1, beforeMs, afterMs: 0 } as const;
    const all = run(plans.toSpliced(at, 0, write));
    const operation = { ...(all[at] as Operation), returnedMs: Number.POSITIVE_INFINITY };
    const others = lost.happened ? all.toSpliced(at, 1) : run(plans);
    return byInvocation([...touchUp(others, lie), operation]);
  });

/**
 * The same for the real checker and the picture: overlapping operations are on clients of their
 * own.
 */
function historyOf(operations: readonly Operation[]): History<RegisterInput<number>, number> {
  const freeFrom: number[] = [];
  return operations.map(({ kind, value, invokedMs, returnedMs }, id) => {
    const free = freeFrom.findIndex((fromMs) => fromMs < invokedMs);
    const lane = free === -1 ? freeFrom.length : free;
    freeFrom[lane] = returnedMs;
    const input = kind === "write" ? ({ kind, value } as const) : ({ kind } as const);
    const invoked = { id, client: `c${lane + 1}`, input, invokedMs };
    if (returnedMs === Number.POSITIVE_INFINITY) return { ...invoked, outcome: "info" };
    return { ...invoked, outcome: "ok", output: value, returnedMs };
  });
}

function say({ kind, value }: Operation): string {
  return `${kind} ${value}`;
}

function sayWhen(operation: Operation): string {
  const { invokedMs, returnedMs } = operation;
  const isLost = returnedMs === Number.POSITIVE_INFINITY;
  return `${say(operation)} ${isLost ? `since ${invokedMs}` : `at ${invokedMs}–${returnedMs}`}`;
}

/** Asks for a verdict and compares it with the right one. */
function judge(module: Module, operations: readonly Operation[], saw: (situation: string) => void) {
  const answer: unknown = module.isLinearizable(operations.map((operation) => ({ ...operation })));
  const history = historyOf(operations);
  const right = linearizable(history, register(0));
  saw(right.verdict === "ok" ? "linearizable" : "not linearizable");
  if (answer === (right.verdict === "ok")) return;
  const call = `isLinearizable([${operations.map(sayWhen).join(", ")}]) returned ${answer}`;
  const order =
    right.verdict === "ok" ? right.witness.map((id) => operations[id] as Operation) : [];
  const reason =
    right.verdict === "ok"
      ? `this order explains them: ${order.map(say).join(", ")}`
      : `no order explains them: ${right.verdict === "violated" ? right.why : right.reason}`;
  throw new Violation(`${call}; ${reason}.`, {
    history,
    result: right,
    title: titleOf(answer, right.verdict === "ok"),
  });
}

function titleOf(answer: unknown, isRight: boolean): string {
  const said = answer === true ? "said yes" : answer === false ? "said no" : "gave no answer";
  return `You ${said}, but ${isRight ? "this order explains it" : "one operation cannot be placed"}`;
}

function property(
  says: string,
  points: number,
  runs: number,
  operations: fc.Arbitrary<Operation[]>,
  situations: readonly string[],
): Property<Module> {
  return {
    says,
    points,
    runs,
    situations,
    of: (module, saw) => fc.property(operations, (given) => judge(module, given, saw)),
  };
}

const both = ["linearizable", "not linearizable"];

function expectExample(module: Module, right: boolean, ...operations: Operation[]): void {
  const answer: unknown = module.isLinearizable(operations);
  if (answer === right) return;
  const call = `isLinearizable([${operations.map(sayWhen).join(", ")}])`;
  throw new Violation(`${call} must return ${right}; you returned ${answer}.`, {
    history: historyOf(operations),
  });
}

function operation(
  kind: "read" | "write",
  value: number,
  invokedMs: number,
  returnedMs: number,
): Operation {
  return { kind, value, invokedMs, returnedMs };
}

/** The exercise, for the grader. */
export const exercise: Exercise<Module> = {
  name: "00-linearizability",
  title: "Can one register have done this?",
  exports: ["isLinearizable"],
  hints: [
    "Six operations have only 720 orders: you may try them all.",
    "Build the order from its front. Which operations may come first? Only one that no other had to precede: none of the others returned before it was invoked.",
    "Choose one that may come first and that fits what the register holds, take it out of the list, and ask the same question again about the rest, with what the register holds now. A helper with two arguments does that.",
    "If that ends badly, another one may have to come first: try every candidate before you say false.",
    "You are done when everything that returned has its place. A write that never returned need not have happened, and Infinity compares as you want it to.",
  ],
  examples(module) {
    const write1 = operation("write", 1, 0, 10);
    expectExample(module, true, write1, operation("read", 1, 20, 30));
    expectExample(module, false, write1, operation("read", 2, 20, 30));
    const read0 = operation("read", 0, 0, 10);
    expectExample(module, true, read0, operation("write", 1, 5, 15));
    expectExample(module, true, read0, operation("write", 1, 5, Number.POSITIVE_INFINITY));
  },
  properties: [
    property(
      "when no operations overlap, every read must return the latest write",
      1,
      500,
      touchedUp(oneByOne, lie(2)),
      both,
    ),
    property(
      "what a real register did is linearizable, however its operations overlap or touch",
      2,
      1000,
      overlapping.map((plans) => byInvocation(run(plans))),
      ["linearizable"],
    ),
    property(
      "overlapping operations are linearizable exactly when some order explains all of them",
      2,
      3000,
      touchedUp(overlapping, lie(10)),
      both,
    ),
    property(
      "a write that never returned may have happened at any time since, or never",
      1,
      2000,
      withLostWrite,
      both,
    ),
  ],
};
