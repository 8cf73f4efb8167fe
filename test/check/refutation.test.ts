import { expect, test } from "vitest";
import { type History, linearizable, type Reduction, register } from "../../lib/check/index.ts";
import { refutation } from "../../lib/check/refutation.ts";
import { Timeline } from "../../lib/check/timeline.ts";
import { Transitions } from "../../lib/check/transitions.ts";
import { explained } from "./brute-force.ts";
import { onRegister, randomHistories } from "./histories.ts";
import { HISTORIES } from "./many.ts";
import { type Subject, subjects } from "./objects.ts";

function refuted(history: History, { model }: Pick<Subject, "model">, most = 100_000) {
  const line = new Timeline(history, model, new Set<Reduction>());
  return refutation(line, new Transitions(model.quotient?.(line.deeds) ?? model, line.deeds), most);
}

const aRegister = { model: register(0) as unknown as Subject["model"] };

test.each(subjects)(
  "what is refuted of a $model.name has no order, up to that return",
  (subject) => {
    let count = 0;
    for (const history of randomHistories(subject, HISTORIES)) {
      const at = refuted(history, subject);
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
  expect(refuted(never, aRegister)).toBe(2);
  const later = onRegister("a write 1 0-10", "b read 2 20-30", "a write 2 40-50");
  expect(refuted(later, aRegister)).toBe(1);
  const stale = onRegister("a write 1 0-10", "a write 2 20-30", "b read 1 40-50");
  expect(refuted(stale, aRegister)).toBe(undefined);
  expect(refuted(never, aRegister, 3)).toBe(undefined);
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
