/**
 * How many must agree. Every safety argument about quorums is one fact of counting: two groups that
 * are together larger than the whole share a member.
 */

import { atLeast } from "./availability.ts";
import { checkShare, checkSome, checkWhole } from "./input.ts";

/**
 * The smallest number of servers of which any two groups share one: N + 1 of 2N + 1, and also N + 1
 * of 2N.
 */
export function majority(servers: number): number {
  checkWhole("servers", servers, 1);
  return Math.floor(servers / 2) + 1;
}

/**
 * How many servers may be down while a majority is up. The server that makes an odd size even adds
 * nothing.
 */
export function toleratedFailures(servers: number): number {
  return servers - majority(servers);
}

/** Sizes of a system in which a write waits for `write` servers and a read asks `read` servers. */
export type QuorumSizes = {
  readonly servers: number;
  readonly read: number;
  readonly write: number;
};

/**
 * Whether every read meets every write (R + W > N), so that it finds the newest value, and whether
 * every two writes meet (W + W > N), so that no two of them are accepted side by side. Source: D.
 * K. Gifford, "Weighted Voting for Replicated Data", SOSP 1979.
 */
export function quorumsMeet(sizes: QuorumSizes): {
  readonly readMeetsWrite: boolean;
  readonly writesMeet: boolean;
} {
  const { servers, read, write } = sizes;
  checkWhole("servers", servers, 1);
  checkWhole("read", read, 1, servers);
  checkWhole("write", write, 1, servers);
  return { readMeetsWrite: read + write > servers, writesMeet: write + write > servers };
}

/**
 * What a cut leaves behind: nobody can go on, exactly one side can, or several do without knowing
 * of each other.
 */
export type AfterSplit = "blocked" | "one side goes on" | "split brain";

/**
 * What happens when the network falls into sides of these sizes and `quorum` servers are enough to
 * go on. Of 2N servers in two equal halves: split brain when N is enough, blocked when N + 1 is
 * needed.
 */
export function afterSplit(cut: {
  readonly sides: readonly number[];
  readonly quorum: number;
}): AfterSplit {
  checkSome("sides", cut.sides);
  for (const side of cut.sides) checkWhole("a side", side, 0);
  checkWhole("quorum", cut.quorum, 1);
  const able = cut.sides.filter((side) => side >= cut.quorum).length;
  if (able === 0) return "blocked";
  return able === 1 ? "one side goes on" : "split brain";
}

/**
 * The share of time in which a quorum (a majority unless told) of independent, equally good servers
 * is up.
 * @param system.serverAvailability of one server, from 0 to 1
 */
export function quorumAvailability(system: {
  readonly servers: number;
  readonly serverAvailability: number;
  readonly quorum?: number;
}): number {
  const { servers, serverAvailability, quorum = majority(servers) } = system;
  checkWhole("servers", servers, 1);
  checkWhole("quorum", quorum, 1, servers);
  checkShare("serverAvailability", serverAvailability);
  return atLeast(quorum, Array<number>(servers).fill(serverAvailability));
}
