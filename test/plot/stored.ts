/** Pictures kept as files: each is compared exactly, and written anew with UPDATE=1. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import type { Picture } from "../../lib/plot/index.ts";

/** Compares a picture with the stored one. One tag a line, so that a difference is easy to see. */
export function expectStored(name: string, { svg }: Picture): void {
  const file = new URL(`pictures/${name}.svg`, import.meta.url);
  const lines = `${svg.replaceAll("><", ">\n<")}\n`;
  if (process.env.UPDATE === "1") writeFileSync(file, lines);
  if (!existsSync(file)) throw new Error(`There is no stored picture ${name}; run with UPDATE=1.`);
  expect(lines).toBe(readFileSync(file, "utf8"));
}
