import { expect, test } from "vitest";
import {
  type CasRegisterInput,
  casRegister,
  type KeyValueInput,
  keyValue,
  linearizable,
  Recorder,
  register,
} from "../../lib/check/index.ts";
import { onRegister } from "./histories.ts";

/** Many clients write different values at once, and then one reads two of them. */
const hard = onRegister(
  ...Array.from({ length: 12 }, (_, n) => `c${n} write ${n} 0-10`),
  "r read 1 20-30",
  "r read 2 40-50",
);

/** The same on one of two keys. */
function hardAndEasy(easy: string | null) {
  const recorder = new Recorder<KeyValueInput, string | null | boolean | undefined>();
  const writes = Array.from({ length: 12 }, (_, n) =>
    recorder.invoke(`c${n}`, { kind: "put", key: "hard", value: String(n) }, 0),
  );
  for (const write of writes) write.ok(undefined, 10);
  recorder.invoke("r", { kind: "get", key: "hard" }, 20).ok("1", 30);
  recorder.invoke("r", { kind: "get", key: "hard" }, 30).ok("2", 30);
  recorder.invoke("r", { kind: "get", key: "easy" }, 40).ok(easy, 50);
  return recorder.history();
}

test("a limit of configurations gives unknown, with the reason", () => {
  const found = linearizable(hard, register(0), { configurations: 100 });
  const reason = "no verdict within 100 configurations";
  expect(found).toEqual({ verdict: "unknown", reason, configurations: 101 });
  expect(linearizable(hard, register(0)).verdict).toBe("violated");
});

test("a limit of memory gives unknown, with the reason", () => {
  const found = linearizable(hard, register(0), { memoryMb: 0.1 });
  expect(found).toMatchObject({ verdict: "unknown", reason: "no verdict within 0.1 MB" });
});

test("a limit of time gives unknown, with the reason, by the clock that it was given", () => {
  let nowMs = 0;
  const limits = { timeMs: 5, nowMs: () => nowMs++ };
  const found = linearizable(hard, register(0), limits);
  expect(found).toMatchObject({ verdict: "unknown", reason: "no verdict within 5 ms" });
  expect(linearizable(hard, register(0), { ...limits, timeMs: 1e6 }).verdict).toBe("violated");
});

test("without a limit of time the clock is not read", () => {
  const nowMs = () => {
    throw new Error("the clock was read");
  };
  expect(linearizable(hard, register(0), { nowMs }).verdict).toBe("violated");
});

test("a limit that ends the diagnosis leaves the verdict, with a longer prefix", () => {
  const recorder = new Recorder<CasRegisterInput<number>, number | boolean | undefined>();
  const cas = recorder.invoke("a", { kind: "cas", from: 0, to: 1 }, 0);
  recorder.invoke("b", { kind: "read" }, 10).ok(7, 20);
  cas.ok(false, 90);
  const history = recorder.history();
  // Only a second search tells that the cas, had it swapped, would not have explained the read.
  expect(linearizable(history, casRegister(0))).toMatchObject({
    prefix: [{ outcome: "info" }, {}],
  });
  let asked = 0;
  const limits = { timeMs: 1, nowMs: () => (asked++ > 1 ? 9 : 0) };
  const found = linearizable(history, casRegister(0), limits);
  expect(found).toMatchObject({ verdict: "violated", prefix: history, operation: history[1] });
});

test("a part without a verdict makes the whole unknown, unless another part is violated", () => {
  const limits = { configurations: 100 };
  expect(linearizable(hardAndEasy(null), keyValue(), limits).verdict).toBe("unknown");
  const found = linearizable(hardAndEasy("99"), keyValue(), limits);
  expect(found).toMatchObject({ verdict: "violated", operation: { id: 14 } });
});

test("a limit below what makes sense is refused in a sentence", () => {
  expect(() => linearizable([], register(0), { timeMs: -1 })).toThrow(
    "A limit of -1 ms; 0 or more was expected.",
  );
  expect(() => linearizable([], register(0), { configurations: 0 })).toThrow(
    "A limit of 0 configurations; at least 1 was expected.",
  );
  expect(() => linearizable([], register(0), { memoryMb: 0 })).toThrow(
    "A limit of 0 MB; more than 0 was expected.",
  );
  expect(() => linearizable([], register(0), { without: ["speed" as "quotient"] })).toThrow(
    "speed is no reduction; one of read-first, crashed-alike, dominance, quotient, partitions was expected.",
  );
});
