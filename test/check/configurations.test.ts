import { expect, test } from "vitest";
import { Configurations } from "../../lib/check/configurations.ts";
import { luck } from "./histories.ts";

test("a configuration is new exactly once, however many there are", () => {
  const random = luck(7);
  const seen = new Configurations(3);
  const known = new Set<string>();
  for (let n = 0; n < 50_000; n++) {
    const words = Uint32Array.from({ length: 3 }, () => Math.floor(random() * 30) * 2 ** 27);
    const text = words.join();
    expect(seen.add(words)).toBe(!known.has(text));
    known.add(text);
  }
  expect(seen.size).toBe(known.size);
  expect(seen.size).toBeGreaterThan(20_000);
});

test("a configuration is copied: the words may be used again", () => {
  const seen = new Configurations(1);
  const words = Uint32Array.of(1);
  seen.add(words);
  words[0] = 2;
  expect(seen.add(words)).toBe(true);
  expect(seen.add(Uint32Array.of(1))).toBe(false);
});
