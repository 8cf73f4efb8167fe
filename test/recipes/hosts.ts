/** Three servers of an ensemble, and hosts that each run a program with a session. */

import { type EnsembleOptions, ensemble, type ZooKeeper } from "quorumlab/ensemble";
import { type ClientHost, client, type FencedReplies } from "quorumlab/recipes";
import { type Fault, type NodeId, type Run, type Scenario, simulate } from "quorumlab/sim";

const SERVERS = ["s1", "s2", "s3"];
export type Host = ClientHost<FencedReplies>;
export type Program = (zk: ZooKeeper, host: Host) => Promise<unknown>;

/**
 * Runs programs, each with a session of 400 ms.
 *
 * @param options.again whether a program that has ended, or lost its session, begins again with another one
 */
export function together(
  programs: Readonly<Record<NodeId, Program>>,
  options: Partial<Scenario> & { again?: boolean; ensemble?: EnsembleOptions } = {},
): Promise<Run> {
  const { again = false, ensemble: settings, faults, ...rest } = options;
  const servers: Record<NodeId, Scenario["servers"][string]> = { ...rest.servers };
  for (const id of SERVERS) servers[id] = ensemble(SERVERS, settings);
  for (const [id, program] of Object.entries(programs)) {
    servers[id] = client<FencedReplies>(async (host) => {
      do {
        const zk = await host.zookeeper({ servers: SERVERS });
        try {
          await program(zk, host);
        } catch (error) {
          if ((error as { code?: unknown }).code !== "SessionExpired") throw error;
        }
      } while (again);
    });
  }
  return simulate({ seed: 1, forMs: 2000, ...rest, servers, faults: faults ?? [] });
}

/** Nothing passes between a host and the servers. */
export function cutOff(node: NodeId, atMs: number, forMs?: number): Fault {
  return { kind: "cut", from: [node], to: SERVERS, atMs, ...(forMs && { forMs }) };
}

/** Who leads at the end of a run with this seed is the one to crash: elections do not depend on clients. */
export const leaderOf = (run: Run): NodeId =>
  SERVERS.find((id) => String((run.states[id] as { role: string }).role).startsWith("leading")) ??
  "none";
