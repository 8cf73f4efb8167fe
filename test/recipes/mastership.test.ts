import {
  type Mastership,
  type MastershipOptions,
  mastership,
  plainElection,
} from "quorumlab/recipes";
import type { Fault } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import { cutOff, leaderOf, type Program, together } from "./hosts.ts";

type Serves = MastershipOptions["serves"];
type Span = { readonly fromMs: number; toMs: number; readonly token: number };

/** c1 is master from the beginning, and c2 succeeds it: when each of them served. */
async function served(serves: Serves, faults: Fault[], forMs = 2000) {
  const spans: Record<string, Span[]> = { c1: [], c2: [] };
  const serving = new Set<string>();
  const masters: Record<string, Mastership> = {};
  const candidate: Program = async (zk, host) => {
    if (host.id === "c2") await host.sleep(200);
    const won = await plainElection().campaign(zk, host, host.id);
    const mine = mastership(zk, host, won, { serves });
    masters[host.id] = mine;
    await mine.ended;
  };
  const run = await together(
    { c1: candidate, c2: candidate },
    {
      faults,
      forMs,
      again: true,
      always({ atMs }) {
        for (const [id, mine] of Object.entries(masters)) {
          const last = spans[id]?.at(-1);
          if (!mine.mayServe()) serving.delete(id);
          else if (serving.has(id) && last?.token === mine.token) last.toMs = atMs;
          else {
            serving.add(id);
            spans[id]?.push({ fromMs: atMs, toMs: atMs, token: mine.token });
          }
        }
      },
    },
  );
  return { c1: spans.c1 as Span[], c2: spans.c2 as Span[], run };
}

describe.each<Serves>(["whileConnected", "byLease"])("a master that serves %s", (serves) => {
  test("has stopped before another one serves, when it is cut off", async () => {
    const { c1, c2 } = await served(serves, [cutOff("c1", 500)]);
    const last = c1.at(-1) as Span;
    expect(last.toMs).toBeGreaterThan(500);
    expect(last.toMs).toBeLessThan(500 + 400);
    expect(c2[0]?.fromMs).toBeGreaterThan(last.toMs);
    expect(c2[0]?.token).toBeGreaterThan(last.token);
  });

  test("does not serve when it wakes up after its session has ended", async () => {
    const { c1, c2 } = await served(serves, [
      { kind: "pause", node: "c1", atMs: 500, forMs: 1000 },
    ]);
    expect(c2[0]?.fromMs).toBeLessThan(1500);
    expect(c1.filter(({ toMs }) => toMs >= 1500)).toEqual([]);
  });

  test("comes back under another session as a candidate like any other", async () => {
    const { c1, c2 } = await served(serves, [cutOff("c1", 500, 800), cutOff("c2", 1500)], 3000);
    expect(c1.at(-1)?.fromMs).toBeGreaterThan(1500);
    expect(c1.at(-1)?.token).toBeGreaterThan(c2[0]?.token as number);
  });
});

test("an election of the ensemble stops a master that obeys its connection, and not one with a lease", async () => {
  const leader = leaderOf((await served("byLease", [], 400)).run);
  const gapIn = async (serves: Serves) => {
    const { c1 } = await served(serves, [{ kind: "crash", node: leader, atMs: 500 }], 1200);
    expect(new Set(c1.map(({ token }) => token)).size).toBe(1);
    return c1.length - 1;
  };
  expect(await gapIn("byLease")).toBe(0);
  expect(await gapIn("whileConnected")).toBeGreaterThan(0);
});

test("whoever resigns has stopped before its node is gone, and a deleted node deposes", async () => {
  const said: unknown[] = [];
  const master: Program = async (zk, host) => {
    const campaign = () => plainElection().campaign(zk, host, host.id);
    const first = mastership(zk, host, await campaign(), { serves: "byLease" });
    const resigned = first.resign();
    said.push(first.mayServe());
    await resigned;
    said.push(await zk.exists("/master"), await first.ended);
    const second = mastership(zk, host, await campaign(), { serves: "byLease" });
    said.push(second.mayServe());
    await zk.delete("/master");
    said.push(second.mayServe(), await second.ended);
    // The name belongs to another node now: who resigns late does not delete it.
    const third = mastership(zk, host, await campaign(), { serves: "byLease" });
    await second.resign();
    said.push(third.mayServe());
    await zk.close();
    said.push(await third.ended, third.mayServe());
  };
  await together({ c1: master });
  expect(said).toEqual([
    ...[false, null, "resigned"],
    ...[true, false, "deposed"],
    ...[true, "session over", false],
  ]);
});
