/** What is known of an ensemble after a run, as plain data: all that a property of a learner's own has to judge by. */

import { type EnsembleOptions, ensemble, type Server, ZooKeeperError } from "quorumlab/ensemble";
import { type ClientHost, client, type Replies } from "quorumlab/recipes";
import { type Fault, type NodeId, type Run, type Scenario, simulate } from "quorumlab/sim";

/** A transaction that a server has applied. */
export type Applied = { readonly zxid: number } & (
  | { readonly kind: "openSession" | "closeSession"; readonly session: number }
  /** `session` is 0 when the node stays; else the node is ephemeral and goes when that session is closed. */
  | { readonly kind: "create"; readonly path: string; readonly session: number }
);

/** What clients asked for, what they were told, and what the servers had in the end. */
export type Facts = {
  /** Nodes that clients asked to create, no path twice. "unknown": the answer never came. */
  readonly creates: readonly { readonly path: string; readonly answer: "created" | "unknown" }[];
  /** The servers that are up: always more than half of the ensemble. Some may be behind. */
  readonly servers: readonly {
    readonly id: NodeId;
    /** All that it has applied, oldest first. */
    readonly applied: readonly Applied[];
    /** The paths of all nodes that it has. */
    readonly nodes: readonly string[];
  }[];
};

/** A server of the ensemble. */
export type Member = ReturnType<typeof ensemble>;

/** A bug: a decision that is wrong, or something around a server that spoils what it hears, says or writes. */
export type Bug = {
  readonly options?: EnsembleOptions;
  around?(member: Member, id: NodeId): Member;
};

export const MEMBERS = ["s1", "s2", "s3"];
/** Clients ask until this, and whatever goes wrong for a while is over. */
export const BUSY_MS = 600;
const CALM_MS = 400;
const CLIENTS = ["c1", "c2", "c3"];
const GAP_MS = 25;

/** A plain create, while it is under way. */
type Create = { readonly path: string; answer: "created" | "unknown" };

/** Runs an ensemble with clients that create nodes. @throws whatever breaks inside of it */
export async function factsOf(
  seed: number,
  faults: readonly Fault[],
  { options, around }: Bug = {},
): Promise<{ facts: Facts; run: Run }> {
  const creates: Create[] = [];
  const servers: Record<NodeId, Scenario["servers"][NodeId]> = {};
  const member = ensemble(MEMBERS, { tickMs: 30, syncLimit: 4, ...options });
  for (const id of MEMBERS) servers[id] = around?.(member, id) ?? member;
  for (const id of CLIENTS) servers[id] = client((host) => asks(host, creates));
  const run = await simulate({
    seed,
    servers,
    faults,
    forMs: BUSY_MS + CALM_MS,
    syncTime: { minMs: 1, maxMs: 12 },
  });
  return { facts: { creates, servers: upIn(run).map((id) => shownBy(run, id)) }, run };
}

/** Creates a node every now and then, every other one ephemeral. The last client ends its session in the middle. */
async function asks(host: ClientHost<Replies>, creates: Create[]): Promise<void> {
  for (let nth = 1; host.trueMs() < BUSY_MS; ) {
    const zookeeper = await host.zookeeper({ servers: MEMBERS, timeoutMs: 200 });
    while (zookeeper.state !== "expired" && host.trueMs() < BUSY_MS) {
      const create: Create = { path: `/${host.id}-${nth}`, answer: "unknown" };
      creates.push(create);
      zookeeper.create(create.path, "", nth % 2 === 0 ? "ephemeral" : "persistent").then(() => {
        create.answer = "created";
      }, expected);
      nth += 1;
      await host.sleep(GAP_MS);
      const isDone = host.id === CLIENTS.at(-1) && host.trueMs() > BUSY_MS / 2;
      if (isDone) return zookeeper.close().catch(expected);
    }
  }
}

function expected(error: unknown): void {
  if (!(error instanceof ZooKeeperError)) throw error;
}

function upIn({ trace }: Run): NodeId[] {
  return MEMBERS.filter((id) => {
    const own = trace.events.filter((event) => "node" in event && event.node === id);
    return own.findLast(({ kind }) => kind === "start" || kind === "crash")?.kind === "start";
  });
}

function shownBy({ states }: Run, id: NodeId): Facts["servers"][number] {
  const { history, tree } = states[id] as Server;
  const applied = history.entries.slice(0, history.applied).flatMap(({ zxid, txn }): Applied[] => {
    switch (txn.kind) {
      case "create":
        return [{ zxid, kind: "create", path: txn.path, session: txn.ephemeralOwner }];
      case "createSession":
        return [{ zxid, kind: "openSession", session: zxid }];
      case "closeSession":
        return [{ zxid, kind: "closeSession", session: txn.session }];
      default:
        return [];
    }
  });
  const nodes = [...tree.nodes.keys()].filter((path) =>
    CLIENTS.some((c) => path.startsWith(`/${c}`)),
  );
  return { id, applied, nodes: nodes.sort() };
}
