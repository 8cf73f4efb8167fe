// Chapter 10 · What a system can promise

/** A system made of independent parts. Every group has at least one member. */
export type System =
  /** Works this share of the time, from 0 to 1. */
  | { readonly kind: "part"; readonly availability: number }
  /** Fails so often in a month of 30 days, for so many seconds each; at most a month in all. */
  | { readonly kind: "outages"; readonly perMonth: number; readonly seconds: number }
  /** Works while all of its members do. */
  | { readonly kind: "all"; readonly of: readonly System[] }
  /** Works while any of its members does. */
  | { readonly kind: "any"; readonly of: readonly System[] }
  /** Works while at least `needed` of its members do; from 1 to all of them. */
  | { readonly kind: "atLeast"; readonly needed: number; readonly of: readonly System[] };

/** All of n and any of n are k of n with k = n and k = 1, so one rule is enough. */
export function availability(system: System): number {
  if (system.kind === "part") return system.availability;
  if (system.kind === "outages") return 1 - (system.perMonth * system.seconds) / (30 * 86_400);
  if (system.kind === "all") return atLeast(system.of.length, system.of);
  if (system.kind === "any") return atLeast(1, system.of);
  return atLeast(system.needed, system.of);
}

/** The first member is up and the rest need one less, or it is down and the rest need them all. */
function atLeast(needed: number, [first, ...rest]: readonly System[]): number {
  if (needed === 0) return 1;
  if (first === undefined) return 0;
  const up = availability(first);
  return up * atLeast(needed - 1, rest) + (1 - up) * atLeast(needed, rest);
}
