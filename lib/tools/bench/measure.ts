/** What all measurements have in common. */

/** How often each thing is measured. */
export const TIMES = 5;

/** The middle one of an odd number of numbers. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

/** A measured number with the three digits that mean something. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
