/** What a leader has deleted: who has something else there must not come in sync, for others may not have deleted it. */

import { expect, test } from "vitest";
import { Alone, imageOf } from "./alone.ts";

test("a follower that has another record there hears so, also in the leader's next life", () => {
  const config = { segmentBytes: 1, retentionBytes: 0 };
  const b1 = new Alone();
  const leads = (leaderEpoch: number) =>
    b1.hears("b3", imageOf({ isr: ["b1"], leaderEpoch, partitionEpoch: leaderEpoch }, { config }));
  const hears = (lastEpoch: number) =>
    b1.fetches("b2", 2, lastEpoch).filter((said) => said.startsWith("b2"));
  for (const epoch of [0, 1]) {
    leads(epoch);
    b1.produces("c");
  }
  b1.waits(500);
  expect([b1.replica.log.start, b1.replica.log.end]).toEqual([2, 2]);
  // What b2 wrote at 1 as the leader of epoch 0 was never committed, and b3 may still have what was.
  expect([hears(0), hears(1)]).toEqual([["b2: diverging 0 ends at 1"], []]);
  b1.restart();
  b1.state.brokerEpoch = 11;
  b1.connected("b2", "b3");
  leads(2);
  expect([hears(0), hears(1)]).toEqual([["b2: diverging 0 ends at 1"], []]);
});
