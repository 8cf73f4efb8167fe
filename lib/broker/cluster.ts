/** A whole cluster, for a scenario: the ensemble that keeps its state, the brokers, their topics, and programs beside them. */

import { type ClientHost, client, ensemble, type Replies } from "quorumlab/ensemble";
import { checkWhole, type NodeId, type Scenario } from "quorumlab/sim";
import { createAdmin } from "./admin.ts";
import { broker } from "./broker.ts";
import { operating } from "./client.ts";
import type { NewTopic } from "./kafka.ts";
import type { BrokerOptions } from "./state.ts";

/** What a host does that is no broker: it uses a producer, a consumer or an admin, or several. */
export type Program = (host: ClientHost<Replies>) => Promise<void>;

export type ClusterOptions = Omit<BrokerOptions, "ensemble"> & {
  /** How many brokers there are (b1, b2, …), and servers of the ensemble (s1, s2, …): 1 and 1 unless told. */
  readonly brokers?: number;
  readonly servers?: number;
  /** What `admin`, a host of its own, makes first: nothing unless told. */
  readonly topics?: readonly NewTopic[];
};

/** By then there is a controller, and it has made the topics. */
const READY_MS = 500;

/**
 * The servers of a scenario. Every program runs on the host that it is named after, from 500 ms on, when the topics are
 * there; if that crashes, again from its beginning.
 *
 * @throws RangeError when an option makes no sense
 */
export function cluster(
  programs: Readonly<Record<NodeId, Program>>,
  { brokers = 1, servers = 1, topics = [], ...options }: ClusterOptions = {},
): Scenario["servers"] {
  checkWhole("cluster: brokers", brokers, 1);
  checkWhole("cluster: servers", servers, 1);
  const [members, ids] = [named("s", servers), named("b", brokers)];
  const one = broker({ ...options, ensemble: members });
  const hosts: Record<NodeId, Scenario["servers"][NodeId]> = {};
  for (const [id, program] of Object.entries(programs)) {
    hosts[id] = client(async (host: ClientHost<Replies>) => {
      await host.sleep(Math.max(0, READY_MS - host.now()));
      await program(host);
    });
  }
  for (const id of ids) hosts[id] = one;
  for (const id of members) hosts[id] = ensemble(members);
  if (topics.length === 0) return hosts;
  hosts.admin = client(async (host: ClientHost<Replies>) => {
    const { createTopic } = createAdmin(host, { brokers: ids });
    for (const topic of topics) {
      await createTopic(topic).catch((error: unknown) => {
        // Its own, when an answer was lost.
        if (operating(error).code !== "TOPIC_ALREADY_EXISTS") throw error;
      });
    }
  });
  return hosts;
}

function named(letter: string, count: number): NodeId[] {
  return Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
}
