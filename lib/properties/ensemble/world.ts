/** The world of a plan: an ensemble, clients that ask what they are to ask whatever happens, and calm at the end. */

import {
  type EnsembleOptions,
  ensemble,
  type Write,
  type ZooKeeper,
  ZooKeeperError,
} from "quorumlab/ensemble";
import { type ClientHost, client, type Replies } from "quorumlab/recipes";
import type { NodeId, Scenario, Server } from "quorumlab/sim";
import {
  type Asking,
  clientsOf,
  type Plan,
  STAYING,
  type Step,
  serversOf,
  TICK_MS,
} from "./plan.ts";
import { CALM_MS, CHAOS_MS } from "./troubles.ts";

type Host = ClientHost<Replies>;

/** Everything but `always`. @param clocks gets the clock of every client */
export function scenarioOf(
  plan: Plan,
  options: EnsembleOptions = {},
  clocks: Map<NodeId, () => number> = new Map(),
): Scenario {
  const members = serversOf(plan);
  const { seed, syncLimit, snapshotEvery, syncMs, faults } = plan;
  const server = ensemble(members, {
    tickMs: TICK_MS,
    syncLimit,
    snapshotEvery,
    keep: Math.floor(snapshotEvery / 2),
    readOnlyMode: plan.clients.some(({ readOnly }) => readOnly),
    ...options,
  });
  const servers: Record<NodeId, Server | Server["protocol"]> = {};
  for (const id of members) servers[id] = server;
  for (const [i, id] of clientsOf(plan).entries()) {
    servers[id] = client((host) => {
      clocks.set(id, host.now);
      return asks(host, members, plan.clients[i] as Asking);
    });
  }
  const forMs = CHAOS_MS + CALM_MS;
  return { seed, servers, faults, forMs, syncTime: syncMs, latency: { minMs: 1, maxMs: 5 } };
}

/** A client that asks its steps, in one session after the other, and in the calm writes once more. */
async function asks(host: Host, members: readonly NodeId[], asking: Asking): Promise<void> {
  const { steps, closes } = asking;
  let next = 0;
  let isDone = false;
  while (!isDone) {
    const zookeeper = await host.zookeeper({ servers: members, ...asking });
    // Whoever comes first makes them; the others hear that they are there.
    for (const path of STAYING) await zookeeper.create(path).catch(expected);
    const isOver = () => zookeeper.state === "expired" || zookeeper.state === "closed";
    for (let step = steps[next]; step !== undefined && !isOver(); step = steps[next]) {
      if (host.trueMs() > CHAOS_MS) break;
      next += 1;
      await host.sleep(step.afterMs);
      const answer = ask(zookeeper, step.op, `${host.id}-${next}`).catch(expected);
      if (step.waits) await answer;
    }
    if (isOver()) continue;
    while (closes && !isOver()) {
      const closed = zookeeper.close().catch(expected);
      // Too late, and yet under way: it must not outlive the session.
      void zookeeper.create("/a/late", "", "ephemeral").catch(expected);
      await closed;
    }
    isDone = closes || (await lastWrite(host, zookeeper));
  }
}

/** In the calm there is an answer, or the session is over and the next one gets it. */
async function lastWrite(host: Host, zookeeper: ZooKeeper): Promise<boolean> {
  await host.sleep(Math.max(0, CHAOS_MS - host.trueMs()));
  while (zookeeper.state !== "expired") {
    try {
      await zookeeper.create(`/last-${host.id}`, "", "ephemeral");
      return true;
    } catch (error) {
      expected(error);
      if ((error as ZooKeeperError).code === "NodeExists") return true;
      await host.sleep(20);
    }
  }
  return false;
}

/** An operation may fail, by one of ZooKeeper's codes. */
function expected(error: unknown): void {
  if (!(error instanceof ZooKeeperError)) throw error;
}

function ask(zookeeper: ZooKeeper, op: Step["op"], value: string): Promise<unknown> {
  const { path } = op;
  const watcher = "watch" in op && op.watch ? () => {} : undefined;
  switch (op.kind) {
    case "create":
      return zookeeper.create(op.mode.endsWith("Sequential") ? `${path}-` : path, value, op.mode);
    case "delete":
      return zookeeper.delete(path);
    case "setData":
      return zookeeper.setData(path, value);
    case "setVersion":
      return zookeeper.getData(path).then(({ stat }) => {
        return zookeeper.setData(path, value, stat.version);
      });
    case "exists":
      return zookeeper.exists(path, watcher);
    case "getData":
      return zookeeper.getData(path, watcher);
    case "getChildren":
      return zookeeper.getChildren(path, watcher);
    case "multi":
      return zookeeper.multi(parts(`${path}-${value}`, value));
    case "sync":
      return zookeeper.sync(path);
  }
}

/** Of a multi: a node that is made, changed, and is there, or all of it is not. */
function parts(path: string, value: string): Write[] {
  return [
    { kind: "create", path, data: "", mode: "persistent" },
    { kind: "setData", path, data: value, version: 0 },
    { kind: "check", path, version: 1 },
  ];
}
