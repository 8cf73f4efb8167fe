/** A script on our cluster of one broker, in a simulated world. Every consumer has a host of its own, as a member's id begins with it. */

import {
  broker,
  type Consumer,
  createAdmin,
  createConsumer,
  createProducer,
} from "quorumlab/broker";
import { type ClientHost, client, ensemble, type Replies } from "quorumlab/ensemble";
import { type Server, simulate } from "quorumlab/sim";
import { type Kit, performScript, type Seen } from "./perform-kafka.ts";
import type { Script } from "./script-kafka.ts";

type Host = ClientHost<Replies>;

const MEMBERS = ["s1", "s2", "s3"];
const BROKERS = ["b1"];
/** Until there is a leader of the ensemble, and a controller. */
const START_MS = 5_000;
/** More than any script takes. */
const END_MS = 3_600_000;
/** How often a host looks whether it is to do something. */
const LOOK_MS = 2;
/** How long a member may be silent: of a group that is to live, and of one that is to give it up. */
const LIVING_MS = 600_000;
const SLOW_MS = 4_000;

/** The run is over when its script is. */
class Over extends Error {}

/** @returns what came of each step */
export async function runSimulated(script: Script, seed: number): Promise<Seen[]> {
  let seen: Seen[] | undefined;
  const ids = new Set(script.steps.flatMap((step) => (step.kind === "open" ? step.consumer : [])));
  const rooms = new Map([...ids].map((id) => [id, new Room()]));
  const driver = client(async (host: Host) => {
    await host.sleep(START_MS);
    seen = await performScript(script, kitOf(host, rooms));
  });
  const hosts = [...rooms].map(([id, room]): [string, Server] => [
    id,
    client((host: Host) => room.live(host)) as Server,
  ]);
  const run = simulate({
    seed,
    servers: {
      ...Object.fromEntries(MEMBERS.map((id) => [id, ensemble(MEMBERS, { tickMs: 100 })])),
      ...Object.fromEntries(BROKERS.map((id) => [id, broker({ ensemble: MEMBERS })])),
      ...Object.fromEntries(hosts),
      driver: driver as Server,
    } as Record<string, Server>,
    forMs: END_MS,
    maxEvents: 10_000_000,
    keepsTrace: false,
    always: () => {
      if (seen !== undefined) throw new Over();
    },
  });
  await run.catch((error: unknown) => {
    if (!(error instanceof Over)) throw error;
  });
  return seen ?? [];
}

function kitOf(host: Host, rooms: ReadonlyMap<string, Room>): Kit {
  return {
    admin: createAdmin(host, { brokers: BROKERS }),
    producer: async (acks, isVain) =>
      createProducer(host, { brokers: BROKERS, acks, deliveryTimeoutMs: isVain ? 500 : 5_000 }),
    consumer: async (id, group, autoOffsetReset, isSlow) => {
      const room = rooms.get(id);
      if (room === undefined) throw new Error(`${id} has no host`);
      const rebalanceTimeoutMs = isSlow ? SLOW_MS : LIVING_MS;
      const options = { brokers: BROKERS, group, autoOffsetReset, rebalanceTimeoutMs };
      return room.consumer(host, options);
    },
    sleep: (ms) => host.sleep(ms),
    pollMs: 50,
    knockMs: 1_000,
    idleMs: SLOW_MS + 1_000,
  };
}

type Job = { act(): Promise<unknown>; outcome?: PromiseSettledResult<unknown> };

/** A host that does what another one wants, in its own time. */
class Room {
  private own: Host | undefined;
  private readonly jobs: Job[] = [];

  async live(host: Host): Promise<never> {
    this.own = host;
    for (;;) {
      for (const job of this.jobs.splice(0)) {
        void Promise.allSettled([job.act()]).then(([outcome]) => {
          job.outcome = outcome;
        });
      }
      await host.sleep(LOOK_MS);
    }
  }

  /** Has something done here, while `host` waits. */
  private async do(host: Host, act: () => Promise<unknown>): Promise<unknown> {
    const job: Job = { act };
    this.jobs.push(job);
    while (job.outcome === undefined) await host.sleep(LOOK_MS);
    if (job.outcome.status === "rejected") throw job.outcome.reason;
    return job.outcome.value;
  }

  /** A consumer that lives here, for somebody there. What takes no time is done at once: it only notes something. */
  async consumer(host: Host, options: Parameters<typeof createConsumer>[1]): Promise<Consumer> {
    const there = (await this.do(host, async () =>
      createConsumer(this.own as Host, options),
    )) as Consumer;
    const far = new Set<PropertyKey>(["poll", "position", "commit", "committed", "close"]);
    return new Proxy(there, {
      get: (_, name: keyof Consumer) => {
        const method = there[name] as (...args: unknown[]) => Promise<unknown>;
        if (!far.has(name)) return method;
        return (...args: unknown[]) => this.do(host, async () => method(...args));
      },
    });
  }
}
