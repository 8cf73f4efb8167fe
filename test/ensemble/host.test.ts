import { ensemble } from "quorumlab/ensemble";
import { type Application, application, CallError, client, database } from "quorumlab/recipes";
import { type Fault, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";

const write = { kind: "write", key: "x", value: "1" } as const;

/** What becomes of one write at 20 ms: "written", or the code of its error. */
async function outcome(faults: Fault[], timeoutMs?: number): Promise<string> {
  let result = "nothing";
  const app = application(async ({ call, sleep }) => {
    await sleep(20);
    try {
      result = (await call("db1", write, timeoutMs)).kind;
    } catch (error) {
      result = (error as CallError).code;
    }
  });
  const servers = { app, db1: database({ trackers: [] }) };
  await simulate({ seed: 1, servers, faults, forMs: 500, latency: 5 });
  return result;
}

test("a call to a healthy server is answered", async () => {
  expect(await outcome([])).toBe("written");
});

test("a call to a dead server is refused, and certainly did nothing", async () => {
  expect(await outcome([{ kind: "crash", node: "db1", atMs: 10 }])).toBe("ConnectionRefused");
  expect(new CallError("ConnectionRefused", "db1", "write").unknownOutcome).toBe(false);
});

test("a call whose server dies before the answer arrives may have taken effect", async () => {
  // Asked at 20, connected at 30, delivered at 35.
  expect(await outcome([{ kind: "crash", node: "db1", atMs: 32 }])).toBe("ConnectionLoss");
  expect(new CallError("ConnectionLoss", "db1", "write").unknownOutcome).toBe(true);
});

test("a call across a cut ends by the client's own timeout, and not before", async () => {
  const cut: Fault = { kind: "cut", from: ["app"], to: ["db1"], atMs: 0, forMs: 60 };
  expect(await outcome([cut], 30)).toBe("OperationTimeout");
  expect(await outcome([cut], 100)).toBe("written");
});

test("an answer that comes after the timeout is not taken for the answer to the next call", async () => {
  const seen: string[] = [];
  const app = application(async ({ call, sleep }) => {
    await call("db1", write);
    await call("db1", { kind: "read", key: "x" }, 15).catch((error) => seen.push(error.code));
    await sleep(5);
    seen.push((await call("db1", { kind: "read", key: "none" })).value === null ? "null" : "wrong");
  });
  const slow: Fault = { kind: "stall", from: ["db1"], to: ["app"], atMs: 21, forMs: 30 };
  const servers = { app, db1: database({ trackers: [] }) };
  await simulate({ seed: 1, servers, faults: [slow], forMs: 500, latency: 5 });
  expect(seen).toEqual(["OperationTimeout", "null"]);
});

test("calls side by side each get their own answer", async () => {
  const got: unknown[] = [];
  const read = async ({ call }: Application, key: string) => {
    got.push([key, (await call("db1", { kind: "read", key })).value]);
  };
  const app = application(async (host) => {
    await Promise.all(
      ["a", "b", "c"].map((key) => host.call("db1", { ...write, key, value: key })),
    );
    await Promise.all(["c", "a", "b"].map((key) => read(host, key)));
  });
  await simulate({ seed: 1, servers: { app, db1: database({ trackers: [] }) }, forMs: 200 });
  expect(got).toEqual([
    ["c", "c"],
    ["a", "a"],
    ["b", "b"],
  ]);
});

test("a handler that throws gives no answer", async () => {
  let code = "";
  const silent = client(async ({ answer }) => {
    answer(() => {
      throw new Error("no");
    });
  });
  const app = application(async ({ call }) => {
    await call("silent", write).catch((error) => {
      code = error.code;
    });
  });
  await simulate({ seed: 1, servers: { app, silent }, forMs: 300 });
  expect(code).toBe("OperationTimeout");
});

test("whoever opens another session has lost the first, and neither hears what the other is told", async () => {
  const said: unknown[] = [];
  const ids = ["s1", "s2", "s3"];
  const app = client(async (host) => {
    const first = await host.zookeeper({ servers: ids });
    const pending = first.create("/a").catch((error) => error.code);
    const second = await host.zookeeper({ servers: ids });
    said.push(first.state, await pending, second.session !== first.session);
    said.push(await first.create("/b").catch((error) => error.code), await second.exists("/b"));
  });
  const servers = Object.fromEntries(ids.map((id) => [id, ensemble(ids)]));
  await simulate({ seed: 1, servers: { ...servers, app }, forMs: 2000 });
  expect(said).toEqual(["closed", "SessionExpired", true, "SessionExpired", null]);
});

test("a watcher that throws ends the run with its error, even when the program is over", async () => {
  const app = client(async (host) => {
    const zk = await host.zookeeper({ servers: ["s1"] });
    await zk.getData("/", () => {
      throw new Error("my own mistake");
    });
    void zk.setData("/", "y");
  });
  const run = simulate({ seed: 1, servers: { s1: ensemble(["s1"]), app }, forMs: 800 });
  await expect(run).rejects.toThrow("my own mistake");
});
