import type { Stat } from "quorumlab/ensemble";

export type Fence = { newest: number };

export type Use = { readonly kind: "read" | "write"; readonly token: number };

/** The ensemble's one order of all transactions, whoever asked for them and whatever the clocks said. */
export function tokenOf(stat: Stat): number {
  return stat.czxid;
}

/** A read counts: what a new master has read, an older one must not change any more. */
export function admit(fence: Fence, use: Use): boolean {
  if (use.token < fence.newest) return false;
  fence.newest = use.token;
  return true;
}
