import { expect, test } from "vitest";
import { logStrip } from "../../lib/plot/index.ts";
import { records, replicated, retained, truncated } from "./clusters.ts";
import { textsOf } from "./drawn.ts";
import { expectStored } from "./stored.ts";

const words = (svg: string) => textsOf(svg).map(({ text }) => text);
const legend = [
  "committed: below the high watermark",
  "not committed",
  "lost",
  "deleted by retention",
];

test("logs are drawn as they are stored", () => {
  expectStored("log-replicated", replicated());
  expectStored("log-truncated", truncated());
  expectStored("log-retained", retained());
});

test("each replica shows its own high watermark, its end and the epochs of its leaders", () => {
  const drawn = words(replicated().svg);
  for (const mark of [5, 4, 3]) expect(drawn).toContain(`high watermark ${mark}`);
  for (const end of [7, 5, 3]) expect(drawn).toContain(`end ${end}`);
  expect(drawn.filter((text) => text === "epoch 1")).toHaveLength(3);
  expect(drawn.filter((text) => text === "epoch 2")).toHaveLength(2);
});

test("what is committed, not committed, lost and deleted differ by more than their colours", () => {
  const looks = [replicated(), truncated(), retained()].flatMap(({ svg }) => {
    const signs = svg.match(/<rect [^>]*height="11"[^>]*\/>(<line [^>]*\/>)*/g) ?? [];
    return signs.map((sign) => {
      const dash = /dasharray="([^"]+)"/.exec(sign)?.[1];
      return `${dash} ${sign.includes("<line")}`;
    });
  });
  expect(new Set(looks)).toEqual(new Set(["none false", "4 2 false", "none true", "1 3 false"]));
});

test("the legend names only what is there", () => {
  const named = ({ svg }: { svg: string }) => legend.filter((each) => words(svg).includes(each));
  expect(named(replicated())).toEqual(legend.slice(0, 2));
  expect(named(truncated())).toEqual([legend[0], legend[2]]);
  expect(named(logStrip([{ name: "b1", records: records("a:1") }]))).toEqual([]);
});

test("a lost record does not move the end of the log", () => {
  expect(truncated().alt).toContain(
    "b1 (was leader): log end 3, high watermark 3, epoch 1 from offset 0, epoch 2 from offset 3, lost: 3, 4.",
  );
});

test("of what retention has deleted two offsets are drawn, and the words say from where on it is kept", () => {
  const { svg, alt } = retained();
  expect(words(svg)).toContain("1,198");
  expect(words(svg)).not.toContain("1,196");
  expect(alt).toContain("deleted before 1206");
});

test("of a long log the newest records are drawn, and the picture says so", () => {
  const many = Array.from({ length: 1000 }, () => "v:1").join(" ");
  const { svg } = logStrip([{ name: "b1", records: records(many) }]);
  expect(words(svg)).toContain("Offsets below 960 are not drawn.");
  expect(svg.length).toBeLessThan(30_000);
});

test("a title is made from the logs when none is given", () => {
  const log = { name: "b1", records: records("a:1 b:1") };
  expect(logStrip([log]).title).toBe("1 replica, log end 2");
  expect(logStrip([log, { ...log, highWatermark: 1 }]).title).toBe(
    "2 replicas, log end 2, high watermark 1",
  );
});

test("each bad number gets a sentence that names it", () => {
  const draw = (...offsets: number[]) =>
    logStrip([{ name: "b1", records: offsets.map((offset) => ({ offset, epoch: 1 })) }]);
  expect(() => draw(-1)).toThrow('an offset of "b1" is -1; a whole number was expected');
  expect(() => draw(0.5)).toThrow('an offset of "b1" is 0.5');
  expect(() => draw(3, 3)).toThrow('"b1" has two records at the offset 3');
  expect(() => logStrip([])).toThrow("1 to 12 replicas can be drawn, not 0");
  const mark = { name: "b1", records: [], highWatermark: Number.NaN };
  expect(() => logStrip([mark])).toThrow('the high watermark of "b1" is NaN');
});
