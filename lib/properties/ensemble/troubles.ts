/** What can go wrong around an ensemble: each kind of trouble is one fault, or several that belong together. */

import fc from "fast-check";
import type { Fault, NodeId } from "quorumlab/sim";

/** Faults begin before this, and every fault is over. */
export const CHAOS_MS = 1500;
/** How long a healthy ensemble may take to elect, to take everybody back, to answer, and to end whose client is gone. */
export const CALM_MS = 2000;

type Cast = { readonly servers: readonly NodeId[]; readonly clients: readonly NodeId[] };

const begin = fc.integer({ min: 100, max: CHAOS_MS - 100 });

/** A span that is over before the chaos is. */
const span = fc.tuple(begin, fc.integer({ min: 10, max: 700 })).map(([atMs, forMs]) => {
  return { atMs, forMs: Math.min(forMs, CHAOS_MS - atMs) };
});
const unsynced = fc.constantFrom("luck", "lost", "torn");

function one({ servers, clients }: Cast): fc.Arbitrary<NodeId> {
  return fc.constantFrom(...servers, ...clients);
}

function two(cast: Cast): fc.Arbitrary<[NodeId, NodeId]> {
  return fc.tuple(one(cast), one(cast)).filter(([a, b]) => a !== b);
}

function link(cast: Cast): fc.Arbitrary<{ from: NodeId[]; to: NodeId[] }> {
  return two(cast).map(([from, to]) => ({ from: [from], to: [to] }));
}

const TROUBLES = {
  /** Servers crash more often than clients. */
  crash: (cast: Cast) =>
    fc
      .tuple(fc.oneof(one(cast), fc.constantFrom(...cast.servers)), unsynced, span)
      .map(([node, kept, when]): Fault[] => [{ kind: "crash", node, unsynced: kept, ...when }]),

  pause: (cast: Cast) =>
    fc.tuple(one(cast), span).map(([node, when]): Fault[] => [{ kind: "pause", node, ...when }]),

  cut: (cast: Cast) =>
    fc
      .tuple(link(cast), fc.boolean(), span)
      .map(([ends, oneWay, when]): Fault[] => [{ kind: "cut", ...ends, oneWay, ...when }]),

  /** Some nodes on one side, the others on the other. */
  part: (cast: Cast) => {
    const nodes = [...cast.servers, ...cast.clients];
    const sides = fc.subarray(nodes, { minLength: 1, maxLength: nodes.length - 1 });
    return fc.tuple(sides, span).map(([from, when]): Fault[] => {
      const to = nodes.filter((node) => !from.includes(node));
      return [{ kind: "cut", from, to, ...when }];
    });
  },

  break: (cast: Cast) =>
    fc
      .tuple(two(cast), begin)
      .map(([between, atMs]): Fault[] => [{ kind: "break", between, atMs }]),

  stall: (cast: Cast) =>
    fc
      .tuple(link(cast), span)
      .map(([ends, when]): Fault[] => [{ kind: "stall", ...ends, ...when }]),

  delay: (cast: Cast) =>
    fc
      .tuple(one(cast), fc.integer({ min: 5, max: 250 }), span)
      .map(([from, byMs, when]): Fault[] => [{ kind: "delay", from: [from], byMs, ...when }]),

  /** A clock that jumps and runs wrong. */
  skew: (cast: Cast) =>
    fc
      .tuple(
        one(cast),
        fc.integer({ min: -500, max: 500 }),
        fc.integer({ min: 96, max: 104 }),
        span,
      )
      .map(([node, byMs, percent, when]): Fault[] => [
        { kind: "skew", node, byMs, rate: percent / 100, ...when },
      ]),

  /** A clock that never jumps, but is not quite right. */
  rate: (cast: Cast) =>
    fc
      .tuple(one(cast), fc.integer({ min: 98, max: 102 }))
      .map(([node, percent]): Fault[] => [{ kind: "skew", node, rate: percent / 100, atMs: 0 }]),

  /** A server's clock that jumps. */
  jump: ({ servers }: Cast) =>
    fc
      .tuple(fc.constantFrom(...servers), fc.integer({ min: -2000, max: 2000 }), span)
      .map(([node, byMs, when]): Fault[] => [{ kind: "skew", node, byMs, ...when }]),

  /** Several servers lose their power at one moment, and come back one by one. */
  blackout: ({ servers }: Cast) => {
    const backMs = fc.array(fc.integer({ min: 5, max: 250 }), { minLength: 5, maxLength: 5 });
    const which = fc.subarray([...servers], { minLength: 2 });
    return fc.tuple(which, backMs, unsynced, begin).map(([nodes, back, kept, atMs]): Fault[] =>
      nodes.map((node, i) => {
        const forMs = Math.min(back[i] ?? 5, CHAOS_MS - atMs);
        return { kind: "crash", node, unsynced: kept, atMs, forMs };
      }),
    );
  },

  /** A server hears nothing for a while, and meanwhile a client has to look for another server. */
  lag: ({ servers, clients }: Cast) => {
    const forMs = fc.integer({ min: 80, max: 230 });
    return fc
      .tuple(fc.constantFrom(...servers), fc.constantFrom(...clients), forMs, begin)
      .map(([server, client, long, atMs]): Fault[] => {
        const others = servers.filter((each) => each !== server);
        return [
          { kind: "stall", from: others, to: [server], atMs, forMs: long },
          ...others.map((each): Fault => {
            return { kind: "break", between: [client, each], atMs: atMs + 40 };
          }),
        ];
      });
  },

  /** Answers are late, and before they come the client is not heard any more. */
  lateAnswers: ({ servers, clients }: Cast) =>
    fc
      .tuple(
        fc.constantFrom(...clients),
        fc.integer({ min: 100, max: 250 }),
        fc.integer({ min: 100, max: CHAOS_MS - 500 }),
      )
      .map(([client, byMs, atMs]): Fault[] => {
        const cutMs = atMs + 350;
        const ends = { from: [client], to: servers };
        return [
          { kind: "delay", from: servers, to: [client], byMs, atMs, forMs: CHAOS_MS - atMs },
          { kind: "cut", ...ends, oneWay: true, atMs: cutMs, forMs: CHAOS_MS - cutMs },
        ];
      }),

  /**
   * A server, mostly the one that leads first, sleeps until another one may lead; when it wakes up, clients are not
   * heard any more.
   */
  lateLeader: ({ servers, clients }: Cast) => {
    const last = servers.slice(-1);
    return fc
      .tuple(
        fc.constantFrom(...servers, ...last, ...last),
        fc.integer({ min: 350, max: 650 }),
        fc.integer({ min: 100, max: 500 }),
      )
      .map(([node, forMs, atMs]): Fault[] => {
        const cutMs = atMs + forMs + 5;
        return [
          { kind: "pause", node, atMs, forMs },
          { kind: "cut", from: clients, to: servers, atMs: cutMs, forMs: CHAOS_MS - cutMs },
        ];
      });
  },
} satisfies Record<string, (cast: Cast) => fc.Arbitrary<Fault[]>>;

export type Trouble = keyof typeof TROUBLES;

/** One trouble of the kinds named; a kind that is named twice comes twice as often. */
export function trouble(cast: Cast, kinds: readonly Trouble[]): fc.Arbitrary<Fault[]> {
  return fc.oneof(...kinds.map((kind) => TROUBLES[kind](cast)));
}
