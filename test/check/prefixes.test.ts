import { expect, test } from "vitest";
import { EMPTY, NO_PREFIX, Prefixes } from "../../lib/check/prefixes.ts";
import { luck } from "./histories.ts";

test("two beginnings share a number exactly when they are equal and some text begins so", () => {
  const random = luck(5);
  const text = (most: number) =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, () =>
      random() < 0.5 ? "a" : "b",
    ).join("");
  for (let round = 0; round < 300; round++) {
    const texts = Array.from({ length: Math.floor(random() * 6) }, () => text(6));
    const prefixes = new Prefixes(texts);
    const numberOf = new Map<string, number>();
    for (let walk = 0; walk < 20; walk++) {
      let [so, number] = ["", EMPTY];
      for (let part = 0; part < 4; part++) {
        const more = text(3);
        so += more;
        number = prefixes.after(number, more);
        const isBeginning = so === "" || texts.some((one) => one.startsWith(so));
        expect(number === NO_PREFIX).toBe(!isBeginning);
        expect(prefixes.of(so)).toBe(number);
        if (!isBeginning) break;
        expect(numberOf.get(so) ?? number).toBe(number);
        numberOf.set(so, number);
      }
    }
    expect(new Set(numberOf.values()).size).toBe(numberOf.size);
  }
});

test("what no text begins with stays so, whatever follows", () => {
  const prefixes = new Prefixes(["ab"]);
  expect(prefixes.after(prefixes.of("b"), "")).toBe(NO_PREFIX);
});
