/** Mistakes in judging whether a history of one register is linearizable. */

import type { Patch } from "./patch.ts";

const file = "solutions/00-linearizability.ts";
const inTime = "other.returnedMs >= next.invokedMs";
const everyOther = `others.every((other) => ${inTime})`;
const fits = 'next.kind === "write" || next.value === holds';
const done = "if (waiting.every((operation) => operation.returnedMs === Infinity)) return true;";
const choose = "return waiting.some((next) => {";

const latestWrite = "when no operations overlap, every read must return the latest write";
const realRegister =
  "what a real register did is linearizable, however its operations overlap or touch";
const exactly =
  "overlapping operations are linearizable exactly when some order explains all of them";
const lostWrite = "a write that never returned may have happened at any time since, or never";

/** Each is caught by `check`. */
export const patches: readonly Patch[] = [
  {
    name: "ignores real time",
    file,
    from: everyOther,
    to: "true",
    origin: "serializability taken for linearizability: any order will do",
    caughtBy: latestWrite,
  },
  {
    name: "lets a read come from the past",
    file,
    from: everyOther,
    to: `(next.kind === "read" || ${everyOther})`,
    origin: "ZooKeeper's reads, which any server answers from what it has",
    caughtBy: latestWrite,
  },
  {
    name: "lets a write take effect before it was invoked",
    file,
    from: everyOther,
    to: `(next.kind === "write" || ${everyOther})`,
    origin: "last write wins by the clocks of the clients, as in Cassandra",
    caughtBy: latestWrite,
  },
  {
    name: "puts operations that touch in order",
    file,
    from: inTime,
    to: "other.returnedMs > next.invokedMs",
    origin: "half-open intervals, against which Porcupine's source argues",
    caughtBy: realRegister,
  },
  {
    name: "lets operations take effect in the order of their invocation",
    file,
    from: inTime,
    to: "other.invokedMs >= next.invokedMs",
    origin: "the beginner's first idea: sort and replay",
    caughtBy: realRegister,
  },
  {
    name: "lets operations take effect in the order of their return",
    file,
    from: inTime,
    to: "other.returnedMs >= next.returnedMs",
    origin: "a server's log of replies replayed as if it were the order of effects",
    caughtBy: realRegister,
  },
  {
    name: "takes the first operation that fits and never takes it back",
    file,
    from: choose,
    to: `const greedy = waiting.filter(
      (next) => (${fits}) && waiting.every((other) => other === next || ${inTime}),
    );
    return greedy.slice(0, 1).some((next) => {`,
    origin: "a greedy search where Wing and Gong backtrack",
    caughtBy: realRegister,
  },
  {
    name: "judges every read alone",
    file,
    from: done,
    to: `${done}
    const writes = waiting.filter(({ kind }) => kind === "write");
    const isAlone = (read: Operation) =>
      (read.value === 0 && writes.every(({ returnedMs }) => returnedMs >= read.invokedMs)) ||
      writes.some(
        (write) =>
          write.value === read.value &&
          write.invokedMs <= read.returnedMs &&
          !writes.some(
            (later) => later.invokedMs > write.returnedMs && later.returnedMs < read.invokedMs,
          ),
      );
    if (holds === 0 && waiting.every((one) => one.kind === "write" || isAlone(one))) return true;`,
    origin: "Lamport's regular register (1986): two reads in a row may see new, then old",
    caughtBy: exactly,
  },
  {
    name: "lets the register hold anything at first",
    file,
    from: fits,
    to: `${fits} || holds === 0`,
    origin: "an initial value that the checker does not know",
    caughtBy: latestWrite,
  },
  {
    name: "takes two writes of one value for one",
    file,
    from: "operation !== next",
    to: "operation.kind !== next.kind || operation.value !== next.value",
    origin: "operations identified by what they do instead of by an id of their own",
    caughtBy: exactly,
  },
  {
    name: "never lets a lost write happen",
    file,
    from: done,
    to: `waiting = waiting.filter((operation) => operation.returnedMs !== Infinity);
    ${done}`,
    origin: "a timeout taken for a failure: Jepsen's info taken for fail",
    caughtBy: lostWrite,
  },
  {
    name: "lets a lost write happen only before whatever was invoked later",
    file,
    from: inTime,
    to: "(other.returnedMs === Infinity ? other.invokedMs : other.returnedMs) >= next.invokedMs",
    origin: "a timeout taken for a return at the time of the request",
    caughtBy: lostWrite,
  },
];
