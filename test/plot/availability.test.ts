import { expect, test } from "vitest";
import { availability, outagesOf } from "../../lib/plot/index.ts";
import { answers, failover, refused, rows } from "./answers.ts";
import { textsOf } from "./drawn.ts";
import { expectStored } from "./stored.ts";

const words = (svg: string) => textsOf(svg).map(({ text }) => text);

test("a failover is drawn as it is stored, whole and close by", () => {
  expectStored("availability", failover());
  const window = { fromMs: 1900, toMs: 2700 };
  expectStored("availability-window", availability(rows, { window, width: 640 }));
});

test("refusals make an outage, from the last good answer to the next", () => {
  expect(outagesOf(answers(refused))).toEqual([{ fromMs: 2000, toMs: 2640, refused: 31 }]);
  const once = [0, 10, 20].map((atMs) => ({ atMs, ok: atMs !== 10 }));
  expect(outagesOf(once)).toEqual([{ fromMs: 0, toMs: 20, refused: 1 }]);
});

test("silence makes an outage when it is much longer than usual, and a little unrest does not", () => {
  expect(outagesOf(answers(() => undefined))).toEqual([{ fromMs: 2000, toMs: 2640, refused: 0 }]);
  const uneven = [0, 20, 55, 60, 100, 120].map((atMs) => ({ atMs, ok: true }));
  expect(outagesOf(uneven)).toEqual([]);
});

test("an outage at the beginning or the end reaches as far as its refusals", () => {
  const at = (ok: boolean, ...times: number[]) => times.map((atMs) => ({ atMs, ok }));
  const all = [...at(false, 0, 10), ...at(true, 30, 40), ...at(false, 50, 70)];
  expect(outagesOf(all.toReversed())).toEqual([
    { fromMs: 0, toMs: 30, refused: 2 },
    { fromMs: 40, toMs: 70, refused: 2 },
  ]);
  expect(outagesOf(at(false, 5))).toEqual([{ fromMs: 5, toMs: 5, refused: 1 }]);
  expect(outagesOf([])).toEqual([]);
});

test("the picture says how long each outage was, and what refused", () => {
  const drawn = words(failover().svg);
  expect(drawn.filter((text) => text === "640 ms")).toHaveLength(2);
  expect(drawn).toEqual(expect.arrayContaining(["ConnectionLoss", "NotReadOnly", "no leader"]));
  expect(drawn).toContain(
    "writes: 219 answered, 31 refused; out for 640 ms, from 2,000 to 2,640 ms.",
  );
  expect(drawn).toContain("read-only: 250 answered, 0 refused; never more than 26 ms apart.");
});

test("a title is made from the answers when none is given", () => {
  expect(availability(rows).title).toBe(
    "writes: out for 640 ms; reads: out for 640 ms; read-only: no outage",
  );
});

test("10,000 answers with 5,000 outages do not make it large", () => {
  const many = Array.from({ length: 10_000 }, (_, atMs) => ({ atMs, ok: atMs % 2 === 0 }));
  const { svg } = availability([{ name: "flapping", answers: many }]);
  expect(svg.length).toBeLessThan(450_000);
  expect(words(svg).join(" ")).toContain("5,000 outages, the longest for 2 ms");
});

test("each bad option gets a sentence that names it", () => {
  expect(() => availability([])).toThrow("there are no answers to draw");
  expect(() => availability([rows[0], rows[0]] as typeof rows)).toThrow('the name "writes"');
  expect(() => availability(rows, { window: { fromMs: 9, toMs: 9 } })).toThrow(
    "the window goes from 9 ms to 9 ms",
  );
});

test("an answer that came at no time gets a sentence", () => {
  const at = (atMs: number) => [
    { atMs, ok: true },
    { atMs: 5, ok: true },
  ];
  const sentence = (ms: string) => `An answer is at ${ms} ms; a finite number was expected.`;
  expect(() => outagesOf(at(Number.NaN))).toThrow(sentence("NaN"));
  expect(() => outagesOf(at(Number.NaN).slice(0, 1))).toThrow(sentence("NaN"));
  expect(() => availability([{ name: "a", answers: at(-Infinity) }])).toThrow(
    sentence("-Infinity"),
  );
});
