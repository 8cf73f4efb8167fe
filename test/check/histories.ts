/**
 * Small histories for tests: all of a size, and random ones that a real object made and a liar may
 * have touched.
 */

import type { History, Operation, RegisterInput } from "../../lib/check/index.ts";
import { REFUSED } from "./brute-force.ts";
import type { Letter, Subject } from "./subject.ts";

/**
 * When the operations of a history are invoked and return: +n invokes operation n, -n ends it,
 * counting from 1.
 */
type Shape = readonly number[];

/**
 * Every way in which so many operations, never more at once than clients, can overlap; some never
 * return.
 */
function shapes(operations: number, clients: number): Shape[] {
  const found: Shape[] = [];
  const extend = (shape: Shape, open: readonly number[], invoked: number) => {
    if (invoked === operations) found.push(shape);
    if (invoked < operations && open.length < clients) {
      extend([...shape, invoked + 1], [...open, invoked + 1], invoked + 1);
    }
    for (const one of open) {
      const rest = open.filter((other) => other !== one);
      extend([...shape, -one], rest, invoked);
    }
  };
  extend([], [], 0);
  return found;
}

/** How the events of a shape are put on the clock. */
export type Clock =
  | "each event at a time of its own"
  | "two events at a time"
  | "two events at a time, in known order"
  | "all events at one time, in known order";

/** The history that has this shape. Each operation is on a client of its own. */
function shaped(shape: Shape, letters: readonly Letter<unknown, unknown>[], clock: Clock) {
  const atMs = (event: number) => {
    const at = shape.indexOf(event);
    if (clock === "each event at a time of its own") return at;
    return clock === "all events at one time, in known order" ? 0 : at >> 1;
  };
  return letters.map(({ input, output }, id): Operation => {
    const invoked = { id, client: `c${id}`, input, invokedMs: atMs(id + 1) };
    const end = shape.indexOf(-id - 1);
    if (end === -1) return { ...invoked, outcome: "info" };
    const returned = { ...invoked, outcome: "ok", output, returnedMs: atMs(-id - 1) } as const;
    if (!clock.endsWith("in known order")) return returned;
    return { ...returned, returnedBefore: shape.slice(0, end).filter((event) => event > 0).length };
  });
}

/** Every word of so many letters. */
function words<Letter>(letters: readonly Letter[], length: number): Letter[][] {
  if (length === 0) return [[]];
  return words(letters, length - 1).flatMap((word) => letters.map((letter) => [...word, letter]));
}

/** A stream of numbers in [0, 1) that depends on the seed only (mulberry32). */
export function luck(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * A history of a real object: each operation takes effect at one instant of its interval. Some
 * fail, of some the outcome is unknown, and in two of three histories one operation returns what it
 * did not get.
 */
function randomHistory(seed: number, size: number, { fresh, letters }: Subject): History {
  const random = luck(seed);
  const upTo = (n: number) => Math.floor(random() * n);
  const oneOf = <T>(items: readonly T[]) => items[upTo(items.length)] as T;
  const call = fresh();
  const liar = random() < 0.66 ? upTo(size) : -1;
  const answers = letters.filter(({ output }) => output !== undefined);
  const made = Array.from({ length: size }, (_, at) => {
    const effectMs = 2 * at + upTo(3);
    const lies = at === liar && answers.length > 0;
    const { input, output } = oneOf(lies ? answers : letters);
    const invoked = { input, invokedMs: effectMs - upTo(6) };
    const returnedMs = effectMs + upTo(6);
    const end = random();
    if (end < 0.1) return { ...invoked, returnedMs, outcome: "fail" } as const;
    if (end < 0.2) return { ...invoked, outcome: "info" } as const;
    const real = call(input);
    if (end < 0.3) return { ...invoked, outcome: "info" } as const;
    if (at === liar) return { ...invoked, returnedMs, outcome: "ok", output } as const;
    if (real === REFUSED) return { ...invoked, returnedMs, outcome: "fail" } as const;
    return { ...invoked, returnedMs, outcome: "ok", output: real } as const;
  });
  made.sort((a, b) => a.invokedMs - b.invokedMs);
  return made.map((operation, id) => ({ id, client: `c${id}`, ...operation }));
}

/** All histories of a subject with so many operations, and at most so many at once. */
export function* allHistories(
  { letters }: Subject,
  size: number,
  clients: number,
  clock: Clock = "each event at a time of its own",
): Generator<History> {
  const all = words(letters, size);
  for (const shape of shapes(size, clients)) {
    for (const word of all) yield shaped(shape, word, clock);
  }
}

/** So many random histories of three to seven operations. */
export function* randomHistories(subject: Subject, seeds: number): Generator<History> {
  for (let seed = 1; seed <= seeds; seed++) yield randomHistory(seed, 3 + (seed % 5), subject);
}

/** So many random histories of eight to twenty operations. */
export function* larger(subject: Subject, seeds: number): Generator<History> {
  for (let seed = 1; seed <= seeds; seed++) yield randomHistory(seed, 8 + (seed % 13), subject);
}

/**
 * Operations on a register as "client kind value invoked-returned"; without a return the outcome is
 * unknown.
 */
export function onRegister(...lines: string[]): History<RegisterInput<number>, number | undefined> {
  return lines.map((line, id) => {
    const [client = "", kind, value, times = ""] = line.split(" ");
    const [invokedMs = 0, returnedMs] = times.split("-").map(Number);
    const input =
      kind === "write"
        ? { kind: "write" as const, value: Number(value) }
        : { kind: "read" as const };
    const output = kind === "read" ? Number(value) : undefined;
    const invoked = { id, client, input, invokedMs };
    if (returnedMs === undefined) return { ...invoked, outcome: "info" };
    return { ...invoked, outcome: "ok", output, returnedMs };
  });
}
