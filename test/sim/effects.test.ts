/** What a handler asks for, as data. */

import { type Out, Recorder } from "quorumlab/sim";
import { expect, test } from "vitest";

const recorder = () => new Recorder<unknown>(() => 0.5);

test("everything asked for is recorded in order", () => {
  const effects = recorder().record((out) => {
    out.send("b", { n: out.random() });
    out.send("b", 2, { beforeSync: true });
    out.connect("c");
    out.append("log", "entry");
    out.cutTail("log", 3);
    out.dropHead("log", 1);
    out.put("cell", null);
    out.setTimer("t", 0);
    out.cancelTimer("t");
    out.close("c");
  });
  expect(effects).toEqual([
    { kind: "send", to: "b", message: { n: 0.5 }, beforeSync: false },
    { kind: "send", to: "b", message: 2, beforeSync: true },
    { kind: "connect", to: "c" },
    { kind: "append", log: "log", entry: "entry" },
    { kind: "cutTail", log: "log", from: 3 },
    { kind: "dropHead", log: "log", before: 1 },
    { kind: "put", cell: "cell", value: null },
    { kind: "setTimer", name: "t", afterMs: 0 },
    { kind: "cancelTimer", name: "t" },
    { kind: "close", to: "c" },
  ]);
});

test("an `out` that was kept is of no use after its handler returned, or threw", () => {
  const kept: Out<unknown>[] = [];
  const late = "`out` was used after its handler returned";
  const room = recorder();
  room.record((out) => kept.push(out));
  expect(() => kept[0]?.send("b", 1)).toThrow(late);
  expect(() => kept[0]?.random()).toThrow(late);
  const failing = () =>
    room.record(() => {
      throw new Error("the handler's own");
    });
  expect(failing).toThrow("the handler's own");
  expect(() => kept[0]?.setTimer("t", 1)).toThrow(late);
});

test("an async handler is a broken invariant, and what it does later is nobody's error", async () => {
  const act = () =>
    recorder().record(async (out) => {
      await Promise.resolve();
      out.send("b", "too late");
    });
  expect(act).toThrow("a handler returned a promise; handlers are never async");
  await Promise.resolve();
});

test("a timer needs a time, 0 or more", () => {
  for (const afterMs of [-1, Number.NaN]) {
    expect(() => recorder().record((out) => out.setTimer("t", afterMs))).toThrow(
      `timer t is set to ${afterMs} ms; expected 0 or more`,
    );
  }
});
