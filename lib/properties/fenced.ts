/** A whole system around a fenced resource: an ensemble, two candidates that are elected in turn, clocks that jump. */

import fc from "fast-check";
import { ensemble, type Stat, type ZooKeeper, ZooKeeperError } from "quorumlab/ensemble";
import { CallError, type ClientHost, client, mastership, plainElection } from "quorumlab/recipes";
import {
  type Fault,
  type NodeId,
  type Protocol,
  type Scenario,
  simulate,
  type View,
} from "quorumlab/sim";

/** What a learner writes. */
export type Fencing = typeof import("../../exercises/03-fencing.ts");

export type Plan = {
  readonly seed: number;
  readonly faults: readonly Fault[];
  /** After how many writes each mastership in turn is given back; those after the last go on. */
  readonly shifts: readonly number[];
};

export const SERVERS: readonly NodeId[] = ["s1", "s2", "s3"];
const CANDIDATES: readonly NodeId[] = ["c1", "c2"];
const SESSION_MS = 150;
const FOR_MS = 900;

/** A use of the resource. `term` is the master's place in the true order of masters: nobody decides by it. */
export type Asked = {
  readonly kind: "read" | "write";
  readonly call: number;
  readonly token: number;
  readonly term: number;
  readonly value: readonly string[];
};
type Told = {
  readonly kind: "admitted" | "refused";
  readonly call: number;
  readonly value: readonly string[];
};

/** A use, when the resource has decided about it. */
export type Decided = {
  readonly from: NodeId;
  readonly asked: Asked;
  readonly isAdmitted: boolean;
  /** What the resource held. */
  readonly held: readonly string[];
  /** Its arrival. */
  readonly event: number;
  readonly atMs: number;
};

type State = { readonly fence: { newest: number }; value: readonly string[] };
type Decide = (decided: Omit<Decided, "event" | "atMs">) => void;

/** The resource: a list of what was written, on disk with its fence. */
function resource(admit: Fencing["admit"], decide: Decide): Protocol<State, Asked | Told> {
  return {
    wire: "connection",
    onStart: (_self, saved) => saved.cell<State>("state") ?? { fence: { newest: 0 }, value: [] },
    onMessage(state, _nowMs, from, asked, out) {
      if (asked.kind !== "read" && asked.kind !== "write") return;
      const { kind, call, token } = asked;
      const isAdmitted = admit(state.fence, { kind, token });
      decide({ from, asked, isAdmitted, held: state.value });
      if (isAdmitted && kind === "write") state.value = asked.value;
      out.put("state", state);
      out.send(from, { kind: isAdmitted ? "admitted" : "refused", call, value: state.value });
    },
  };
}

type Replies = { readonly read: Told; readonly write: Told };
type Host = ClientHost<Replies>;

/** A master that adds one word after the other to the list. */
async function serve(
  host: Host,
  stat: Stat,
  token: number,
  mayServe: () => boolean,
  writes: number,
): Promise<void> {
  const use = (kind: "read" | "write", value: readonly string[]) =>
    host.call("db", { kind, token, term: stat.czxid, value }, 60);
  let known: readonly string[] | undefined;
  for (let left = writes, word = 0; left > 0 && mayServe(); word++) {
    // Between the last look at the clock and the use there is always time to sleep.
    await host.sleep(4 + 8 * host.random());
    try {
      const next = known && [...known, `${host.id} ${stat.czxid} ${word}`];
      const { kind, value } = await (next ? use("write", next) : use("read", []));
      // Whoever is refused by mistake, or believes so, tries again.
      known = kind === "refused" ? undefined : value;
      if (next) left -= 1;
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      known = undefined;
    }
  }
}

/** What there is at "/master". @throws ZooKeeperError SessionExpired */
async function look(host: Host, zookeeper: ZooKeeper): Promise<Stat | null> {
  for (;;) {
    try {
      return await zookeeper.exists("/master");
    } catch (error) {
      if (!(error instanceof ZooKeeperError && error.retriable)) throw error;
      await host.sleep(5);
    }
  }
}

