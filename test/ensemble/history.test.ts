/** A server's history: the same in memory and on disk, whatever is cut, replaced or saved, and whenever it crashes. */

import { type Entry, emptyTree, type Tree, zxid } from "quorumlab/ensemble";
import { Disk, type Out, Recorder, Stable, type WriteEffect } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import {
  append,
  applyNext,
  type History,
  install,
  lastZxid,
  recover,
  snapshot,
  truncateTo,
} from "../../lib/ensemble/history.ts";
import { apply } from "../../lib/ensemble/tree.ts";
import { entries } from "./alone.ts";

const z = zxid;

/** What a disk has after some writes. */
function saved(writes: readonly WriteEffect[]): Stable {
  const stable = new Stable(new Disk());
  for (const write of writes) stable.perform(write);
  return stable;
}

/** A server's memory, the writes that it has asked for, and what it would recover from its disk. */
class Memory {
  readonly history: History;
  tree: Tree;
  readonly writes: WriteEffect[] = [];

  constructor(...own: Entry[]) {
    ({ history: this.history, tree: this.tree } = recover(saved([])));
    this.do((out) => {
      for (const entry of own) append(this.history, entry, out);
    });
  }

  /** @returns the writes of this step */
  do(step: (out: Out<unknown>) => void): WriteEffect[] {
    const recorder = new Recorder<unknown>(() => 0);
    const asked = recorder.record(step) as WriteEffect[];
    this.writes.push(...asked);
    return asked;
  }

  /** Applies all up to a transaction. */
  apply(to: number): void {
    while ((this.history.entries[this.history.applied]?.zxid ?? Infinity) <= to) {
      const entry = applyNext(this.history);
      if (entry !== undefined) apply(this.tree, entry);
    }
  }

  save(zxid: number, keep: number): WriteEffect[] {
    return this.do((out) => snapshot(this.history, this.tree, zxid, keep, out));
  }

  get ids(): number[] {
    return idsOf(this.history);
  }

  /** @param writes how many of them the disk kept */
  recovered(writes: number = this.writes.length): ReturnType<typeof recover> {
    return recover(saved(this.writes.slice(0, writes)));
  }
}

const idsOf = (history: History) => history.entries.map((entry) => entry.zxid);
const FOUR = entries("1.1", "1.2", "1.3", "2.1");
const FOUR_IDS = [z(1, 1), z(1, 2), z(1, 3), z(2, 1)];

test("an empty disk is an empty history and the tree as ZooKeeper begins", () => {
  const { history, tree, committed } = recover(saved([]));
  expect([lastZxid(history), committed, idsOf(history)]).toEqual([0, 0, []]);
  expect(tree).toEqual(emptyTree());
});

test("what was appended is recovered, and none of it is applied: a leader must say that it is committed", () => {
  const { history, tree, committed } = new Memory(...FOUR).recovered();
  expect(idsOf(history)).toEqual(FOUR_IDS);
  expect([lastZxid(history), history.applied, committed]).toEqual([z(2, 1), 0, 0]);
  expect(tree).toEqual(emptyTree());
});

test("transactions are appended in the order of their ids", () => {
  const memory = new Memory(...FOUR);
  for (const late of entries("2.1", "1.4")) {
    expect(() => memory.do((out) => append(memory.history, late, out))).toThrow(
      /Invariant broken: transaction \d+ is appended after 8589934593/,
    );
  }
});

describe("a cut (TRUNC)", () => {
  test.each([
    ["of the tail", z(1, 2), FOUR_IDS.slice(0, 2)],
    ["of nothing", z(2, 1), FOUR_IDS],
    ["at an id that is not there", z(1, 9), FOUR_IDS.slice(0, 3)],
    ["of everything", 0, []],
  ])("%s leaves the same in memory and on disk", (_, to, left) => {
    const memory = new Memory(...FOUR);
    memory.do((out) => truncateTo(memory.history, to, out));
    expect(memory.ids).toEqual(left);
    expect(idsOf(memory.recovered().history)).toEqual(left);
  });

  test("is followed by what the leader has: the old tail does not come back (ZOOKEEPER-1489)", () => {
    const memory = new Memory(...FOUR);
    memory.do((out) => {
      truncateTo(memory.history, z(1, 2), out);
      for (const entry of entries("3.1", "3.2")) append(memory.history, entry, out);
    });
    expect(memory.ids).toEqual([z(1, 1), z(1, 2), z(3, 1), z(3, 2)]);
    expect(idsOf(memory.recovered().history)).toEqual(memory.ids);
  });

  test("after a snapshot is made at the right place of the log", () => {
    const memory = new Memory(...FOUR);
    memory.apply(z(1, 2));
    memory.save(z(1, 2), 1);
    memory.do((out) => truncateTo(memory.history, z(1, 3), out));
    expect(memory.ids).toEqual([z(1, 2), z(1, 3)]);
    expect(idsOf(memory.recovered().history)).toEqual(memory.ids);
  });

  test("never takes back what is committed", () => {
    const memory = new Memory(...FOUR);
    memory.apply(z(1, 3));
    expect(() => memory.do((out) => truncateTo(memory.history, z(1, 2), out))).toThrow(
      "Invariant broken: the history is cut to 2 entries, but 3 are committed",
    );
  });
});

