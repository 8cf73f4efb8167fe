/**
 * A producer whose requests a learner chooses, beside leaders that append, refuse, or append and leave the answer lost:
 * every partition must get its records in the order in which the program sent them.
 */

import type { Pending } from "../../exercises/07-partitioner.ts";
import { Violation } from "./exercise.ts";
import { Story } from "./story.ts";

type Sendable = (pending: readonly Pending[]) => number[];

/** What comes of a request: appended and acknowledged; not appended; appended, but the producer never hears of it. */
type Outcome = "acknowledged" | "refused" | "unanswered";

export const PARTITIONS = 3;
const STEP_MS = 10;

/** The program sends records to these partitions; then nothing ends, or the oldest request to one of the busy partitions. */
export type Step = {
  readonly sends: readonly number[];
  readonly ends: { readonly at: number; readonly outcome: Outcome } | null;
};

/** A record of the program, by its number: the first is 1. */
type Item = { readonly number: number; readonly partition: number; state: Pending["state"] };

type Play = {
  readonly sendable: Sendable;
  /** Whether nobody may wait without need. */
  readonly isEager: boolean;
  saw(situation: string): void;
  readonly story: Story;
  pending: Item[];
  /** The requests under way, oldest first. */
  requests: Item[][];
  /** The numbers in each partition's log. */
  readonly logs: readonly number[][];
  count: number;
  atMs: number;
};

export const SITUATIONS = {
  failed: "a request failed while newer records waited",
  doubled: "a request that seemed to fail had been appended",
  passed: "a partition went on while another one waited",
} as const;

/** Plays the steps, then lets all requests succeed; a violation as soon as an order is broken, or nothing goes on. */
export function play(
  sendable: Sendable,
  steps: readonly Step[],
  isEager: boolean,
  saw: (situation: string) => void,
): void {
  const logs = Array.from({ length: PARTITIONS }, (): number[] => []);
  const empty = { pending: [], requests: [], logs, count: 0, atMs: 0 };
  const run: Play = { sendable, isEager, saw, story: new Story(), ...empty };
  for (const { sends, ends } of steps) {
    for (const partition of sends) {
      run.count += 1;
      run.pending.push({ number: run.count, partition, state: "new" });
    }
    send(run);
    if (ends !== null) end(run, ends.at, ends.outcome);
  }
  for (let left = 2 * run.pending.length; run.pending.length > 0; left--) {
    send(run);
    const { length } = run.requests;
    if (length === 0 || left === 0) {
      const [first] = run.pending as [Item];
      fail(run, `Requests succeed again, but r${first.number} is never sent: ${said(run)}`);
    }
    for (let n = 0; n < length; n++) end(run, 0, "acknowledged");
  }
}

/** The producer sends what it may: for each partition one request. */
function send(run: Play): void {
  run.atMs += STEP_MS;
  const { pending } = run;
  if (pending.length === 0) return;
  const busy = new Set(run.requests.map(([item]) => item?.partition));
  const chosen = itemsOf(
    run,
    run.sendable(pending.map(({ partition, state }) => ({ partition, state }))),
  );
  const again = chosen.find(({ state }) => state === "underWay");
  if (again !== undefined) {
    fail(run, `r${again.number} is sent again while it is under way: ${said(run, chosen)}`);
  }
  const waits = pending.find((each) => !busy.has(each.partition) && !chosen.includes(each));
  if (run.isEager && waits !== undefined) {
    const why = `nothing is under way to partition ${waits.partition}`;
    fail(run, `r${waits.number} waits, though ${why}: ${said(run, chosen)}`);
  }
  const targets = new Set(chosen.map(({ partition }) => partition));
  if (targets.size > 0 && busy.size > 0) run.saw(SITUATIONS.passed);
  for (const partition of targets) {
    const request = chosen.filter((each) => each.partition === partition);
    for (const each of request) each.state = "underWay";
    run.requests.push(request);
    run.story.tell(run.atMs, "producer", nameOf(partition), namesOf(request));
  }
}

/** The records at these indexes. A violation unless the answer is a list of indexes, in order. */
function itemsOf(run: Play, answer: unknown): Item[] {
  const { pending } = run;
  const isRight =
    Array.isArray(answer) &&
    [...answer].every(
      (each, at) =>
        Number.isInteger(each) && pending[each] !== undefined && !(each <= answer[at - 1]),
    );
  if (isRight) return answer.map((index) => pending[index] as Item);
  const expected = `expected indexes from 0 to ${pending.length - 1}, in order`;
  return fail(run, `It returned ${JSON.stringify(answer)}; ${expected}: ${said(run)}`);
}

/** The oldest request to one of the busy partitions ends. A connection is first in, first out. */
function end(run: Play, at: number, outcome: Outcome): void {
  const busy = [...new Set(run.requests.map(([item]) => item?.partition))];
  const request = run.requests.find(([item]) => item?.partition === busy[at % busy.length]);
  const [first] = request ?? [];
  if (request === undefined || first === undefined) return;
  run.atMs += STEP_MS;
  const { partition } = first;
  run.requests = run.requests.filter((each) => each !== request);
  run.story.note(run.atMs, nameOf(partition), `${outcome}: ${namesOf(request)}`);
  if (outcome !== "refused") for (const item of request) append(run, item);
  if (outcome === "acknowledged") {
    run.pending = run.pending.filter((each) => !request.includes(each));
    return;
  }
  if (outcome === "unanswered") run.saw(SITUATIONS.doubled);
  const isNew = (each: Item) => each.partition === partition && each.state === "new";
  if (run.pending.some(isNew)) run.saw(SITUATIONS.failed);
  for (const each of request) each.state = "failed";
}

/** A record that is there already was appended in order the first time, and comes again: that is no matter of order. */
function append(run: Play, { number, partition }: Item): void {
  const log = run.logs[partition] ?? [];
  const later = log.includes(number) ? undefined : log.find((each) => each > number);
  log.push(number);
  if (later === undefined) return;
  const has = log.map((each) => `r${each}`).join(" ");
  fail(run, `Partition ${partition} has ${has}, but the program sent r${number} before r${later}`);
}

const nameOf = (partition: number) => `partition ${partition}`;
const namesOf = (items: readonly Item[]) => items.map(({ number }) => `r${number}`).join(" ");

/** What is pending, and what is sent of it. */
function said({ pending }: Play, chosen?: readonly Item[]): string {
  const all = pending.map(
    ({ number, partition, state }) => `r${number} (partition ${partition}, ${state})`,
  );
  const sent = chosen === undefined ? "" : `; it sends ${namesOf(chosen) || "nothing"}`;
  return `pending are ${all.join(", ")}${sent}`;
}

function fail({ story, atMs, logs, pending }: Play, says: string): never {
  const used = logs.flatMap((log, partition) => {
    const isUsed = log.length > 0 || pending.some((each) => each.partition === partition);
    return isUsed ? [nameOf(partition)] : [];
  });
  throw new Violation(`${says}.`, { trace: story.trace(["producer", ...used], atMs + STEP_MS) });
}
