import { linearizable } from "quorumlab/check";
import { readHistory } from "quorumlab/formats";
import { describe, expect, test } from "vitest";

const lines = (...all: string[]) => all.join("\n");

/** What the history says, an operation a line. */
function told(text: string, name: string): string[] {
  return readHistory(text, name).history.map((one) => {
    const input = JSON.stringify(one.input);
    return one.outcome === "ok"
      ? `${one.client} ${input} ${JSON.stringify(one.output)}`
      : `${one.client} ${input} ${one.outcome}`;
  });
}

function verdict(text: string, name: string): string {
  const { history, model } = readHistory(text, name);
  return linearizable(history, model).verdict;
}

describe("Jepsen's log", () => {
  const log = lines(
    "INFO  jepsen.core - Worker 0 starting",
    "INFO  jepsen.util - 0\t:invoke\t:write\t1",
    "INFO  jepsen.util - 1   :invoke   :cas   [1 2]",
    "INFO  jepsen.util - :nemesis :info :start nil",
    "INFO  jepsen.util - 0 :ok :write 1",
    "INFO  jepsen.util - 1 :fail :cas [1 2]",
    "INFO  jepsen.util - 2 :invoke :read nil",
    "INFO  jepsen.util - 3 :invoke :write 3",
    "INFO  jepsen.util - 2 :fail :read :timed-out",
    "INFO  jepsen.util - 3 :info :write :timed-out",
    "INFO  jepsen.util - 4 :invoke :read nil",
    "INFO  jepsen.util - 4 :ok :read 3",
    "INFO  jepsen.util - 5 :invoke :read nil",
  );

  test("says what happened, what did not, and what nobody knows", () => {
    expect(told(log, "cas-register")).toEqual([
      '0 {"kind":"write","value":1} undefined',
      '1 {"kind":"cas","from":1,"to":2} false',
      '2 {"kind":"read"} info',
      '3 {"kind":"write","value":3} info',
      '4 {"kind":"read"} 3',
      '5 {"kind":"read"} info',
    ]);
    expect(verdict(log, "cas-register")).toBe("ok");
    expect(verdict(log.replace(":ok :read 3", ":ok :read 2"), "cas-register")).toBe("violated");
  });
});

test.each([
  ["INFO [2026-01-01 00:00:00,000] jepsen worker 1 - jepsen.util 1 :invoke :read nil", 1],
  ["2026-01-01 00:00:00,000{GMT}\tINFO\t[jepsen worker 0] jepsen.util: 0\t:invoke\t:read\tnil", 1],
])("a log of another age of Jepsen is read if its words are there: %j", (line, count) => {
  expect(readHistory(line, "register").history).toHaveLength(count);
});

test("a cas that failed with an error did not happen; without one it was answered", () => {
  const log = (end: string) =>
    told(`jepsen.util - 0 :invoke :cas [1 2]\njepsen.util - 0 :fail :cas ${end}`, "cas-register");
  expect(log("[1 2]")).toEqual(['0 {"kind":"cas","from":1,"to":2} false']);
  expect(log("[1 2] :conn-refused")).toEqual(['0 {"kind":"cas","from":1,"to":2} fail']);
});

test("clients may have names; the nemesis is none of them", () => {
  const text = lines(
    '{"process": "alice", "type": "invoke", "f": "write", "value": 1}',
    '{"process": "nemesis", "type": "info", "f": "kill", "value": null}',
    '{"process": "alice", "type": "ok", "f": "write", "value": 1}',
  );
  expect(told(text, "register")).toEqual(['alice {"kind":"write","value":1} undefined']);
});

test("an absent key is nothing where a cas asks for nothing", () => {
  const text = lines(
    '{"process": 0, "type": "invoke", "f": "cas", "key": "a", "value": [null, ""]}',
    '{"process": 0, "type": "ok", "f": "cas", "key": "a", "value": true}',
    '{"process": 0, "type": "invoke", "f": "get", "key": "a"}',
    '{"process": 0, "type": "ok", "f": "get", "key": "a", "value": ""}',
  );
  expect(verdict(text, "kv")).toBe("ok");
});

describe("EDN", () => {
  test("of Porcupine's key–value tests reads an absent key as the empty text", () => {
    const text = lines(
      '{:process 0, :type :invoke, :f :get, :key "a", :value nil}',
      '{:process 0, :type :ok, :f :get, :key "a", :value ""}',
      '{:process 1, :type :invoke, :f :append, :key "a", :value "x 1 y"}',
      '{:process 1, :type :ok, :f :append, :key "a", :value "x 1 y"}',
      '{:process 0, :type :invoke, :f :get, :key "a", :value nil}',
      '{:process 0, :type :ok, :f :get, :key "a", :value "x 1 y"}',
    );
    expect(verdict(text, "kv")).toBe("ok");
    expect(verdict(text.replace('"x 1 y"}', '"x 2 y"}'), "kv")).toBe("violated");
  });

  test("of Jepsen may be one vector, of records, with more fields than we look at", () => {
    const text = `[#jepsen.history.Op{:index 0, :time 5, :process 0, :type :invoke, :f :cas, :value [nil 2]}
      #jepsen.history.Op{:index 1, :time 9, :process 0, :type :ok, :f :cas, :value [nil 2]}
      {:index 2, :process :nemesis, :type :info, :f :start-partition, :value [:isolated {"n1" #{"n2"}}]}
      {:index 3, :process 1, :type :invoke, :f :read, :value nil}
      {:index 4, :process 1, :type :ok, :f :read, :value 2}]`;
    expect(told(text, "cas-register")).toEqual([
      '0 {"kind":"cas","from":null,"to":2} true',
      '1 {"kind":"read"} 2',
    ]);
  });

  test("has sets and lists for what a set and a log hold", () => {
    const set = lines(
      "{:process 0, :type :invoke, :f :add, :value 1}",
      "{:process 0, :type :ok, :f :add, :value 1}",
      "{:process 0, :type :invoke, :f :read, :value nil}",
      "{:process 0, :type :ok, :f :read, :value #{1}}",
    );
    expect(verdict(set, "set")).toBe("ok");
    expect(verdict(set.replace("#{1}", "#{}"), "set")).toBe("violated");
  });

  test("that fails, even a cas, did not happen", () => {
    const text = lines(
      "{:process 0, :type :invoke, :f :cas, :value [0 1]}",
      "{:process 0, :type :fail, :f :cas, :value [0 1]}",
    );
    expect(told(text, "cas-register")).toEqual(['0 {"kind":"cas","from":0,"to":1} fail']);
  });
});

