/** The async face of a session: promises, errors and watchers, over a machine that the test plays. */

import {
  type ErrorCode,
  type Failure,
  face,
  type Request,
  type Result,
  type Stat,
  type WatchEvent,
  type ZooKeeper,
  ZooKeeperError,
} from "quorumlab/ensemble";
import { describe, expect, test } from "vitest";

const stat = { version: 3 } as Stat;
const failed = (code: ErrorCode): Failure => ({ kind: "error", code });

type Played = {
  readonly zk: ZooKeeper;
  readonly asked: Request[];
  /** The oldest request without an answer is answered. */
  reply(result: Result | Failure): void;
  event(type: Exclude<WatchEvent["type"], "None">, path: string): void;
  becomes(state: ZooKeeper["state"]): void;
};

function played(): Played {
  const asked: Request[] = [];
  let answered = 0;
  const known = { session: 7, timeoutMs: 400, aliveUntilMs: 900 };
  const { zookeeper, hear } = face({
    ask(number, request) {
      expect(number).toBe(asked.push(request));
    },
    look: () => known,
  });
  return {
    zk: zookeeper,
    asked,
    reply: (result) => hear({ kind: "reply", number: ++answered, result }),
    event: (type, path) => hear({ kind: "event", type, path }),
    becomes: (state) => hear({ kind: "state", state }),
  };
}

/** Calls that note what a watcher is told. */
function watcher(): { told: string[]; watch: (event: WatchEvent) => void } {
  const told: string[] = [];
  return { told, watch: ({ type, path }) => told.push(`${type} ${path}`) };
}

test("every operation becomes one request, with ZooKeeper's defaults", () => {
  const { zk, asked } = played();
  void zk.create("/a");
  void zk.create("/a", "x", "ephemeral");
  void zk.delete("/a", 2);
  void zk.setData("/a", "x");
  void zk.exists("/a");
  void zk.getData("/a", () => {});
  void zk.getChildren("/a");
  void zk.multi([]);
  void zk.sync("/a");
  void zk.close();
  expect(asked).toEqual([
    { kind: "create", path: "/a", data: "", mode: "persistent" },
    { kind: "create", path: "/a", data: "x", mode: "ephemeral" },
    { kind: "delete", path: "/a", version: 2 },
    { kind: "setData", path: "/a", data: "x", version: -1 },
    { kind: "exists", path: "/a", watch: false },
    { kind: "getData", path: "/a", watch: true },
    { kind: "getChildren", path: "/a", watch: false },
    { kind: "multi", ops: [] },
    { kind: "sync", path: "/a" },
    { kind: "closeSession" },
  ]);
});

test("each promise gets the answer to its own request", async () => {
  const { zk, reply } = played();
  const all = [
    zk.create("/s-", "", "ephemeralSequential"),
    zk.getData("/a"),
    zk.getChildren("/a"),
    zk.exists("/a"),
    zk.exists("/b"),
  ];
  reply({ kind: "create", path: "/s-0000000004", stat });
  reply({ kind: "getData", data: "x", stat });
  reply({ kind: "getChildren", children: ["c"], stat });
  reply({ kind: "exists", stat });
  reply(failed("NoNode"));
  expect(await Promise.all(all)).toEqual([
    "/s-0000000004",
    { data: "x", stat },
    { children: ["c"], stat },
    stat,
    null,
  ]);
});

test.each([
  ["NodeExists", -110, false, false],
  ["ConnectionLoss", -4, true, true],
  ["NotReadOnly", -119, true, false],
] as const)("a failure is an error with a name and a number: %s is %i", async (...expected) => {
  const { zk, reply } = played();
  const made = zk.create("/a");
  reply(failed(expected[0]));
  const error = await made.catch((reason) => reason);
  expect(error).toBeInstanceOf(ZooKeeperError);
  expect([error.code, error.number, error.retriable, error.unknownOutcome]).toEqual(expected);
  expect(error.message).toBe(`${expected[0]}: create /a`);
});

test("exists hides only that there is nothing", async () => {
  const { zk, reply } = played();
  const asked = zk.exists("/a");
  reply(failed("ConnectionLoss"));
  await expect(asked).rejects.toMatchObject({ code: "ConnectionLoss" });
});

test("a multi tells what became of each operation, done or failed", async () => {
  const { zk, reply } = played();
  const done = zk.multi([]);
  const results: Result[] = [
    { kind: "create", path: "/a", stat },
    { kind: "setData", stat },
    { kind: "check" },
    { kind: "delete" },
  ];
  reply({ kind: "multi", results });
  expect(await done).toEqual([
    { kind: "create", path: "/a" },
    { kind: "setData", stat },
    { kind: "check" },
    { kind: "delete" },
  ]);
  const refused = zk.multi([]);
  const outcomes = ["Ok", "BadVersion", "RuntimeInconsistency"] as const;
  reply({ ...failed("BadVersion"), outcomes });
  await expect(refused).rejects.toMatchObject({ code: "BadVersion", outcomes });
});

