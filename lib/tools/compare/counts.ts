/** How often each answer was given, operation by operation: a comparison has shown nothing of an answer that never came. */

/** By operation and code. */
export type Tally = Map<string, Map<string, number>>;

export function add(tally: Tally, operation: string, code: string): void {
  const codes = tally.get(operation) ?? new Map<string, number>();
  tally.set(operation, codes.set(code, (codes.get(code) ?? 0) + 1));
}

/** The operations with their codes, sorted by name. */
export function operations(tally: Tally): [string, ReadonlyMap<string, number>][] {
  return [...tally].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What should have come and did not. */
export function missing(
  tally: Tally,
  expected: Readonly<Record<string, readonly string[]>>,
): string[] {
  return Object.entries(expected).flatMap(([operation, codes]) =>
    codes.filter((code) => !tally.get(operation)?.has(code)).map((code) => `${operation} ${code}`),
  );
}
