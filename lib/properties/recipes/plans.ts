/** What may go wrong in the world of a recipe, drawn at random: the first master and the first leader are hit most often. */

import fc from "fast-check";
import type { Fault, NodeId } from "quorumlab/sim";
import { CHAOS_MS, hostsOf, type Plan, SERVERS, TIMEOUT_MS } from "./world.ts";

/** "jump": a clock is wrong for a while. */
export type Kind = "crash" | "pause" | "cut" | "break" | "stall" | "delay" | "jump";

export const CONNECTIONS: readonly Kind[] = ["cut", "cut", "break", "stall", "delay"];
export const PROCESSES: readonly Kind[] = ["crash", "crash", "pause"];

/** The hosts have sessions from about here on. */
const BEGIN_MS = 100;

const at = fc.integer({ min: BEGIN_MS / 10, max: CHAOS_MS / 10 - 10 }).map((tens) => 10 * tens);
const short = fc.integer({ min: 1, max: 8 });
/** Longer than a session lives. */
const long = fc.integer({ min: 22, max: 45 });
const span = fc.oneof(
  fc.tuple(at, short),
  fc.tuple(fc.integer({ min: BEGIN_MS, max: CHAOS_MS / 2 }), long),
);
const when = span.map(([atMs, tens]) => ({ atMs, forMs: Math.min(10 * tens, CHAOS_MS - atMs) }));

const one = (fault: Fault): Fault[] => [fault];

/** Each kind of trouble, as the faults that it is made of. */
function troubles(hosts: readonly NodeId[]): Readonly<Record<Kind, fc.Arbitrary<Fault[]>>> {
  const all = [...SERVERS, ...hosts];
  const host = fc.oneof(fc.constant("c1"), { weight: 2, arbitrary: fc.constantFrom(...hosts) });
  // Of servers alike, the one with the greatest name is the first leader.
  const server = fc.oneof(fc.constant("s3"), fc.constantFrom(...SERVERS));
  const node = fc.oneof({ weight: 2, arbitrary: host }, server);
  const some = fc.subarray([...SERVERS], { minLength: 1, maxLength: 2 });
  const ends = fc.tuple(host, fc.oneof(fc.constant([...SERVERS]), some), fc.boolean());
  const links = ends.map(([who, to, isBack]) => {
    return isBack ? { from: to, to: [who] } : { from: [who], to };
  });
  return {
    crash: fc.tuple(node, when).map(([who, at]) => one({ kind: "crash", node: who, ...at })),
    pause: fc.tuple(node, when).map(([who, at]) => one({ kind: "pause", node: who, ...at })),
    cut: fc.oneof(
      fc.tuple(host, when).map(([who, at]) => {
        return one({ kind: "cut", from: [who], to: SERVERS, ...at });
      }),
      fc.tuple(links, when).map(([link, at]) => one({ kind: "cut", oneWay: true, ...link, ...at })),
      fc.tuple(server, when).map(([who, at]) => {
        return one({ kind: "cut", from: [who], to: all.filter((each) => each !== who), ...at });
      }),
    ),
    // Wherever its session is.
    break: fc
      .tuple(host, at)
      .map(([who, atMs]) =>
        SERVERS.map((each): Fault => ({ kind: "break", between: [who, each], atMs })),
      ),
    stall: fc.tuple(links, when).map(([link, at]) => one({ kind: "stall", ...link, ...at })),
    delay: fc.tuple(node, fc.integer({ min: 5, max: 50 }), when).map(([who, byMs, at]) => {
      return one({ kind: "delay", from: [who], byMs, ...at });
    }),
    jump: fc.tuple(host, fc.integer({ min: -50, max: 50 }), when).map(([who, tens, at]) => {
      return one({ kind: "skew", node: who, byMs: 10 * tens, ...at });
    }),
  };
}

const early = fc.integer({ min: 15, max: 50 }).map((tens) => 10 * tens);
const LONG_MS = 400;

/** What is hard on the first host, or on everybody: one of these is in every plan. */
const BLOWS: readonly ((atMs: number) => Fault[])[] = [
  // It sleeps, or hears nobody, for longer than its session lives.
  (atMs) => [{ kind: "pause", node: "c1", atMs, forMs: LONG_MS }],
  (atMs) => [{ kind: "cut", from: ["c1"], to: SERVERS, atMs, forMs: LONG_MS }],
  (atMs) => [{ kind: "cut", from: SERVERS, to: ["c1"], oneWay: true, atMs, forMs: LONG_MS }],
  (atMs) => [{ kind: "crash", node: "c1", atMs, forMs: LONG_MS }],
  // It comes back before its older session has ended, and hears late that it has.
  (atMs) => [
    { kind: "crash", node: "c1", atMs, forMs: 20 },
    { kind: "stall", from: SERVERS, to: ["c1"], atMs: atMs + TIMEOUT_MS - 30, forMs: 120 },
  ],
  // What it says takes long, and answers are lost again and again.
  (atMs) => [
    { kind: "delay", from: ["c1"], byMs: 15, atMs, forMs: 200 },
    ...[0, 40, 80, 120, 160].flatMap((afterMs) =>
      SERVERS.map((each): Fault => {
        return { kind: "break", between: ["c1", each], atMs: atMs + afterMs };
      }),
    ),
  ],
  (atMs) => [{ kind: "crash", node: "s3", atMs, forMs: LONG_MS / 2 }],
];

const blow = fc.tuple(fc.constantFrom(...BLOWS), early).map(([make, atMs]) => make(atMs));

/** No clock is quite right. */
const rates = fc.array(fc.integer({ min: 96, max: 104 }), { maxLength: 8, size: "max" });

/**
 * @param kinds what may happen besides one blow, up to four times
 * @param more what a property's plan says besides
 */
export function plans<More extends object>(
  kinds: readonly Kind[],
  more: fc.Arbitrary<More>,
): fc.Arbitrary<Plan & More> {
  const seed = fc.noShrink(fc.nat());
  const hosts = fc.constantFrom(3, 4, 5);
  return fc.record({ seed, hosts, blow, rates, more }).chain(({ hosts, more, ...drawn }) => {
    const ids = hostsOf({ hosts });
    const each = troubles(ids);
    const clocks = [...ids, ...SERVERS].flatMap((node, i): Fault[] => {
      const percent = drawn.rates[i] ?? 100;
      return percent === 100 ? [] : [{ kind: "skew", node, rate: percent / 100, atMs: 0 }];
    });
    const trouble = fc.oneof(...kinds.map((kind) => each[kind]));
    return fc.array(trouble, { maxLength: 4, size: "max" }).map((others): Plan & More => {
      const faults = [...drawn.blow, ...others.flat(), ...clocks];
      return { seed: drawn.seed, hosts, faults, ...more };
    });
  });
}
