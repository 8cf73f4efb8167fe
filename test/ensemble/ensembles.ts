/** Whole ensembles in a world, some of whose servers are born with a history, and what is to be read from their runs. */

import {
  type EnsembleMessage,
  type EnsembleOptions,
  ensemble,
  type Server,
  type SessionOptions,
  type ZooKeeper,
} from "quorumlab/ensemble";
import { type ClientHost, client, type Replies } from "quorumlab/recipes";
import {
  Disk,
  type NodeId,
  type Protocol,
  type Run,
  type Scenario,
  type Server as Served,
  Stable,
  simulate,
  type TraceEvent,
} from "quorumlab/sim";
import type { ClientState } from "../../lib/ensemble/calls.ts";
import { type Born, bear } from "./alone.ts";
import { said } from "./said.ts";

export type Host = ClientHost<Replies>;
type Program = (zk: ZooKeeper, host: Host) => Promise<unknown>;

/** "s1", "s2" and so on. */
function members(count: number): NodeId[] {
  return Array.from({ length: count }, (_, i) => `s${i + 1}`);
}

type Setting = Omit<Partial<Scenario>, "servers"> & {
  /** Three unless told. */
  readonly count?: number;
  readonly options?: EnsembleOptions;
  readonly born?: Readonly<Record<NodeId, Born>>;
  /** Programs that each have one session, with all servers and a timeout of 400 ms unless told. */
  readonly clients?: Readonly<Record<NodeId, Program>>;
  readonly session?: Partial<SessionOptions>;
};

/** Runs servers s1, s2 and so on, for two seconds unless told. */
export function run(setting: Setting = {}): Promise<Run> {
  const { count = 3, options = {}, born = {}, clients = {}, session, ...rest } = setting;
  const ids = members(count);
  const servers: Record<NodeId, Served | Protocol<Server, EnsembleMessage>> = {};
  for (const id of ids) servers[id] = withPast(ensemble(ids, options), born[id]);
  for (const [id, program] of Object.entries(clients)) {
    servers[id] = client<Replies>(async (host) => {
      await program(await host.zookeeper({ servers: ids, ...session }), host);
    });
  }
  return simulate({ seed: 1, forMs: 2000, ...rest, servers: servers as Scenario["servers"] });
}

/** A server that finds something on its disk when it starts for the first time. It is not to be wiped. */
function withPast(
  protocol: Protocol<Server, EnsembleMessage>,
  born: Born | undefined,
): Protocol<Server, EnsembleMessage> {
  if (born === undefined) return protocol;
  return {
    ...protocol,
    onStart(self, saved, nowMs, out) {
      if (saved.cell("born") !== undefined) return protocol.onStart(self, saved, nowMs, out);
      const past = new Stable(new Disk());
      bear(born, {
        put(cell, value) {
          past.perform({ kind: "put", cell, value });
          out.put(cell, value);
        },
        append(log, entry) {
          past.perform({ kind: "append", log, entry });
          out.append(log, entry);
        },
      });
      out.put("born", true);
      return protocol.onStart(self, past, nowMs, out);
    },
  };
}

/** Every role that a server took, "s3 leading, epoch 1", from a moment on. */
export function roles({ trace }: Run, fromMs = 0): string[] {
  return trace.events.flatMap((event) =>
    event.kind === "role" && event.atMs >= fromMs && event.role !== "looking"
      ? [`${event.node} ${event.role}`]
      : [],
  );
}

export function serverOf({ states }: Run, id: NodeId): Server {
  return states[id] as Server;
}

/** Who leads at the end. */
export function leaderOf(run: Run): NodeId {
  return run.trace.nodes.find((id) => serverOf(run, id).role?.startsWith("leading")) ?? "none";
}

export function sessionOf({ states }: Run, id: NodeId): NonNullable<ClientState["session"]> {
  const { session } = states[id] as ClientState;
  if (session === undefined) throw new Error(`${id} has no session.`);
  return session;
}

type Sending = Extract<TraceEvent, { readonly kind: "send" }> & { readonly body: EnsembleMessage };

/** All messages of these kinds, as they were sent, those of programs to their own host left out. */
export function sent({ trace }: Run, ...kinds: readonly EnsembleMessage["kind"][]): Sending[] {
  return trace.events.filter(
    (event): event is Sending =>
      event.kind === "send" &&
      event.node !== event.to &&
      kinds.includes((event.body as EnsembleMessage).kind),
  );
}

/** "s1 to s2: ack 0x100000001" */
export function line({ node, to, body }: Sending): string {
  return `${node} to ${to}: ${said(body)}`;
}
