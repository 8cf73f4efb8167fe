/** The client over a real ZooKeeper, with a server that a test answers for. */

import { connectZooKeeper } from "quorumlab/connect";
import { type WatchEvent, type ZooKeeper, ZooKeeperError } from "quorumlab/ensemble";
import { afterEach, beforeEach, expect, test } from "vitest";
import { event, FakeServer, int, long, OP, stat, text } from "./fake-server.ts";

let server: FakeServer;
let address: string;
let zookeeper: ZooKeeper;

beforeEach(async () => {
  server = new FakeServer();
  address = await server.listen();
  zookeeper = await connectZooKeeper(address);
});

afterEach(async () => {
  server.timeoutMs = 30_000;
  server.answer = () => ({});
  await zookeeper.close().catch(() => {});
  server.close();
});

/** The code with which a request fails. */
async function codeOf(asked: Promise<unknown>): Promise<string> {
  return asked.then(
    () => "Ok",
    (error: ZooKeeperError) => error.code,
  );
}

/** Waits for a state of the session. */
function become(state: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = zookeeper.onState((now) => {
      if (now !== state) return;
      stop();
      resolve();
    });
  });
}

test("a session's id is a safe number, and the owner of its nodes has the same", async () => {
  server.answer = () => ({ body: stat(server.session) });
  const found = await zookeeper.exists("/a");
  expect(Number.isSafeInteger(zookeeper.session)).toBe(true);
  expect(found?.ephemeralOwner).toBe(zookeeper.session);
  server.answer = () => ({ body: stat(server.session + 1n) });
  expect((await zookeeper.exists("/a"))?.ephemeralOwner).toBe(zookeeper.session + 1);
  // The same moment and counter, on server 2.
  server.answer = () => ({ body: stat(server.session + (1n << 56n)) });
  expect((await zookeeper.exists("/a"))?.ephemeralOwner).not.toBe(zookeeper.session);
});

test("the session lives for its timeout from when its last heartbeat was sent", () => {
  expect(zookeeper.timeoutMs).toBe(30_000);
  expect(zookeeper.aliveUntilMs).toBeLessThanOrEqual(performance.now() + 30_000);
  expect(zookeeper.aliveUntilMs).toBeGreaterThan(performance.now());
});

test("a path is the server's to refuse", async () => {
  server.answer = () => ({ code: -101 });
  expect(await codeOf(zookeeper.create("/a//b"))).toBe("NoNode");
  server.answer = () => ({ code: -8 });
  expect(await codeOf(zookeeper.create("a", "", "ephemeralSequential"))).toBe("BadArguments");
  const [first, second] = server.asked.map(({ body }) => body);
  expect(first?.subarray(0, 9)).toEqual(text("/a//b"));
  expect(second?.at(-1)).toBe(3);
});

test("version 0 of an operation in a multi is sent as 0", async () => {
  const done = Buffer.concat([int(-1), Buffer.from([1]), int(-1)]);
  server.answer = () => ({ body: Buffer.concat([int(13), Buffer.from([0]), int(0), done]) });
  const outcomes = await zookeeper.multi([{ kind: "check", path: "/a", version: 0 }]);
  expect(outcomes).toEqual([{ kind: "check" }]);
  const header = Buffer.concat([int(13), Buffer.from([0]), int(-1)]);
  expect(server.asked[0]?.body).toEqual(Buffer.concat([header, text("/a"), int(0), done]));
});

test("a failed multi tells what became of each operation", async () => {
  const part = (code: number) => Buffer.concat([int(-1), Buffer.from([0]), int(code), int(code)]);
  const done = Buffer.concat([int(-1), Buffer.from([1]), int(-1)]);
  server.answer = () => ({ body: Buffer.concat([part(0), part(-103), part(-2), done]) });
  const check = { kind: "check", path: "/a", version: 1 } as const;
  const failed = await zookeeper.multi([check, check, check]).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(ZooKeeperError);
  expect(failed).toMatchObject({
    code: "BadVersion",
    outcomes: ["Ok", "BadVersion", "RuntimeInconsistency"],
  });
});

test("a sync is answered, and the connection stays", async () => {
  server.answer = ({ type, body }) => ({ body: type === OP.sync ? body : text("/a") });
  await zookeeper.sync("/a");
  expect(server.asked[0]).toMatchObject({ type: OP.sync, body: text("/a") });
  expect(await zookeeper.create("/a", "ä")).toBe("/a");
  expect(server.asked[1]?.body.includes(text("ä"))).toBe(true);
  expect(server.connections).toBe(1);
});

test.each([
  ["ä", "ä"],
  [new Uint8Array([0xc3, 0xa4]), "ä"],
  [new Uint8Array([0xff, 0]), new Uint8Array([0xff, 0])],
])("of %j comes back what it is in UTF-8, if it is that", async (value, back) => {
  server.answer = () => ({ body: Buffer.concat([text(value), stat()]) });
  expect((await zookeeper.getData("/a")).data).toEqual(back);
});

