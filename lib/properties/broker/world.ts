/** The world of a plan: an ensemble, brokers, clients that do what they are to do whatever happens, and calm at the end. */

import { type BrokerOptions, broker } from "quorumlab/broker";
import { client, ensemble } from "quorumlab/ensemble";
import type { NodeId, Scenario } from "quorumlab/sim";
import { consumes, readsAll, sends } from "./clients.ts";
import { operates } from "./operator.ts";
import { type Consuming, END_MS, nodesOf, type Plan, REPLICAS, type Sending } from "./plan.ts";
import { MAX_BYTES, type Notes, type Stage } from "./stage.ts";

/** Everything but `always`. */
export function scenarioOf(
  plan: Plan,
  notes: Notes,
  options: Partial<BrokerOptions> = {},
): Scenario {
  const { servers: members, brokers, producers, consumers } = nodesOf(plan);
  const { seed, syncMs: syncTime, faults } = plan;
  const member = ensemble(members, { tickMs: 50 });
  const one = broker({
    ensemble: members,
    sessionTimeoutMs: 200,
    replicaLagTimeMaxMs: 200,
    requestTimeoutMs: 120,
    offsetsReplicas: REPLICAS,
    retentionCheckMs: 100,
    maxMessageBytes: MAX_BYTES,
    ...options,
  });
  const servers: Record<NodeId, Scenario["servers"][string]> = {};
  const runs = (id: NodeId, program: (stage: Stage) => Promise<void>) => {
    servers[id] = client((host: Stage["host"]) => program({ host, plan, brokers, notes }));
  };
  for (const id of members) servers[id] = member;
  for (const id of brokers) servers[id] = one;
  runs("admin", operates);
  runs("reader", readsAll);
  for (const [i, id] of producers.entries()) {
    runs(id, (stage) => sends(stage, plan.producers[i] as Sending));
  }
  for (const [i, id] of consumers.entries()) {
    runs(id, (stage) => consumes(stage, plan.consumers[i] as Consuming));
  }
  return { seed, servers, faults, forMs: END_MS, syncTime, latency: { minMs: 1, maxMs: 5 } };
}
