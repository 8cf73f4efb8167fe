/** Scenes with an ensemble of three servers and five clients: a busy one under faults, and a slow day. */

import { ensemble, type ZooKeeper, ZooKeeperError } from "../../ensemble/index.ts";
import { type ClientHost, client, type Replies } from "../../recipes/index.ts";
import type { Fault, NodeId, Scenario, Server } from "../../sim/index.ts";

const SERVERS = ["s1", "s2", "s3"];
const CLIENTS = ["c1", "c2", "c3", "c4", "c5"];
/** The nodes that the clients share, and the values that they write: so few that luck has few names to remember. */
const NODES = 10;
const VALUES = 10;

type Host = ClientHost<Replies>;

/** Asks for one thing every so often, whatever becomes of what it asked before, in one session after the other. */
function asking(everyMs: number, timeoutMs: number): Server {
  return client(async (host: Host) => {
    for (;;) {
      const zookeeper = await host.zookeeper({ servers: SERVERS, timeoutMs });
      while (zookeeper.state !== "expired") {
        await host.sleep(everyMs);
        ask(host, zookeeper).catch((error: unknown) => {
          if (!(error instanceof ZooKeeperError)) throw error;
        });
      }
    }
  }) as Server;
}

/** Half of what is asked is a write. */
async function ask(host: Host, zookeeper: ZooKeeper): Promise<unknown> {
  const path = `/n${Math.floor(NODES * host.random())}`;
  const value = `v${Math.floor(VALUES * host.random())}`;
  const choice = host.random();
  if (choice < 0.3) return zookeeper.setData(path, value);
  if (choice < 0.4) return zookeeper.create(path, value);
  if (choice < 0.5) return zookeeper.create(`${path}-${host.id}`, value, "ephemeral");
  if (choice < 0.6) return zookeeper.delete(`${path}-${host.id}`);
  if (choice < 0.8) return zookeeper.getData(path, () => {});
  return zookeeper.getChildren("/");
}

function servers(tickMs: number, everyMs: number, timeoutMs: number): Record<NodeId, Server> {
  const server = { protocol: ensemble(SERVERS, { tickMs }) } as Server;
  const asker = asking(everyMs, timeoutMs);
  return Object.fromEntries([
    ...SERVERS.map((id) => [id, server] as const),
    ...CLIENTS.map((id) => [id, asker] as const),
  ]);
}

/** Every second a server crashes, or is cut off, or pauses; now and then a client's connection breaks. */
function trouble(seconds: number): Fault[] {
  return Array.from({ length: seconds }, (_, n): Fault[] => {
    const node = SERVERS[n % 3] as NodeId;
    const others = [...SERVERS, ...CLIENTS].filter((each) => each !== node);
    const span = { atMs: 1000 * n + 500, forMs: 300 };
    const kinds: readonly Fault[] = [
      { kind: "crash", node, ...span },
      { kind: "cut", from: [node], to: others, ...span },
      { kind: "pause", node, ...span },
      { kind: "delay", from: [node], byMs: 20, ...span },
    ];
    const between = [CLIENTS[n % 5] as NodeId, SERVERS[(n + 1) % 3] as NodeId] as const;
    return [kinds[n % 4] as Fault, { kind: "break", between, atMs: 1000 * n + 900 }];
  }).flat();
}

const SECONDS = 60;

/** Five clients ask 20 times a second each, under faults. */
export const busy: Scenario = {
  seed: 1,
  servers: servers(50, 50, 400),
  faults: trouble(SECONDS),
  forMs: 1000 * SECONDS,
};

/** A whole day, with ZooKeeper's own tick, in which each client asks every ten seconds. */
export const day: Scenario = {
  seed: 1,
  servers: servers(2000, 10_000, 20_000),
  forMs: 24 * 3_600_000,
  maxEvents: 1e9,
  keepsTrace: false,
};
