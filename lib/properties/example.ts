/** The examples of a stub's docstring, as the grader tries them. */

import { Violation } from "./exercise.ts";

/**
 * Throws one sentence unless an example gives what its docstring says; in which order an object has its fields does
 * not matter.
 *
 * @param asked what was asked, such as 'create of "/a"'
 */
export function expectExample(asked: string, got: unknown, expected: unknown): void {
  const [seen, wanted] = [got, expected].map((each) => JSON.stringify(each, inOrder));
  if (seen !== wanted) throw new Violation(`${asked} gives ${seen}; expected ${wanted}.`);
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
