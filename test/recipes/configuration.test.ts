import { type Configuration, configuration } from "quorumlab/recipes";
import { expect, test } from "vitest";
import { type Program, together } from "./hosts.ts";

test("a value is null until somebody sets it, and then known to all without asking", async () => {
  const seen: unknown[] = [];
  const reader: Program = (zk, host) =>
    configuration(zk, host, "/config/db-ip", (value) => seen.push(value)).ended;
  const writer: Program = async (zk, host) => {
    const ip = configuration(zk, host, "/config/db-ip");
    await host.sleep(300);
    await ip.update(() => "10.0.0.1");
    await host.sleep(100);
    await ip.update((old) => `${old}2`);
    await host.sleep(100);
    seen.push(`written ${ip.current()}`);
  };
  await together({ reader, writer });
  expect(seen).toEqual([null, "10.0.0.1", "10.0.0.12", "written 10.0.0.12"]);
});

test("changes made at the same time all count", async () => {
  const counters: Configuration[] = [];
  const adder: Program = async (zk, host) => {
    const counter = configuration(zk, host, "/counter");
    counters.push(counter);
    for (let i = 0; i < 10; i++) await counter.update((old) => `${Number(old) + 1}`);
    await host.sleep(10_000);
  };
  await together({ c1: adder, c2: adder, c3: adder }, { forMs: 4000 });
  expect(counters.map((counter) => counter.current())).toEqual(["30", "30", "30"]);
});

test("when nobody knows whether a change was made, the caller hears it", async () => {
  const said: unknown[] = [];
  const writer: Program = async (zk, host) => {
    const value = configuration(zk, host, "/value");
    await host.sleep(300 - host.trueMs());
    await value.update(() => "1").catch((error) => said.push(error.code, error.unknownOutcome));
  };
  const faults = ["s1", "s2", "s3"].flatMap((server) =>
    [307, 311, 315, 319].map((atMs) => {
      return { kind: "break", between: ["writer", server], atMs } as const;
    }),
  );
  await together({ writer }, { faults });
  expect(said).toEqual(["ConnectionLoss", true]);
});
