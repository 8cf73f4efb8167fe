import { expect, test, vi } from "vitest";
import {
  type CasRegisterInput,
  casRegister,
  type KeyValueInput,
  keyValue,
  linearizable,
  Recorder,
  register,
} from "../../lib/check/index.ts";
import { explained } from "./brute-force.ts";
import { refutedAt } from "./differences.ts";
import { onRegister, randomHistories } from "./histories.ts";
import { HISTORIES } from "./many.ts";
import { aRegister, subjects } from "./objects.ts";

vi.setConfig({ testTimeout: 60_000 + HISTORIES * 20 });

test.each(subjects)(
  "what is refuted of a $model.name has no order, up to that return",
  (subject) => {
    let count = 0;
    for (const history of randomHistories(subject, HISTORIES)) {
      const at = refutedAt(history, subject);
      if (at === undefined) continue;
      count += 1;
      expect(explained(history, subject.fresh)).toBe(false);
    }
    // A mutex and a log are often wrong in their order only.
    expect(count).toBeGreaterThan(HISTORIES / 200);
  },
);

test("a value that nobody wrote, or only later, is refuted at its return; a stale one is not", () => {
  const never = onRegister("a write 1 0-10", "b read 1 20-30", "b read 2 40-50");
  expect(refutedAt(never, aRegister)).toBe(2);
  const later = onRegister("a write 1 0-10", "b read 2 20-30", "a write 2 40-50");
  expect(refutedAt(later, aRegister)).toBe(1);
  const stale = onRegister("a write 1 0-10", "a write 2 20-30", "b read 1 40-50");
  expect(refutedAt(stale, aRegister)).toBe(undefined);
  expect(refutedAt(never, aRegister, 3)).toBe(undefined);
});

/** Reads and writes at once that take a checker more tries than it makes before it looks for a refutation. */
function crowd(
  seen: Recorder<CasRegisterInput<number | string>, number | string | boolean | undefined>,
): void {
  const calls = Array.from({ length: 16 }, (_, n) => ({
    n,
    write: seen.invoke(`w${n}`, { kind: "write", value: n }, 0),
    read: seen.invoke(`r${n}`, { kind: "read" }, 0),
  }));
  for (const { n, write, read } of calls) {
    write.ok(undefined, 1);
    read.ok(n, 1);
  }
}

test("a state that is reached again in fewer steps is not left out", () => {
  const seen = new Recorder<KeyValueInput, string | null>();
  const one = (input: KeyValueInput, output: string | null = null) =>
    seen.invoke("a", input, 2).ok(output, 2);
  const onX = { key: "x" } as const;
  one({ kind: "append", ...onX, value: "a" });
  const calls = Array.from({ length: 12 }, (_, n) => ({
    n,
    put: seen.invoke(`p${n}`, { kind: "put", ...onX, value: `v${n}` }, 2),
    get: seen.invoke(`g${n}`, { kind: "get", ...onX }, 2),
  }));
  for (const { n, put, get } of calls) {
    put.ok(null, 2);
    get.ok(`v${n}`, 2);
  }
  one({ kind: "get", ...onX }, "v0");
  // By appends alone it takes one operation more than there are.
  const long = "a".repeat(seen.history().length + 3);
  one({ kind: "put", ...onX, value: long });
  one({ kind: "append", ...onX, value: "a" });
  one({ kind: "get", ...onX }, `${long}a`);
  expect(linearizable(seen.history(), keyValue()).verdict).toBe("ok");
});

test("the evidence supposes of what was under way only what was known then", () => {
  const seen = new Recorder<
    CasRegisterInput<number | string>,
    number | string | boolean | undefined
  >();
  crowd(seen);
  seen.invoke("z", { kind: "write", value: 3 }, 2).ok(undefined, 2);
  const cas = seen.invoke("x", { kind: "cas", from: 3, to: 98 }, 3);
  seen.invoke("y", { kind: "cas", from: 3, to: 3 }, 4).ok(false, 4);
  seen.invoke("y", { kind: "read" }, 5).ok(99, 5);
  cas.ok(false, 6);
  const found = linearizable(seen.history(), casRegister<number | string>(0));
  expect(found).toMatchObject({ verdict: "violated", operation: { id: 35 } });
  if (found.verdict === "violated") expect(found.deepest).toContain(33);
});

test("when time ends with the verdict, no state is claimed in which the object might have been", () => {
  const writes = Array.from({ length: 12 }, (_, n) => `c${n} write ${n} 0-10`);
  const reads = Array.from({ length: 12 }, (_, n) => `r${n} read ${n} 0-10`);
  const history = onRegister(...writes, ...reads, "r read 99 20-30");
  /** The clock stands still for so many looks, and then time is over. */
  const judged = (looks: number) => {
    let asked = 0;
    return linearizable(history, register(0), {
      timeMs: 1,
      nowMs: () => (asked++ < looks ? 0 : 9),
    });
  };
  const looks = Array.from({ length: 100 }, (_, n) => n + 1).find((n) => {
    return judged(n).verdict === "violated";
  });
  expect(judged(looks as number)).toMatchObject({
    operation: history.at(-1),
    why: "nothing that was invoked before it returned can have made what it returned",
    deepest: [],
  });
});

test("a hard history with a value that nobody wrote is judged in few tries, with its evidence", () => {
  const writes = Array.from({ length: 16 }, (_, n) => `c${n} write ${n} 0-10`);
  const reads = Array.from({ length: 16 }, (_, n) => `r${n} read ${n} 0-10`);
  const history = onRegister(...writes, ...reads, "r read 99 20-30");
  const found = linearizable(history, register(0));
  expect(found).toMatchObject({ verdict: "violated", operation: history.at(-1), prefix: history });
  expect(found.configurations).toBeLessThan(4096);
  if (found.verdict !== "violated") return;
  expect(found.why).toMatch(/^read returned 99, but the register holds \d+$/);
  expect(found.deepest).toHaveLength(32);
});
