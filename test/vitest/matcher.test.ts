import { register } from "quorumlab/check";
import "quorumlab/vitest";
import { expect, test } from "vitest";
import { onRegister } from "../check/histories.ts";

const right = onRegister("a write 1 0-10", "b read 1 20-30");
const wrong = onRegister("a write 1 0-10", "b read 0 20-30");

test("a right history is linearizable", () => {
  expect(right).toBeLinearizable(register(0));
  expect(() => expect(right).not.toBeLinearizable(register(0))).toThrow(
    "ok: 2 operations by 2 clients are linearizable",
  );
});

test("a wrong one is not, and the failure says why", () => {
  expect(wrong).not.toBeLinearizable(register(0));
  expect(() => expect(wrong).toBeLinearizable(register(0))).toThrow(
    "No order explains operation 1 of b, read → 0: read returned 0, but the register holds 1.",
  );
});

test("without a verdict it is neither", () => {
  const limits = { timeMs: 0, nowMs: () => 0 };
  const reason = "unknown: 2 operations by 2 clients, no verdict within 0 ms";
  expect(() => expect(right).toBeLinearizable(register(0), limits)).toThrow(reason);
  expect(() => expect(wrong).not.toBeLinearizable(register(0), limits)).toThrow(reason);
});