test("an event that comes with an answer is told after it, and once", async () => {
  const told: unknown[] = [];
  const changed = event(3, "/a");
  server.answer = () => ({
    body: Buffer.concat([text("1"), stat()]),
    after: Buffer.concat([changed, changed]),
  });
  const watched = new Promise<void>((resolve) => {
    void zookeeper
      .getData("/a", (news) => resolve(void told.push(news)))
      .then(() => told.push("answer"));
  });
  await watched;
  await zookeeper.getData("/b");
  expect(told).toEqual(["answer", { type: "NodeDataChanged", path: "/a" }]);
});

test("a break leaves what was asked unknown; what is asked after it waits for the next connection", async () => {
  server.answer = () => undefined;
  const lost = codeOf(zookeeper.create("/a"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  const gone = become("disconnected");
  server.drop();
  await gone;
  server.answer = () => ({ body: text("/b") });
  const waits = zookeeper.create("/b");
  expect(await lost).toBe("ConnectionLoss");
  expect(await waits).toBe("/b");
  expect(server.connections).toBe(2);
});

test("watches are set again on the next connection", async () => {
  server.answer = ({ type }) => (type === OP.exists ? { code: -101 } : { body: stat() });
  const told = new Promise<WatchEvent>((resolve) => void zookeeper.exists("/a", resolve));
  await zookeeper.sync("/");
  server.answer = () => ({ after: event(1, "/a") });
  server.drop();
  expect(await told).toEqual({ type: "NodeCreated", path: "/a" });
  // setWatches: the last zxid that was seen, no data watches, one exist watch, no child watches.
  const asked = Buffer.concat([long(7n), int(0), int(1), text("/a"), int(0)]);
  expect(server.asked.find(({ type }) => type === 101)?.body).toEqual(asked);
});

test("an expired session refuses what waits, and tells its watches", async () => {
  server.answer = () => ({ body: Buffer.concat([text("1"), stat()]) });
  const told = new Promise<WatchEvent>((resolve) => void zookeeper.getData("/a", resolve));
  await zookeeper.getData("/b");
  server.timeoutMs = 0;
  const gone = become("disconnected");
  server.drop();
  await gone;
  expect(await codeOf(zookeeper.create("/a"))).toBe("SessionExpired");
  expect(await told).toEqual({ type: "None", path: "/a" });
  expect(zookeeper.state).toBe("expired");
  expect(await codeOf(zookeeper.create("/a"))).toBe("SessionExpired");
});

test("a code that the npm client does not know costs the connection, and not the process", async () => {
  server.answer = () => ({ code: -118 });
  expect(await codeOf(zookeeper.create("/a"))).toBe("ConnectionLoss");
  server.answer = () => ({ body: text("/a") });
  expect(await zookeeper.create("/a")).toBe("/a");
});

test("a closed session is over, and says so", async () => {
  await zookeeper.close();
  expect(zookeeper.state).toBe("closed");
  expect(server.asked.at(-1)?.type).toBe(OP.close);
  expect(await codeOf(zookeeper.create("/a"))).toBe("SessionExpired");
});

test("a server that falls silent is given up", async () => {
  server.timeoutMs = 300;
  const other = await connectZooKeeper(address);
  const before = server.connections;
  const gone = new Promise<string>((resolve) => other.onState(resolve));
  server.isSilent = true;
  expect(await gone).toBe("disconnected");
  server.isSilent = false;
  expect(await codeOf(other.sync("/"))).toBe("Ok");
  expect(server.connections).toBeGreaterThan(before);
  await other.close();
});

test("a root of one's own is before every path, and need not be there yet", async () => {
  server.answer = ({ type }) => (type === OP.create ? { body: text("/app/a") } : { code: -101 });
  const own = await connectZooKeeper(`${address}/app`);
  expect(await own.create("/a")).toBe("/a");
  expect(server.asked.at(-1)?.body.subarray(0, 10)).toEqual(text("/app/a"));
  server.answer = () => ({});
  await own.close();
});

const hosts = 'expected "host:port,host:port".';
test.each<[sentence: string, servers: unknown, timeoutMs?: unknown]>([
  [`servers is "nonsense:port"; ${hosts}`, "nonsense:port"],
  [`servers is "127.0.0.1:99999"; ${hosts}`, "127.0.0.1:99999"],
  [`servers is "a:1,b:"; ${hosts}`, "a:1,b:"],
  [`servers is ""; ${hosts}`, ""],
  [`servers is undefined; ${hosts}`, undefined],
  [`servers is 5; ${hosts}`, 5],
  ['the root is "/a//b"; expected a path such as "/config/db-ip".', "a:1/a//b"],
  ["timeoutMs is -5; expected a number above 0.", "a:1", -5],
  ["timeoutMs is NaN; expected a number above 0.", "a:1", NaN],
  ['timeoutMs is "x"; expected a number above 0.', "a:1", "x"],
])("no connection is tried when %s", async (sentence, servers, timeoutMs) => {
  const options = (timeoutMs === undefined ? {} : { timeoutMs }) as { timeoutMs: number };
  await expect(connectZooKeeper(servers as string, options)).rejects.toThrow(
    new RangeError(`connectZooKeeper: ${sentence}`),
  );
});

test("where no server answers there is no session", async () => {
  const nobody = new FakeServer();
  const empty = await nobody.listen();
  nobody.close();
  expect(await codeOf(connectZooKeeper(empty, { timeoutMs: 100 }))).toBe("ConnectionLoss");
});