describe("a watcher", () => {
  test("is called once, with what happened", async () => {
    const { zk, reply, event } = played();
    const { told, watch } = watcher();
    const read = zk.getData("/a", watch);
    reply({ kind: "getData", data: "x", stat });
    await read;
    event("NodeDataChanged", "/b");
    event("NodeChildrenChanged", "/a");
    event("NodeDataChanged", "/a");
    event("NodeDataChanged", "/a");
    expect(told).toEqual(["NodeDataChanged /a"]);
  });

  test("that waits twice for one thing hears of it once; two that wait both hear", () => {
    const { zk, reply, event } = played();
    const [first, second] = [watcher(), watcher()];
    void zk.getData("/a", first.watch);
    void zk.exists("/a", first.watch);
    void zk.getChildren("/a", first.watch);
    void zk.getData("/a", second.watch);
    reply({ kind: "getData", data: "", stat });
    reply({ kind: "exists", stat });
    reply({ kind: "getChildren", children: [], stat });
    reply({ kind: "getData", data: "", stat });
    event("NodeDeleted", "/a");
    expect([first.told, second.told]).toEqual([["NodeDeleted /a"], ["NodeDeleted /a"]]);
  });

  test("of a node that is not there hears of its creation; of a read that failed it hears nothing", async () => {
    const { zk, reply, event } = played();
    const [waiting, failing] = [watcher(), watcher()];
    void zk.exists("/a", waiting.watch);
    void zk.getData("/a", failing.watch).catch(() => {});
    void zk.exists("/a", failing.watch).catch(() => {});
    reply(failed("NoNode"));
    reply(failed("NoNode"));
    reply(failed("ConnectionLoss"));
    event("NodeCreated", "/a");
    expect([waiting.told, failing.told]).toEqual([["NodeCreated /a"], []]);
  });

  test("that reads again when it is called waits for the next change", () => {
    const { zk, reply, event } = played();
    const told: string[] = [];
    const again = ({ type }: WatchEvent) => {
      told.push(type);
      void zk.exists("/a", again);
    };
    void zk.exists("/a", again);
    reply({ kind: "exists", stat });
    event("NodeDataChanged", "/a");
    event("NodeDataChanged", "/a");
    reply({ kind: "exists", stat });
    event("NodeDeleted", "/a");
    expect(told).toEqual(["NodeDataChanged", "NodeDeleted"]);
  });
});

describe("the end of a session", () => {
  test.each(["expired", "closed"] as const)(
    "%s: everybody is told, in order, and once",
    async (end) => {
      const { zk, reply, event, becomes } = played();
      const order: string[] = [];
      const watch = ({ type, path }: WatchEvent) => order.push(`${type} ${path}`);
      zk.onState((state) => order.push(`is ${state}`));
      void zk.getData("/a", watch);
      void zk.exists("/b", watch);
      void zk.getChildren("/c", watch);
      reply({ kind: "getData", data: "", stat });
      reply(failed("NoNode"));
      reply({ kind: "getChildren", children: [], stat });
      const pending = zk.sync("/").catch((error) => order.push(error.code));
      becomes(end);
      reply(failed("SessionExpired"));
      await pending;
      expect(order).toEqual([`is ${end}`, "None /a", "None /b", "None /c", "SessionExpired"]);
      event("NodeDataChanged", "/a");
      expect(order).toHaveLength(5);
    },
  );

  test("is not told for a disconnection: the watches wait on", () => {
    const { zk, reply, event, becomes } = played();
    const { told, watch } = watcher();
    void zk.exists("/a", watch);
    reply({ kind: "exists", stat });
    becomes("disconnected");
    becomes("connected");
    event("NodeDeleted", "/a");
    expect(told).toEqual(["NodeDeleted /a"]);
  });
});

test("whoever listens hears every state until it stops, and sees what the machine knows", () => {
  const { zk, becomes } = played();
  const states: string[] = [];
  const stop = zk.onState((state) => states.push(state, zk.state));
  expect(zk.state).toBe("connecting");
  becomes("connected");
  stop();
  becomes("disconnected");
  expect([states, zk.state]).toEqual([["connected", "connected"], "disconnected"]);
  expect([zk.session, zk.timeoutMs, zk.aliveUntilMs]).toEqual([7, 400, 900]);
});
