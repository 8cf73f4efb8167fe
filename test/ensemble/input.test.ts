/** Bad input is refused where it is given, in one sentence, and costs nobody else anything. */

import { ensemble, openSession, type ZooKeeper, ZooKeeperError } from "quorumlab/ensemble";
import { client } from "quorumlab/recipes";
import { Recorder, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";

type Asks = (zk: ZooKeeper) => Promise<unknown>;
/** What a caller without types may give. */
const bad = (value: unknown) => value as never;
const SERVERS = ["s1", "s2", "s3"];

/** What becomes of requests of one session, in a run that goes on. */
async function answers(...asked: readonly Asks[]): Promise<unknown[]> {
  const told: unknown[] = [];
  const app = client(async (host) => {
    const zk = await host.zookeeper({ servers: SERVERS });
    for (const asks of asked) told.push(await asks(zk).catch((error) => error));
  });
  const servers = Object.fromEntries(SERVERS.map((id) => [id, ensemble(SERVERS)]));
  await simulate({ seed: 1, servers: { ...servers, app }, forMs: 1500 });
  return told;
}

const PATH = 'expected a path such as "/config/db-ip"';
const DATA = "expected a string or a Uint8Array";
const MODES = "expected persistent, ephemeral, persistentSequential, ephemeralSequential";
const OPS = "expected create, delete, setData, check";
const made = { kind: "create", path: "/m", data: "", mode: "persistent" } as const;

test.each<[sentence: string, Asks]>([
  [`create: the path is undefined; ${PATH}`, (zk) => zk.create(bad(undefined))],
  [`create: the path is 5; ${PATH}`, (zk) => zk.create(bad(5))],
  [`delete: the path is null; ${PATH}`, (zk) => zk.delete(bad(null))],
  [`sync: the path is Symbol(a); ${PATH}`, (zk) => zk.sync(bad(Symbol("a")))],
  [`exists: the path is "a"; ${PATH}`, (zk) => zk.exists("a")],
  [`getData: the path is ""; ${PATH}`, (zk) => zk.getData("")],
  [`getChildren: the path is "/a/"; ${PATH}`, (zk) => zk.getChildren("/a/")],
  [`create: the data is null; ${DATA}`, (zk) => zk.create("/a", bad(null))],
  [`create: the data is 5; ${DATA}`, (zk) => zk.create("/a", bad(5n))],
  [`setData: the data is undefined; ${DATA}`, (zk) => zk.setData("/", bad(undefined))],
  [`setData: the data is {}; ${DATA}`, (zk) => zk.setData("/", bad({}))],
  [`create: the mode is "PERSISTENT"; ${MODES}`, (zk) => zk.create("/a", "", bad("PERSISTENT"))],
  [`create: the mode is null; ${MODES}`, (zk) => zk.create("/a", "", bad(null))],
  ["delete: the version is NaN; expected a whole number", (zk) => zk.delete("/a", NaN)],
  ["multi: ops is undefined; expected a list of operations", (zk) => zk.multi(bad(undefined))],
  [`multi: an operation is null; ${OPS}`, (zk) => zk.multi([made, bad(null)])],
  [`multi: an operation is "exists"; ${OPS}`, (zk) => zk.multi([bad({ kind: "exists" })])],
  [`multi: the data is undefined; ${DATA}`, (zk) => zk.multi([bad({ ...made, data: undefined })])],
  ["exists: the watcher is 5; expected a function", (zk) => zk.exists("/a", bad(5))],
  ["getData: the watcher is null; expected a function", (zk) => zk.getData("/", bad(null))],
])("a session refuses it: %s", async (sentence, asks) => {
  const [refused, after] = await answers(asks, (zk) => zk.create("/after"));
  expect(refused).toBeInstanceOf(ZooKeeperError);
  expect(refused).toMatchObject({ code: "BadArguments", message: `BadArguments: ${sentence}` });
  expect(after).toBe("/after");
});

test("what a server refuses names the request and what was expected; of a multi the operation", async () => {
  const told = await answers(
    (zk) => zk.create("a"),
    (zk) => zk.multi([made, { kind: "setData", path: "a", data: "", version: -1 }]),
    (zk) => zk.multi([made, { kind: "check", path: "/none", version: -1 }]),
  );
  expect(told.map((error) => (error as Error).message)).toEqual([
    `BadArguments: create a; ${PATH}`,
    `BadArguments: multi: setData a; ${PATH}`,
    "NoNode: multi: check /none",
  ]);
});

test.each([0, -5, NaN, Infinity, "400"])(
  "a session needs a timeout above 0, not %s",
  async (timeoutMs) => {
    const open = () =>
      new Recorder(() => 0).record((out) => {
        openSession({ servers: SERVERS, timeoutMs: bad(timeoutMs) }, out);
      });
    const given = typeof timeoutMs === "string" ? `"${timeoutMs}"` : timeoutMs;
    const sentence = `openSession: timeoutMs is ${given}; expected a number above 0.`;
    expect(open).toThrow(new RangeError(sentence));
  },
);

test.each([
  [{ tickMs: 0 }, "tickMs is 0; expected a number above 0."],
  [{ tickMs: NaN }, "tickMs is NaN; expected a number above 0."],
  [{ initLimit: 0 }, "initLimit is 0; expected a number of at least 1."],
  [{ syncLimit: -1 }, "syncLimit is -1; expected a number of at least 1."],
  [{ snapshotEvery: 0 }, "snapshotEvery is 0; expected a number of at least 1."],
  [{ keep: -1 }, "keep is -1; expected a number of at least 0."],
  [{ keep: Infinity }, "keep is Infinity; expected a number of at least 0."],
])("an ensemble refuses %j", (options, sentence) => {
  expect(() => ensemble(SERVERS, options)).toThrow(new RangeError(`ensemble: ${sentence}`));
});