/** A candidate that serves whenever it is elected. @param shift says after how many writes it gives its office back */
function candidate(
  tokenOf: Fencing["tokenOf"],
  afterMs: number,
  shift: () => number,
): Scenario["servers"][string] {
  return client<Replies>(async (host) => {
    await host.sleep(afterMs);
    for (;;) {
      const zookeeper = await host.zookeeper({ servers: SERVERS, timeoutMs: SESSION_MS });
      try {
        for (;;) {
          const won = await plainElection().campaign(zookeeper, host, host.id);
          const { mayServe, resign } = mastership(zookeeper, host, won, { serves: "byLease" });
          const stat = await look(host, zookeeper);
          if (stat?.czxid === won.token) await serve(host, stat, tokenOf(stat), mayServe, shift());
          await resign();
        }
      } catch (error) {
        if (!(error instanceof ZooKeeperError)) throw error;
      }
    }
  });
}

/**
 * Runs the system; c1 comes first, and the candidates and the resource each have an instance of the module of their own.
 *
 * @param onUse hears of every use at the moment when the resource has decided, with the world as it is
 */
export async function useInTurn(
  [one, two, third]: readonly [Fencing, Fencing, Fencing],
  { seed, faults, shifts }: Plan,
  onUse: (decided: Decided, view: View) => void,
): Promise<void> {
  let seen: View | undefined;
  let turn = 0;
  const shift = () => shifts[turn++] ?? Infinity;
  const servers: Record<NodeId, Scenario["servers"][string]> = {
    c1: candidate(one.tokenOf, 0, shift),
    c2: candidate(two.tokenOf, 100, shift),
    db: resource(third.admit, (decided) => {
      const view = seen as View;
      onUse({ ...decided, event: view.trace.length - 1, atMs: view.atMs }, view);
    }),
  };
  for (const id of SERVERS) servers[id] = ensemble(SERVERS, { tickMs: 25 });
  const always = (view: View) => {
    seen = view;
  };
  await simulate({ seed, servers, faults, forMs: FOR_MS, always });
}

const atMs = fc.integer({ min: 6, max: 20 }).map((n) => 25 * n);
const forMs = fc.integer({ min: 1, max: 6 }).map((n) => 50 * n);
const node = fc.constantFrom(...CANDIDATES, ...SERVERS);
const byMs = fc.constantFrom(-10_000, 10_000);
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constantFrom("crash" as const, "pause" as const), node, atMs, forMs }),
  fc.record({ kind: fc.constant("crash" as const), node: fc.constant("db"), atMs, forMs }),
  fc.record({ kind: fc.constant("skew" as const), node, atMs, byMs }),
);

const seed = fc.noShrink(fc.integer({ min: 0 }));

/** The first master sleeps, or is cut off while its clock jumps back; and more goes wrong. */
export const chaos: fc.Arbitrary<Plan> = fc.record({
  seed,
  faults: fc
    .tuple(fc.constantFrom("cut", "cut", "pause"), atMs, forMs, fc.array(fault, { maxLength: 3 }))
    .map(([kind, at, long, more]): Fault[] => {
      const span = { atMs: at, forMs: 200 + long };
      if (kind === "pause") return [{ kind, node: "c1", ...span }, ...more];
      const jump: Fault = { kind: "skew", node: "c1", atMs: at, byMs: -10_000 };
      return [{ kind: "cut", from: ["c1"], to: SERVERS, ...span }, jump, ...more];
    }),
  shifts: fc.array(fc.constantFrom(1000, 3, 9), { maxLength: 3 }),
});

/** Masters come and go, and with them leaders of the ensemble, whose clocks are far apart. */
export const turns: fc.Arbitrary<Plan> = fc.record({
  seed,
  faults: fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant("crash" as const), node: fc.constant("s3"), atMs, forMs }),
      fc.record({ kind: fc.constant("skew" as const), node, atMs, byMs }),
    ),
    { minLength: 1, maxLength: 4 },
  ),
  shifts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 8, maxLength: 8 }),
});
