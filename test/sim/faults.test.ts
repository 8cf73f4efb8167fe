/** Faults are data: one that makes no sense is refused before the run, in a sentence that names what is wrong. */

import { type Fault, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";
import { busy } from "./busy.ts";
import { datagrams, STEADY } from "./puppet.ts";

const withFault = (fault: unknown) =>
  simulate({
    ...STEADY,
    servers: { a: datagrams(), b: datagrams() },
    faults: [fault as Fault],
    forMs: 10,
  });

test("a fault of a kind that there is not is refused with the kinds that there are", async () => {
  const run = withFault({ kind: "boom", atMs: 1 });
  await expect(run).rejects.toThrow('kind of a fault is "boom"; expected crash, wipe, pause');
});

test.each<[string, object]>([
  ["node is undefined; expected a value", { kind: "crash", atMs: 1 }],
  ["atMs is undefined; expected a number", { kind: "pause", node: "a" }],
  ["to is undefined; expected a value", { kind: "cut", from: ["a"], atMs: 1 }],
  ["byMs is undefined; expected a value", { kind: "delay", atMs: 1 }],
  ["between is undefined; expected a value", { kind: "break", atMs: 1 }],
  ['node is "z"; expected servers out of a, b', { kind: "crash", node: "z", atMs: 1 }],
  ['to is ["b","z"]; expected servers', { kind: "cut", from: ["a"], to: ["b", "z"], atMs: 1 }],
  ['between is ["a","z"]; expected servers', { kind: "break", between: ["a", "z"], atMs: 1 }],
  ["atMs is -1; expected 0 or more", { kind: "stall", atMs: -1 }],
  ["atMs is NaN; expected 0 or more", { kind: "stall", atMs: Number.NaN }],
  ["forMs is 0; expected more than 0", { kind: "wipe", node: "a", atMs: 1, forMs: 0 }],
  ["rate is 0; expected more than 0", { kind: "skew", node: "a", atMs: 1, rate: 0 }],
  ["probability is 1.5; expected 0 to 1", { kind: "drop", probability: 1.5, atMs: 1 }],
  ['probability is "1"; expected a number', { kind: "drop", probability: "1", atMs: 1 }],
  ["byMs is -5; expected milliseconds", { kind: "delay", byMs: -5, atMs: 1 }],
  ["byMs is Infinity; expected milliseconds", { kind: "skew", node: "a", byMs: Infinity, atMs: 1 }],
])("%s", async (sentence, fault) => {
  const [name = "", rest = ""] = sentence.split(/ (.*)/);
  await expect(withFault(fault)).rejects.toThrow(`${name} of ${JSON.stringify(fault)} ${rest}`);
});

test("a clock may jump back, and a fault without an end lasts to the end of the run", async () => {
  await withFault({ kind: "skew", node: "a", byMs: -5, atMs: 1 });
  const run = await withFault({ kind: "stall", atMs: 1 });
  expect(run.trace.events.filter(({ kind }) => kind === "fault")).toHaveLength(1);
});

test("faults survive being printed and read again", async () => {
  const scenario = busy(3);
  const faults = JSON.parse(JSON.stringify(scenario.faults)) as Fault[];
  expect((await simulate({ ...scenario, faults })).digest).toBe((await simulate(scenario)).digest);
});