describe("JSON lines", () => {
  test.each([
    ["queue", "enqueue", 7, "enqueue", 7, "dequeue", null, "dequeue", 7],
    ["log", "append", "a", "append", 0, "read", 0, "read", ["a"]],
    ["mutex", "acquire", null, "acquire", null, "release", null, "release", null],
    ["set", "add", "a", "add", "a", "contains", "a", "contains", true],
    ["register", "write", 1, "write", 1, "read", null, "read", 1],
  ])("of a %s", (name, f1, asked1, g1, got1, f2, asked2, g2, got2) => {
    const line = (type: string, f: unknown, value: unknown) =>
      JSON.stringify({ process: 0, type, f, value });
    const text = lines(
      line("invoke", f1, asked1),
      line("ok", g1, got1),
      line("invoke", f2, asked2),
      line("ok", g2, got2),
    );
    expect(verdict(text, name)).toBe("ok");
    // Without its first operation the second returned what it cannot have.
    expect(verdict(text.split("\n").slice(2).join("\n"), name)).toBe("violated");
  });

  test("may stand in one list", () => {
    const text = JSON.stringify([
      { process: 0, type: "invoke", f: "put", key: "a", value: { n: 1 } },
      { process: 0, type: "ok", f: "put", key: "a", value: null },
      { process: 0, type: "invoke", f: "get", key: "a", value: null },
      { process: 0, type: "ok", f: "get", key: "a", value: { n: 1 } },
    ]);
    expect(verdict(text, "kv")).toBe("ok");
  });
});

describe("registers with keys", () => {
  const history = (...reads: readonly string[]) =>
    lines(
      "{:process 0, :type :invoke, :f :write, :value [7 1]}",
      "{:process 0, :type :ok, :f :write, :value [7 1]}",
      ...reads.flatMap((read, at) => [
        `{:process ${at}, :type :invoke, :f :read, :value [${read.split(" ")[0]} nil]}`,
        `{:process ${at}, :type :ok, :f :read, :value [${read}]}`,
      ]),
    );

  test("are those of Jepsen's independent keys, and each is judged by itself", () => {
    expect(verdict(history("7 1", "8 nil"), "register")).toBe("ok");
    const { history: wrong, model } = readHistory(history("7 1", "8 1"), "register");
    expect(linearizable(wrong, model)).toMatchObject({
      verdict: "violated",
      why: "of 8, read returned 1, but the register holds nothing",
    });
    expect(linearizable(wrong, model, { without: ["partitions"] }).verdict).toBe("violated");
  });

  test("have a cas of [key, [from, to]]", () => {
    const log = lines(
      "INFO  jepsen.util - 0 :invoke :cas [7 [1 2]]",
      "INFO  jepsen.util - 0 :fail :cas [7 [1 2]]",
      "INFO  jepsen.util - 0 :invoke :read [7 nil]",
      "INFO  jepsen.util - 0 :fail :read [7 nil] :timed-out",
    );
    expect(told(log, "cas-register")).toEqual([
      '0 {"kind":"cas","key":"7","from":1,"to":2} false',
      '0 {"kind":"read","key":"7"} info',
    ]);
  });

  test("may be seen from a cas alone, or named a tuple", () => {
    const keyed = (pair: (key: number, value: string) => string) =>
      lines(
        `{:process 0, :type :invoke, :f :write, :value ${pair(1, "3")}}`,
        `{:process 0, :type :ok, :f :write, :value ${pair(1, "3")}}`,
        `{:process 0, :type :invoke, :f :cas, :value ${pair(1, "[3 4]")}}`,
        `{:process 0, :type :ok, :f :cas, :value ${pair(1, "[3 4]")}}`,
      );
    expect(
      verdict(
        keyed((key, value) => `[${key} ${value}]`),
        "cas-register",
      ),
    ).toBe("ok");
    const tuple = keyed((key, value) => `#jepsen.independent/tuple [${key} ${value}]`);
    expect(verdict(tuple, "cas-register")).toBe("ok");
  });

  test("may name the key beside the value", () => {
    const event = (type: string, f: string, key: string, value: unknown) =>
      JSON.stringify({ process: 0, type, f, key, value });
    const of = (key: string) =>
      lines(
        ...[event("invoke", "write", "a", 1), event("ok", "write", "a", 1)],
        ...[event("invoke", "read", key, null), event("ok", "read", key, 1)],
      );
    expect(verdict(of("a"), "register")).toBe("ok");
    expect(verdict(of("b"), "register")).toBe("violated");
  });
});

test("EDN may have comments, and events of many lines or many in one", () => {
  const text = lines(
    ";".repeat(60),
    "; a run",
    "{:process 0, :type :invoke",
    " :f :read, :value nil} ; asks",
    "{:process 0, :type :ok, :f :read, :value nil} {:process 1, :type :invoke, :f :read, :value nil}",
  );
  expect(readHistory(text, "register").history).toHaveLength(2);
});
