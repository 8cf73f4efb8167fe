/** How a broker lives in the ensemble: it is registered once, and becomes controller when nobody is. */

import { describe, expect, test } from "vitest";
import { imageOf } from "./alone.ts";
import { Keeper } from "./keeper.ts";

const OWN = "/brokers/ids/b1";

/** b1, which has come to an ensemble where others are already. */
function among(...others: readonly string[]): Keeper {
  const keeper = new Keeper({ offsetsReplicas: 3 });
  for (const id of others) keeper.registers(id);
  return keeper;
}

/** Answers b1 one by one until something is so. */
function answersUntil(keeper: Keeper, isSo: () => boolean): void {
  for (let n = 0; !isSo(); n++) {
    if (n === 100) throw new Error("It does not come to be so.");
    keeper.answers(1);
  }
}

/** Until b1 asks for the office, and no further. */
function untilClaim(keeper: Keeper): void {
  answersUntil(keeper, () => JSON.stringify(keeper.b1.asked).includes("multi"));
}

describe("a broker", () => {
  test("makes the paths that are not there, and is known by the transaction that registered it", () => {
    const keeper = among();
    keeper.opens();
    const paths = ["/brokers", "/brokers/ids", "/brokers/topics"].map((path) =>
      keeper.children(path),
    );
    expect(paths).toEqual([["ids", "topics"], ["b1"], []]);
    expect(keeper.b1.state.brokerEpoch).toBe(keeper.czxid(OWN));
    expect(keeper.b1.state.brokerEpoch).toBeGreaterThan(0);
  });

  test("waits for the node of its earlier life to go", () => {
    const keeper = among("b1");
    keeper.opens();
    expect([keeper.b1.state.brokerEpoch, keeper.data("/controller")]).toEqual([0, undefined]);
    const earlier = keeper.czxid(OWN);
    keeper.goes("b1");
    keeper.answers();
    expect(keeper.czxid(OWN)).toBeGreaterThan(earlier);
    expect([keeper.b1.state.brokerEpoch, keeper.data("/controller")]).toEqual([
      keeper.czxid(OWN),
      "1",
    ]);
  });

  test.each([
    ["it was not registered", "lost"],
    ["it was registered, and did not hear of it", "done"],
  ] as const)("registers once, also when the connection breaks and %s", (_, asked) => {
    const keeper = among();
    keeper.b1.connected("s1");
    answersUntil(keeper, () => keeper.data("/controller_epoch") !== undefined);
    keeper.breaks(asked);
    expect(keeper.b1.state.brokerEpoch).toBe(keeper.czxid(OWN));
  });

  test("asks for everything again when nothing of it arrived", () => {
    const keeper = among();
    keeper.b1.connected("s1");
    keeper.answers(1);
    keeper.breaks("lost");
    expect(keeper.b1.state.brokerEpoch).toBe(keeper.czxid(OWN));
    expect(keeper.b1.state.brokerEpoch).toBeGreaterThan(0);
  });

  test("whose session has expired registers anew, and leads on until it is told who does", () => {
    const keeper = among();
    keeper.opens();
    const { b1 } = keeper;
    b1.asks("c", { kind: "createTopic", topic: "t", partitions: 1, replicas: 1 });
    keeper.answers();
    const { brokerEpoch } = b1.state;
    keeper.takesOver("b2", 2);
    b1.disconnected("s1");
    keeper.expires();
    expect(b1.state.brokerEpoch).toBe(keeper.czxid(OWN));
    expect(b1.state.brokerEpoch).toBeGreaterThan(brokerEpoch);
    expect(b1.produces("c")).toEqual(["c: produced 0"]);
  });

  test("that was told to lead before it knew its own number leads when it knows it", () => {
    const keeper = among();
    keeper.b1.connected("s1");
    answersUntil(keeper, () => keeper.data(OWN) !== undefined);
    const brokerEpoch = keeper.czxid(OWN);
    const isr = ["b1"];
    keeper.b1.hears("b3", imageOf({ brokerEpoch, isr }));
    expect(keeper.b1.produces("c")).toEqual(["c: NOT_LEADER_OR_FOLLOWER"]);
    answersUntil(keeper, () => keeper.b1.state.brokerEpoch > 0);
    expect(keeper.b1.produces("c")).toEqual(["c: produced 0"]);
  });
});

describe("a controller is elected", () => {
  test("when the one before it is gone, and not before", () => {
    const keeper = among("b2");
    keeper.opens();
    keeper.takesOver("b2", 5);
    keeper.expires();
    expect([keeper.b1.state.role, keeper.data("/controller")]).toEqual(["broker", "5"]);
    keeper.goes("b2");
    keeper.answers();
    expect([keeper.b1.state.role, keeper.data("/controller")]).toEqual(["controller", "6"]);
    expect(keeper.data("/controller_epoch")).toBe("6");
  });

  test("once, though several have seen that there is none", () => {
    const keeper = among("b2");
    keeper.b1.connected("s1");
    untilClaim(keeper);
    keeper.takesOver("b2", 1);
    keeper.answers();
    expect([keeper.b1.state.role, keeper.data("/controller_epoch")]).toEqual(["broker", "1"]);
  });

  test.each(["done", "lost"] as const)(
    "also when the answer to its claim is lost, which was %s",
    (asked) => {
      const keeper = among();
      keeper.b1.connected("s1");
      const isClaim = (asked: unknown) => JSON.stringify(asked).includes("multi");
      while (!keeper.b1.asked.some(isClaim)) keeper.answers(1);
      keeper.breaks(asked);
      expect([keeper.b1.state.role, keeper.b1.state.image.controllerEpoch]).toEqual([
        "controller",
        1,
      ]);
      expect(keeper.data("/controller_epoch")).toBe("1");
    },
  );
});
