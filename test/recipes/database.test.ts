import { application, type DatabaseState, database, tracker } from "quorumlab/recipes";
import { type Fault, type Run, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";

/** Writes x to db1 at each of these times. */
function run(writesMs: number[], faults: Fault[]): Promise<Run> {
  const app = application(async ({ call, sleep, now }) => {
    for (const atMs of writesMs) {
      await sleep(atMs - now());
      await call("db1", { kind: "write", key: `at ${atMs}`, value: new Uint8Array([1]) });
    }
  });
  const servers = {
    app,
    tracker: tracker(),
    db1: database({ copies: ["db2"] }),
    db2: database({ copies: ["db1"] }),
  };
  return simulate({ seed: 2, servers, faults, forMs: 500 });
}
const data = (all: Run, db: string) => Object.keys((all.states[db] as DatabaseState).data);

test("a standby gets a copy of every write", async () => {
  const all = await run([100, 120], []);
  expect(data(all, "db2")).toEqual(["at 100", "at 120"]);
});

test("a standby that missed writes copies the whole master when it is back", async () => {
  const away: Fault = { kind: "crash", node: "db2", atMs: 90, forMs: 100 };
  const all = await run([100, 250], [away]);
  expect(data(all, "db2")).toEqual(["at 100", "at 250"]);
});

test("a master takes no copies, and an old master throws away what the new one does not have", async () => {
  const deaf: Fault = { kind: "cut", from: ["tracker"], to: ["db1"], atMs: 100, forMs: 200 };
  const all = await run([80, 220], [deaf]);
  expect(all.states.db2).toMatchObject({ role: "master" });
  expect(data(all, "db2")).toEqual(["at 80"]);
  expect(data(all, "db1")).toEqual(["at 80"]);
});
