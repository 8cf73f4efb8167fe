/** The comparison with a real Kafka: its scripts ask for everything, and it overlooks nothing. */

import { afterEach, expect, test, vi } from "vitest";
import type { Tally } from "../../lib/tools/compare/counts.ts";
import { differences } from "../../lib/tools/compare/differences-kafka.ts";
import { findJars, KAFKA } from "../../lib/tools/compare/jars.ts";
import type { Seen } from "../../lib/tools/compare/perform-kafka.ts";
import { drawScript, type Step } from "../../lib/tools/compare/script-kafka.ts";
import { runSimulated } from "../../lib/tools/compare/simulated-kafka.ts";
import { count, never } from "../../lib/tools/compare/tally-kafka.ts";
import { main } from "../../lib/tools/compare.ts";

const SCRIPTS = Array.from({ length: 500 }, (_, nth) => drawScript(7, nth, `c${nth}`));
const STEPS = SCRIPTS.flatMap(({ steps }) => steps);

test("a script is decided by its seed and its number; its root only names it", () => {
  expect(drawScript(7, 3, "c3")).toEqual(SCRIPTS[3]);
  const elsewhere = JSON.stringify(drawScript(7, 3, "zz")).replaceAll('"zz', '"c3');
  expect(elsewhere).toBe(JSON.stringify(SCRIPTS[3]));
  expect(drawScript(8, 3, "c3")).not.toEqual(SCRIPTS[3]);
});

test("a script has at least 20 steps, and asks nothing of a consumer that is not open", () => {
  for (const { steps } of SCRIPTS) {
    expect(steps.length).toBeGreaterThanOrEqual(20);
    const open = new Set<string>();
    for (const step of steps) {
      if (step.kind === "open") open.add(step.consumer);
      const asked =
        "consumer" in step ? [step.consumer] : "consumers" in step ? step.consumers : [];
      for (const id of asked) expect(open).toContain(id);
      if (step.kind === "close") open.delete(step.consumer);
    }
    expect(open.size).toBe(0);
  }
});

test("nothing is drawn whose answer is a matter of luck", () => {
  for (const { steps } of SCRIPTS) {
    const partitions = new Map<string, number>();
    const isRead = new Set<string>();
    for (const step of steps) {
      if (
        step.kind === "createTopic" &&
        step.replicas === 1 &&
        step.partitions > 0 &&
        !partitions.has(step.topic)
      )
        partitions.set(step.topic, step.partitions);
      if (step.kind === "createPartitions" && step.partitions > (partitions.get(step.topic) ?? 0))
        partitions.set(step.topic, step.partitions);
      if (step.kind === "assign") for (const { topic } of step.partitions) isRead.add(topic);
      if (step.kind === "subscribe") for (const topic of step.topics) isRead.add(topic);
      if (step.kind === "deleteTopic") {
        expect(isRead).not.toContain(step.topic);
        partitions.delete(step.topic);
      }
      if (step.kind !== "send" || step.isVain) continue;
      const { topic, partition, key } = step.message;
      if (key === null && partition === undefined) expect(partitions.get(topic)).toBe(1);
    }
  }
});

/** What is asked for, and what must be for its answer to come. */
const ASKED: Readonly<Record<string, (step: Step, before: Step | undefined) => boolean>> = {
  "messages without acknowledgement": (step) => step.kind === "send" && step.acks === 0,
  "messages that are too large": (step) =>
    step.kind === "send" && String(step.message.value).length > 1_048_588,
  "messages to nowhere": (step) => step.kind === "send" && step.isVain === true,
  "no partitions and no replicas": (step) =>
    step.kind === "createTopic" && step.partitions === 0 && step.replicas === 0,
  "fewer partitions than there are": (step) =>
    step.kind === "createPartitions" && step.partitions < 1,
  "three members that settle": (step) => step.kind === "settle" && step.consumers.length === 3,
  "a commit while a newcomer waits": (step, before) =>
    step.kind === "commit" && before?.kind === "knock",
  "a member that is silent for too long": (step) => step.kind === "idle",
  "a consumer without a policy": (step) => step.kind === "open" && step.reset === "none",
  "offsets by time": (step) => step.kind === "listOffset" && typeof step.spec === "object",
};

