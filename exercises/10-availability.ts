// Chapter 10 · What a system can promise                                solution: 15 lines

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

/**
 * The share of time in which a system works.
 *
 * Given  a system; members of a group may differ from each other, and may be groups themselves
 * Return its availability, from 0 to 1; it may be off by 0.000000001, for floating point
 * Keep   every part fails on its own: whether one is up says nothing about another
 *
 *   availability({ kind: "outages", perMonth: 1, seconds: 5 })                  →  0.999998071
 *   availability({ kind: "all", of: [a, a] })                                   →  0.9801
 *   availability({ kind: "any", of: [a, a] })                                   →  0.9999
 *   availability({ kind: "atLeast", needed: 2, of: [a, a, a] })                 →  0.999702
 *   where a is { kind: "part", availability: 0.99 }
 */
export function availability(system: System): number {
  throw new Error("availability: your turn");
}
