/** The contract carries a search: two servers that hand a lead over, in every order of all that can happen. */

import { expect, test } from "vitest";
import { explore, type Found } from "./explored.ts";
import { type HandOverState, handOver, type Mistake } from "./handover.ts";

/** All worlds with up to three hand-overs, two crashes, two letters under way and a few writes and letters held. */
function search(mistake?: Mistake, maxWorlds = 10_000): Found {
  return explore<HandOverState>({
    protocol: handOver(mistake),
    nodes: ["s1", "s2"],
    wrong: (states) => {
      const leaders = states.filter(({ role }) => role === "leader");
      return leaders.length > 1 ? "two servers lead" : undefined;
    },
    within: ({ servers, letters, crashes }) =>
      crashes <= 2 &&
      letters.length <= 2 &&
      Object.values(servers).every(
        ({ state, held }) => held.length <= 4 && (state?.term ?? 0) <= 3,
      ),
    maxWorlds,
  });
}

test("no order of events in the whole space makes both servers lead", () => {
  expect(search()).toEqual({ verdict: "ok", worlds: 2086 });
});

test("an offer that leaves before the disk knows of it is found by the shortest path", () => {
  expect(search("offers before the sync")).toEqual({
    verdict: "violated",
    worlds: 130,
    says: "two servers lead",
    path: [
      "s1's timer offer fires",
      "s2 hears { kind: 'lead', term: 1 } from s1",
      "s1 dies, 0 of 1 unsynced writes are kept",
      "s1 starts again",
    ],
  });
});

test("an offer that is taken twice is found by the shortest path", () => {
  expect(search("takes every offer")).toEqual({
    verdict: "violated",
    worlds: 560,
    says: "two servers lead",
    path: [
      // The second copy of the offer does the harm, when the lead is on its way back.
      "s1's timer offer fires",
      "s1's disk syncs a write",
      "s2 hears { kind: 'lead', term: 1 } from s1, and will again",
      "s2's timer offer fires",
      "s2's disk syncs a write",
      "s2 hears { kind: 'lead', term: 1 } from s1",
      "s2's disk syncs a write",
      "s1 hears { kind: 'lead', term: 2 } from s2",
    ],
  });
});

test("a search that is given up proves nothing", () => {
  expect(search(undefined, 100).verdict).toBe("unknown");
});