test.each(Object.entries(ASKED))("%s are asked for", (_, isMeant) => {
  expect(STEPS.some((step, at) => isMeant(step, STEPS[at - 1]))).toBe(true);
});

test("what never came is named, and what came is not", () => {
  const tally: Tally = new Map();
  const [script = drawScript(7, 0, "c0")] = SCRIPTS;
  const topic = script.steps.findIndex(({ kind }) => kind === "createTopic");
  expect(never(tally)).toContain("createTopic Ok");
  count(tally, script, [{ at: topic, code: "Ok" }]);
  expect(never(tally)).not.toContain("createTopic Ok");
  expect(never(tally)).toContain("commit REBALANCE_IN_PROGRESS");
});

test("how long messages take makes no difference", async () => {
  for (const [nth, script] of SCRIPTS.slice(0, 8).entries()) {
    const [one, other] = [await runSimulated(script, nth), await runSimulated(script, nth + 1000)];
    expect(one).toHaveLength(script.steps.length);
    expect(differences(script, one, other)).toEqual([]);
  }
});

test.each<[string, (seen: Seen) => Seen | undefined]>([
  ["another code", (seen) => ({ at: seen.at, code: "UNKNOWN_SERVER_ERROR" })],
  ["another value", (seen) => (seen.value === undefined ? undefined : { ...seen, value: "other" })],
  [
    "nothing instead of something",
    ({ at, value }) => (value ? { at, code: "Nothing" } : undefined),
  ],
])("%s is found", async (_, change) => {
  const [script = drawScript(7, 0, "c0")] = SCRIPTS;
  const seen = await runSimulated(script, 1);
  let changes = 0;
  for (const [at, each] of seen.entries()) {
    const changed = change(each);
    if (changed === undefined) continue;
    changes += 1;
    expect(differences(script, seen, seen.with(at, changed))).toHaveLength(1);
  }
  expect(changes).toBeGreaterThan(0);
  expect(differences(script, seen, seen.slice(0, -1))).toHaveLength(1);
});

test("a difference is explained only where its reason holds", () => {
  const describes = { kind: "describeTopic", topic: "a b" } as const;
  const creates = { kind: "createTopic", topic: "a b", partitions: 1, replicas: 1 } as const;
  const script = { root: "c", isSlow: false, steps: [describes, creates, describes] };
  const [real, ours] = [["INVALID_TOPIC_EXCEPTION"], ["UNKNOWN_TOPIC_OR_PARTITION"]];
  const seen = (codes: readonly string[][]) => codes.map(([code = ""], at) => ({ at, code }));
  const found = differences(script, seen([real, real, ours]), seen([ours, ours, real]));
  expect(found.map(({ explained }) => explained !== undefined)).toEqual([true, false, false]);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test("what is asked wrongly, and what is missing, is said in a sentence", async () => {
  const said = vi.spyOn(console, "error").mockReturnValue();
  expect(await main(["rabbit"])).toBe(2);
  expect(said.mock.lastCall?.[0]).toBe("quorumlab compare: expected zookeeper or kafka: rabbit.");
  vi.stubEnv("PATH", "");
  expect(await main(["kafka"])).toBe(2);
  expect(said.mock.lastCall?.[0]).toContain("There is no Java here: a real Kafka needs Java 17");
});

const missing = await findJars(KAFKA).then(
  () => undefined,
  (error: Error) => error.message,
);
if (missing !== undefined) console.log(`Nothing was compared with a real Kafka: ${missing}`);

test.skipIf(missing !== undefined)(
  "the real Kafka is not told apart in 20 scripts",
  { timeout: 180_000 },
  async () => {
    const printed = vi.spyOn(console, "log").mockReturnValue();
    // 3: so few scripts do not see every answer.
    expect([0, 3]).toContain(await main(["kafka", "--scripts", "20", "--seed", "7"]));
    expect(printed.mock.lastCall?.[0]).toContain("No unexplained differences.");
  },
);
