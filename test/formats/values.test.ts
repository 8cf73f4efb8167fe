import { linearizable } from "quorumlab/check";
import { readHistory } from "quorumlab/formats";
import { describe, expect, test } from "vitest";

/** What is said of a register on which one value is written and another one read. */
function verdict(written: string, read: string): string {
  const text = [
    `{:process 0, :type :invoke, :f :write, :value ${written}}`,
    `{:process 0, :type :ok, :f :write, :value ${written}}`,
    "{:process 0, :type :invoke, :f :read, :value nil}",
    `{:process 0, :type :ok, :f :read, :value ${read}}`,
  ].join("\n");
  const { history, model } = readHistory(text, "register");
  return linearizable(history, model).verdict;
}

describe("values that are not the same", () => {
  test.each([
    ['#inst "2026-01-01T00:00:00Z"', '#inst "2026-01-02T00:00:00Z"'],
    ["#a 1", "#b 1"],
    ["{:tag 1 :val 3}", "{:tag 2 :val 3}"],
    ["1.5", "1.25"],
    ["{{:a 1} 2}", "{{:b 1} 2}"],
    ["#{1 2}", "[1 2]"],
    ["{:a 1}", '{"a" 2}'],
  ])("are not taken for the same: %s and %s", (one, other) => {
    expect(verdict(one, one)).toBe("ok");
    expect(verdict(one, other)).toBe("violated");
  });

  test.each(["9007199254740993", "1e400", "1.00000000000000000001M", "[0.12345678901234567]"])(
    "are refused when they cannot be told apart: %s",
    (number) => {
      expect(() => verdict(number, number)).toThrow(/to be exact/);
    },
  );
});

describe("values that are the same", () => {
  test.each([
    ["#{1 2}", "#{2 1}"],
    ["{:a 1 :b 2}", "{:b 2, :a 1}"],
    ["123456789012345678901N", "123456789012345678901N"],
    ["1N", "1"],
    ['"1.00000000000000000001"', '"1.00000000000000000001"'],
  ])("are so in whatever order they are written: %s and %s", (one, other) => {
    expect(verdict(one, other)).toBe("ok");
  });

  test("are so in a kv as well, and others are not", () => {
    const events = (value: string) => [
      '{"process": 0, "type": "invoke", "f": "put", "key": "k", "value": {"a": 1, "b": 2}}',
      '{"process": 0, "type": "ok", "f": "put", "key": "k", "value": null}',
      '{"process": 0, "type": "invoke", "f": "get", "key": "k", "value": null}',
      `{"process": 0, "type": "ok", "f": "get", "key": "k", "value": ${value}}`,
    ];
    for (const [value, says] of [
      ['{"b": 2, "a": 1}', "ok"],
      ['{"b": 1, "a": 2}', "violated"],
    ] as const) {
      const { history, model } = readHistory(events(value).join("\n"), "kv");
      expect(linearizable(history, model).verdict).toBe(says);
    }
  });
});
