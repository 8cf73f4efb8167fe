/** What can go wrong around a cluster of brokers, besides what can go wrong around any servers. */

import fc from "fast-check";
import type { Fault, NodeId } from "quorumlab/sim";
import { type Trouble as Any, trouble as anyTrouble, CHAOS_MS } from "../ensemble/troubles.ts";

type Cast = {
  readonly servers: readonly NodeId[];
  readonly brokers: readonly NodeId[];
  readonly clients: readonly NodeId[];
};

/** Long enough for a session to end, or not quite. */
const outage = fc.integer({ min: 150, max: 600 });
const unsynced = fc.constantFrom("luck", "lost", "torn");

function begin(lastsMs: number): fc.Arbitrary<number> {
  return fc.integer({ min: 50, max: CHAOS_MS - lastsMs });
}

/** A follower falls behind, and just when it hears its leader again the others die. */
const behind = (brokers: readonly NodeId[], goneMs: fc.Arbitrary<number>, lastsMs: number) =>
  fc
    .tuple(
      inOrder(brokers),
      fc.integer({ min: 350, max: 500 }),
      fc.nat(60),
      goneMs,
      begin(1150 + lastsMs),
    )
    .map(([[one = "", ...rest], lagMs, gapMs, forMs, atMs]) => {
      const diedMs = atMs + lagMs + gapMs;
      const faults: Fault[] = [
        { kind: "stall", from: rest, to: [one], atMs, forMs: lagMs },
        ...rest.map((node): Fault => ({ kind: "crash", node, atMs: diedMs, forMs })),
      ];
      return { one, faults, backMs: diedMs + forMs };
    });

/** One broker, in an order drawn at random: the first is the one that suffers most. */
function inOrder(brokers: readonly NodeId[]): fc.Arbitrary<NodeId[]> {
  return fc.shuffledSubarray([...brokers], { minLength: brokers.length });
}

const TROUBLES = {
  /** A broker is cut off from the others and from the ensemble, but not from the clients: it goes on leading. */
  islanded: ({ servers, brokers }: Cast) =>
    fc
      .tuple(inOrder(brokers), outage, begin(600))
      .map(([[one = "", ...rest], forMs, atMs]): Fault[] => [
        { kind: "cut", from: [one], to: [...rest, ...servers], atMs, forMs },
      ]),

  /** Brokers die one after the other, each before the one before it is back for long. */
  relay: ({ brokers }: Cast) =>
    fc
      .tuple(
        inOrder(brokers),
        fc.array(outage, { minLength: 5, maxLength: 5 }),
        unsynced,
        begin(900),
      )
      .map(([order, [first = 0, second = 0, ...gaps], kept, atMs]): Fault[] => {
        const [a = "", b = ""] = order;
        const laterMs = atMs + Math.min(first, gaps[0] ?? 0);
        return [
          { kind: "crash", node: a, unsynced: kept, atMs, forMs: first },
          {
            kind: "crash",
            node: b,
            unsynced: kept,
            atMs: laterMs,
            forMs: Math.min(second, CHAOS_MS - laterMs),
          },
        ];
      }),

  behind: ({ brokers }: Cast) => behind(brokers, outage, 0).map(({ faults }) => faults),

  /** Who was behind, and has led alone, dies as the others come back, who have never heard of that. */
  overtaken: ({ brokers }: Cast) =>
    fc
      .tuple(
        behind(brokers, fc.integer({ min: 350, max: 600 }), 250),
        fc.nat(60),
        fc.integer({ min: 100, max: 250 }),
      )
      .map(([{ one, faults, backMs }, earlyMs, forMs]): Fault[] => [
        ...faults,
        { kind: "crash", node: one, unsynced: "luck", atMs: backMs - earlyMs, forMs },
      ]),

  /** A producer's messages are stuck on their way to a broker, which meanwhile loses its leaderships. */
  stranded: ({ servers, brokers, clients }: Cast) =>
    fc
      .tuple(
        inOrder(brokers),
        fc.constantFrom(...clients),
        fc.integer({ min: 250, max: 400 }),
        begin(1000),
      )
      .map(([[one = "", ...rest], client, cutMs, atMs]): Fault[] => [
        { kind: "stall", from: [client], to: [one], atMs, forMs: cutMs + 500 },
        { kind: "cut", from: [one], to: [...rest, ...servers], atMs: atMs + 20, forMs: cutMs },
      ]),
} satisfies Record<string, (cast: Cast) => fc.Arbitrary<Fault[]>>;

export type Trouble = Any | keyof typeof TROUBLES;

/** One trouble of the kinds named; a kind that is named twice comes twice as often. */
export function trouble(
  cast: Cast,
  hit: readonly NodeId[],
  kinds: readonly Trouble[],
): fc.Arbitrary<Fault[]> {
  const { clients } = cast;
  return fc.oneof(
    ...kinds.map((kind) =>
      kind in TROUBLES
        ? TROUBLES[kind as keyof typeof TROUBLES](cast)
        : anyTrouble({ servers: hit, clients }, [kind as Any]),
    ),
  );
}
