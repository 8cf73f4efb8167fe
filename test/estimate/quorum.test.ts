/** How many must agree, judged by looking at every group of servers there is. */

import fc from "fast-check";
import {
  afterSplit,
  majority,
  quorumAvailability,
  quorumsMeet,
  toleratedFailures,
} from "quorumlab/estimate";
import { describe, expect, test } from "vitest";

/** Every group of `size` out of `servers`, each as a bit set. */
function groupsOf(size: number, servers: number): number[] {
  const all = Array.from({ length: 2 ** servers }, (_, group) => group);
  return all.filter((group) => group.toString(2).replaceAll("0", "").length === size);
}

function everyTwoMeet(some: readonly number[], others: readonly number[]): boolean {
  return some.every((group) => others.every((other) => (group & other) !== 0));
}

describe("a majority", () => {
  test("is N + 1 of 2N + 1 and N + 1 of 2N", () => {
    expect([1, 2, 3, 4, 5, 6, 7].map(majority)).toEqual([1, 2, 2, 3, 3, 4, 4]);
  });

  test("always meets every other majority, and nothing smaller does", () => {
    for (let servers = 1; servers <= 7; servers++) {
      const size = majority(servers);
      const majorities = groupsOf(size, servers);
      expect(everyTwoMeet(majorities, majorities)).toBe(true);
      const smaller = groupsOf(size - 1, servers);
      expect(everyTwoMeet(smaller, smaller)).toBe(false);
    }
  });

  test("survives no more failures with 2N servers than with 2N − 1", () => {
    expect([1, 2, 3, 4, 5, 6].map(toleratedFailures)).toEqual([0, 0, 1, 1, 2, 2]);
  });
});

describe("reads and writes", () => {
  test("meet exactly when all their groups do", () => {
    for (let servers = 1; servers <= 5; servers++) {
      for (let read = 1; read <= servers; read++) {
        for (let write = 1; write <= servers; write++) {
          const writes = groupsOf(write, servers);
          expect(quorumsMeet({ servers, read, write })).toEqual({
            readMeetsWrite: everyTwoMeet(groupsOf(read, servers), writes),
            writesMeet: everyTwoMeet(writes, writes),
          });
        }
      }
    }
  });
});

describe("a network in two halves", () => {
  test("splits the brain of 2N servers when N are enough", () => {
    expect(afterSplit({ sides: [2, 2], quorum: 2 })).toBe("split brain");
  });

  test("blocks 2N servers when N + 1 are needed", () => {
    expect(afterSplit({ sides: [2, 2], quorum: 3 })).toBe("blocked");
  });

  test("leaves one side of 2N + 1 servers able to go on, however it is cut", () => {
    for (let servers = 1; servers <= 9; servers += 2) {
      for (let left = 0; left <= servers; left++) {
        const sides = [left, servers - left];
        expect(afterSplit({ sides, quorum: majority(servers) })).toBe("one side goes on");
      }
    }
  });

  test("never splits the brain when a majority is needed, into however many sides", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }), (sides) => {
        const servers = sides.reduce((sum, side) => sum + side, 0);
        fc.pre(servers > 0);
        return afterSplit({ sides, quorum: majority(servers) }) !== "split brain";
      }),
      { seed: 10 },
    );
  });
});

describe("the availability of a quorum", () => {
  test("gets worse from 3 servers to 4, and better from 3 to 5", () => {
    const of = (servers: number) => quorumAvailability({ servers, serverAvailability: 0.99 });
    expect(of(3)).toBeCloseTo(0.999702, 12);
    expect(of(4)).toBeCloseTo(0.99940797, 12);
    expect(of(5)).toBeCloseTo(0.9999901494, 12);
  });

  test("can be asked for another quorum than a majority", () => {
    const all = quorumAvailability({ servers: 3, serverAvailability: 0.9, quorum: 3 });
    expect(all).toBeCloseTo(0.729, 12);
  });
});

describe("bad input", () => {
  test("is refused in a sentence that names the value", () => {
    expect(() => majority(0)).toThrow("servers must be a whole number of at least 1, not 0.");
    expect(() => toleratedFailures(2.5)).toThrow("not 2.5.");
    expect(() => quorumsMeet({ servers: 3, read: 4, write: 1 })).toThrow(
      "read must be a whole number from 1 to 3, not 4.",
    );
    expect(() => afterSplit({ sides: [], quorum: 2 })).toThrow(
      "sides must have at least one entry.",
    );
    expect(() => quorumAvailability({ servers: 3, serverAvailability: 99 })).toThrow(
      "serverAvailability must be a number from 0 to 1, not 99.",
    );
  });
});
