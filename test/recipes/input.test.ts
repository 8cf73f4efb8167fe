/** A recipe that is asked for nonsense refuses before it does anything: there is no session below these. */

import {
  client,
  configuration,
  doubleBarrier,
  groupMembers,
  joinGroup,
  lock,
  mastership,
  newest,
  plainElection,
  queue,
  quorumSizes,
  registerClient,
  sequentialElection,
} from "quorumlab/recipes";
import { simulate } from "quorumlab/sim";
import { expect, test } from "vitest";

/** What a caller without types may give, and what nobody may touch. */
const bad = (value: unknown) => value as never;
const [zk, clock] = [bad(null), bad(null)];
const lease = { serves: "byLease" } as const;
const PATH = 'expected a path such as "/config/db-ip".';
const NAME = "expected the name of one node.";
const FROM_1 = "expected a number of at least 1.";

test.each<[sentence: string, ask: () => unknown]>([
  [`plainElection: the path is "master"; ${PATH}`, () => plainElection("master")],
  [`plainElection: the path is ""; ${PATH}`, () => plainElection("")],
  [`sequentialElection: the directory is "/a/"; ${PATH}`, () => sequentialElection("/a/")],
  [`lock: the directory is "/"; ${PATH}`, () => lock(zk, clock, "/", lease)],
  [
    'lock: kind is "both"; expected read or write.',
    () => lock(zk, clock, "/lock", { ...lease, kind: bad("both") }),
  ],
  [
    'mastership: serves is "maybe"; expected whileConnected or byLease.',
    () => lock(zk, clock, "/lock", { serves: bad("maybe") }),
  ],
  [
    "mastership: serves is undefined; expected whileConnected or byLease.",
    () => mastership(zk, clock, { path: "/master", token: 1 }, bad({})),
  ],
  [`configuration: the path is "conf"; ${PATH}`, () => configuration(zk, clock, "conf")],
  [`queue: the directory is undefined; ${PATH}`, () => queue(zk, clock, bad(undefined))],
  [`doubleBarrier: the path is "b"; ${PATH}`, () => doubleBarrier(zk, clock, "b", 2, "c1")],
  [`doubleBarrier: size is NaN; ${FROM_1}`, () => doubleBarrier(zk, clock, "/b", NaN, "c1")],
  [`doubleBarrier: size is -1; ${FROM_1}`, () => doubleBarrier(zk, clock, "/b", -1, "c1")],
  [`doubleBarrier: the name is "a/b"; ${NAME}`, () => doubleBarrier(zk, clock, "/b", 2, "a/b")],
  [`joinGroup: the directory is "g"; ${PATH}`, () => joinGroup(zk, clock, "g", "c1")],
  [`joinGroup: the name is ""; ${NAME}`, () => joinGroup(zk, clock, "/g", "")],
  [`groupMembers: the directory is "g"; ${PATH}`, () => groupMembers(zk, clock, "g")],
  [`newest: the number of versions is 0; ${FROM_1}`, () => newest([])],
  [`quorumSizes: replicas is 0; ${FROM_1}`, () => quorumSizes(0)],
  [
    "registerClient: timeoutMs is 0; expected a number above 0.",
    () => registerClient({ replicas: ["r1"], timeoutMs: 0 }, async () => {}),
  ],
])("a recipe refuses it: %s", async (sentence, ask) => {
  await expect((async () => ask())()).rejects.toThrow(new RangeError(sentence));
});

test("a call that waits less than no time is refused, and costs nobody else anything", async () => {
  const told: string[] = [];
  const app = client(async ({ call }) => {
    await call("app2", { kind: "read" }, -5).catch((error) => told.push(error.message));
  });
  await simulate({ seed: 1, servers: { app, app2: client(async () => {}) }, forMs: 100 });
  expect(told).toEqual(["call: timeoutMs is -5; expected a number of at least 0."]);
});