describe("a snapshot", () => {
  test("stands for the applied transactions before it; some stay for followers a little behind", () => {
    const memory = new Memory(...FOUR);
    memory.apply(z(1, 3));
    memory.save(z(1, 3), 2);
    expect(memory.ids).toEqual(FOUR_IDS.slice(1));
    expect([memory.history.before, memory.history.applied]).toEqual([z(1, 1), 2]);
    const { history, tree, committed } = memory.recovered();
    expect(history).toEqual(memory.history);
    expect([tree, committed]).toEqual([memory.tree, z(1, 3)]);
  });

  test("keeps all that is not applied, however few it is to keep", () => {
    const memory = new Memory(...FOUR);
    memory.apply(z(1, 1));
    memory.save(z(1, 1), 0);
    expect(memory.ids).toEqual(FOUR_IDS.slice(1));
    expect(memory.recovered().history).toEqual(memory.history);
  });

  test("is put before the log is cut: a crash at any moment loses and doubles nothing (ZOOKEEPER-3249)", () => {
    const memory = new Memory(...FOUR);
    memory.apply(z(1, 3));
    const kinds = memory.save(z(1, 3), 1).map(({ kind }) => kind);
    expect(kinds).toEqual(["put", "dropHead"]);
    const whole = [...FOUR].map((entry) => entry.zxid);
    for (let writes = FOUR.length; writes <= memory.writes.length; writes++) {
      const { history, tree, committed } = memory.recovered(writes);
      // What it does not list, it has in its tree; and what it has in its tree, it does not apply again.
      expect(whole.slice(whole.length - history.entries.length)).toEqual(idsOf(history));
      for (const entry of history.entries.slice(history.applied)) apply(tree, entry);
      expect([...tree.nodes.keys()].filter((path) => path.startsWith("/n"))).toHaveLength(4);
      expect(history.entries[history.applied]?.zxid ?? Infinity).toBeGreaterThan(committed);
    }
  });

  test("that was put, and no cut: the entries before it are passed over", () => {
    const memory = new Memory(...FOUR);
    memory.apply(z(1, 3));
    memory.save(z(1, 3), 0);
    const { history } = memory.recovered(FOUR.length + 1);
    expect(history).toEqual(memory.history);
  });

  test("goes on after the crash where the log on disk goes on", () => {
    const memory = new Memory(...FOUR);
    memory.apply(z(1, 3));
    memory.save(z(1, 3), 0);
    const kept = memory.writes.slice(0, FOUR.length + 1);
    const { history } = recover(saved(kept));
    const [next] = entries("3.1");
    const later = new Recorder<unknown>(() => 0).record((out) => {
      append(history, next as Entry, out);
      truncateTo(history, z(2, 1), out);
      append(history, next as Entry, out);
    });
    expect(idsOf(recover(saved([...kept, ...(later as WriteEffect[])])).history)).toEqual([
      z(2, 1),
      z(3, 1),
    ]);
  });
});

describe("a leader's tree (SNAP)", () => {
  const other = new Memory(...entries("1.1", "1.2", "4.1", "4.2"));
  other.apply(z(4, 2));
  const snap = {
    kind: "snap",
    tree: other.tree,
    zxid: z(4, 2),
    entries: entries("4.3"),
  } as const;

  test("takes the place of the whole history, in memory and on disk", () => {
    const memory = new Memory(...FOUR);
    memory.do((out) => install(memory.history, snap, out));
    expect([memory.ids, memory.history.before]).toEqual([[z(4, 3)], z(4, 2)]);
    const { history, tree, committed } = memory.recovered();
    expect(history).toEqual(memory.history);
    expect([tree, committed]).toEqual([other.tree, z(4, 2)]);
  });

  test("is taken whole or not at all, whenever the server crashes (ZOOKEEPER-2872)", () => {
    const memory = new Memory(...FOUR);
    memory.do((out) => install(memory.history, snap, out));
    for (let writes = FOUR.length; writes <= memory.writes.length; writes++) {
      const { history, tree, committed } = memory.recovered(writes);
      const isNew = committed > 0;
      expect([idsOf(history), committed]).toEqual(isNew ? [[z(4, 3)], z(4, 2)] : [FOUR_IDS, 0]);
      expect(tree).toEqual(isNew ? other.tree : emptyTree());
    }
    expect(memory.recovered().committed).toBe(z(4, 2));
  });

  test("is taken after a crash in the middle as if nothing had been", () => {
    const first = new Memory(...FOUR);
    first.do((out) => install(first.history, snap, out));
    const cell = first.writes.findIndex(({ kind }) => kind === "put");
    const kept = first.writes.slice(0, cell);
    const { history } = recover(saved(kept));
    const again = new Recorder<unknown>(() => 0).record((out) => install(history, snap, out));
    const { history: after } = recover(saved([...kept, ...(again as WriteEffect[])]));
    expect(after).toEqual(first.history);
  });
});

test("the last transaction is the last entry, or the one before the first", () => {
  const memory = new Memory(...FOUR);
  expect(lastZxid(memory.history)).toBe(z(2, 1));
  memory.apply(z(2, 1));
  memory.save(z(2, 1), 0);
  expect([memory.ids, lastZxid(memory.history)]).toEqual([[], z(2, 1)]);
});
