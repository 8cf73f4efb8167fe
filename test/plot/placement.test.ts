import { expect, test } from "vitest";
import { type Picture, placementGrid } from "../../lib/plot/index.ts";
import { lagging, placed } from "./clusters.ts";
import { textsOf } from "./drawn.ts";
import { expectStored } from "./stored.ts";

const words = ({ svg }: Picture) => textsOf(svg).map(({ text }) => text);

test("replicas on their brokers, and the lag of a consumer, are drawn as they are stored", () => {
  expectStored("placement", placed());
  expectStored("lag", lagging());
});

test("every broker says what it keeps and leads", () => {
  expect(words(placed())).toEqual(
    expect.arrayContaining(["5 replicas, leads 4", "7 replicas, leads 3", "4 replicas, leads 1"]),
  );
});

test("the busiest broker's count is bold", () => {
  const bold = [
    ...placed().svg.matchAll(/font-weight="bold"[^>]*><text[^>]*>(\d+ replicas[^<]*)/g),
  ];
  expect(bold.map(([, text]) => text)).toEqual(["7 replicas, leads 3"]);
});

test("a leader differs from a follower by its form, is the first replica unless told, or nobody", () => {
  const leaders = (leader?: string | null) => {
    const partition = { name: "a-0", replicas: ["b1", "b2"] };
    const given = leader === undefined ? partition : { ...partition, leader };
    return placementGrid([given], { brokers: ["b1", "b2"] }).alt;
  };
  expect(leaders()).toContain("Broker b1: 1 replica, leads 1 (a-0 as leader).");
  expect(leaders("b2")).toContain("Broker b2: 1 replica, leads 1 (a-0 as leader).");
  expect(leaders(null)).not.toContain("as leader");
  expect(placed().svg.match(/<rect rx="6" height="22"/g)).toHaveLength(8);
});

test("a title is made from the placement when none is given", () => {
  const partitions = [{ name: "a-0", replicas: [0, 1] }];
  expect(placementGrid(partitions, { brokers: [0, 1, 2] }).title).toBe(
    "The busiest of 3 brokers keeps 1 of 2 replicas",
  );
});

test("each bad replica gets a sentence that names it", () => {
  const draw = (...replicas: number[]) =>
    placementGrid([{ name: "a-0", replicas }], { brokers: [0, 1] });
  expect(() => draw(0, 7)).toThrow('"a-0" is on the broker 7, but the brokers are 0, 1');
  expect(() => draw(1, 1)).toThrow('"a-0" has two replicas on the broker 1');
  expect(() => placementGrid([], { brokers: [] })).toThrow("1 to 30 brokers can be drawn, not 0");
});
