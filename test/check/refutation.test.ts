import { expect, test } from "vitest";
import { linearizable, register } from "../../lib/check/index.ts";
import { explained } from "./brute-force.ts";
import { refutedAt } from "./differences.ts";
import { onRegister, randomHistories } from "./histories.ts";
import { HISTORIES } from "./many.ts";
import { aRegister, subjects } from "./objects.ts";

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
