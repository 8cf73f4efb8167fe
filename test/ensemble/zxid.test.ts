/** Transaction ids: the epoch above, the counter below. */

import { counterOf, epochOf, zxid, zxidText } from "quorumlab/ensemble";
import { expect, test } from "vitest";

test("an id is its epoch and its counter", () => {
  for (const [epoch, counter] of [
    [0, 0],
    [1, 1],
    [1, 2 ** 32 - 1],
    [2 ** 20, 7],
  ] as const) {
    const id = zxid(epoch, counter);
    expect([epochOf(id), counterOf(id)]).toEqual([epoch, counter]);
    expect(Number.isSafeInteger(id)).toBe(true);
  }
});

test("a new epoch's first transaction follows every older one", () => {
  expect(zxid(2, 1)).toBeGreaterThan(zxid(1, 2 ** 32 - 1));
  expect(zxid(2, 2)).toBe(zxid(2, 1) + 1);
});

test("it is printed as ZooKeeper prints it: the first write after a leader was lost is 0x200000001", () => {
  expect(zxidText(zxid(2, 1))).toBe("0x200000001");
  expect(zxidText(0)).toBe("0x0");
});
