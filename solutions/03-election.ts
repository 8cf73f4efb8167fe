import type { SessionId, SessionState, ZooKeeper, ZooKeeperError } from "quorumlab/ensemble";

export type Known = {
  readonly owner: SessionId | null;
  readonly session: SessionId;
  readonly state: SessionState;
  readonly aliveUntilMs: number;
};

/** Whether a create took effect is asked, not concluded: the node's owner tells it after any answer, and after none. */
export async function campaign(
  zookeeper: ZooKeeper,
  id: string,
  learn: (owner: SessionId | null) => void,
): Promise<void> {
  for (;;) {
    try {
      await zookeeper.create("/master", id, "ephemeral").catch(() => {});
      const { promise: changed, resolve } = Promise.withResolvers<void>();
      const stat = await zookeeper.exists("/master", () => resolve());
      learn(stat?.ephemeralOwner ?? null);
      // Nobody would make a node that all wait for.
      if (stat !== null) await changed;
      learn(null);
    } catch (error) {
      if (!(error as ZooKeeperError).retriable) return;
    }
  }
}

/** The lease counts even while it is connected: a process that has slept does not know yet that it is not. */
export function mayServe(
  known: Known,
  nowMs: number,
  serves: "whileConnected" | "byLease",
): boolean {
  const isMine = known.owner === known.session;
  return (
    isMine && nowMs < known.aliveUntilMs && (serves === "byLease" || known.state === "connected")
  );
}
