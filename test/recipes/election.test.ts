import { type Election, plainElection, sequentialElection } from "quorumlab/recipes";
import { describe, expect, test } from "vitest";
import { cutOff, type Program, together } from "./hosts.ts";

/** Hosts that campaign and note their name when they win. */
function candidates(election: Election, won: string[], of: readonly string[]) {
  const program: Program = async (zk, host) => {
    const { token } = await election.campaign(zk, host, host.id);
    won.push(`${host.id} ${token}`);
    await host.sleep(10_000);
  };
  return Object.fromEntries(of.map((id) => [id, program]));
}

const names = (won: readonly string[]) => won.map((each) => each.split(" ")[0]);
const FIVE = ["c1", "c2", "c3", "c4", "c5"];

describe.each([
  ["plain", () => plainElection("/app/master")],
  ["sequential", () => sequentialElection("/app/candidates")],
])("a %s election", (_kind, make) => {
  test("has one winner, and another one when its session ends", async () => {
    const won: string[] = [];
    await together(candidates(make(), won, FIVE), { forMs: 600 });
    expect(won).toHaveLength(1);
    const dies = names(won)[0] as string;
    const again: string[] = [];
    const faults = [{ kind: "crash", node: dies, atMs: 600 } as const];
    await together(candidates(make(), again, FIVE), { faults });
    expect(again).toHaveLength(2);
    expect(new Set(names(again)).size).toBe(2);
    const tokens = again.map((each) => Number(each.split(" ")[1]));
    expect(tokens[1]).toBeGreaterThan(tokens[0] as number);
  });

  test("is won by a host that came back only when its older session's node is gone", async () => {
    const won: [string, number][] = [];
    const program: Program = async (zk, host) => {
      await make().campaign(zk, host, host.id);
      won.push([host.id, host.trueMs()]);
      await host.sleep(10_000);
    };
    const faults = [{ kind: "crash", node: "c1", atMs: 600, forMs: 20 } as const];
    await together({ c1: program }, { faults });
    expect(won).toHaveLength(2);
    expect(won[1]?.[1]).toBeGreaterThan(600 + 250);
  });

  test("is entered once, whatever becomes of the answers", async () => {
    const found: string[][] = [];
    const candidate: Program = async (zk, host) => {
      await make().campaign(zk, host, host.id);
      await host.sleep(10_000);
    };
    const watcher: Program = async (zk, host) => {
      await host.sleep(1900 - host.trueMs());
      const { children } = await zk.getChildren("/app");
      for (const child of children) {
        found.push([...(await zk.getChildren(`/app/${child}`)).children]);
      }
    };
    for (let seed = 0; seed < 10; seed++) {
      const breaks = Array.from({ length: 60 }, (_, i) => cutOff("c1", 100 + 10 * i, 4));
      const resets = ["s1", "s2", "s3"].flatMap((server) =>
        Array.from({ length: 40 }, (_, i) => {
          return { kind: "break", between: ["c1", server], atMs: 100 + 5 * i } as const;
        }),
      );
      const faults = [...resets, ...breaks];
      await together({ c1: candidate, watcher }, { seed, faults });
    }
    for (const children of found) expect(children.length).toBeLessThan(2);
    expect(found).toHaveLength(10);
  });

  test("ends with the session, and says so", async () => {
    const said: unknown[] = [];
    const loser: Program = async (zk, host) => {
      await host.sleep(300);
      await make()
        .campaign(zk, host, host.id)
        .catch((error) => said.push(error.code));
    };
    const winner: Program = async (zk, host) => {
      await make().campaign(zk, host, host.id);
      await host.sleep(10_000);
    };
    await together({ c1: winner, c2: loser }, { faults: [cutOff("c2", 500, 900)] });
    expect(said).toEqual(["SessionExpired"]);
  });
});

/** How many watch events reach the candidates when the master goes. */
async function events(election: Election, candidates: number): Promise<number> {
  const ids = Array.from({ length: candidates }, (_, i) => `c${i + 1}`);
  const program: Program = async (zk, host) => {
    // One after the other, so that c1 is the first master.
    await host.sleep(40 * Number(host.id.slice(1)));
    await election.campaign(zk, host, host.id);
    await host.sleep(10_000);
  };
  const faults = [{ kind: "crash", node: "c1", atMs: 800 } as const];
  const run = await together(Object.fromEntries(ids.map((id) => [id, program])), { faults });
  return run.trace.events.filter(
    ({ kind, atMs, ...event }) =>
      kind === "send" &&
      atMs > 800 &&
      (event as { body?: { kind?: string } }).body?.kind === "event",
  ).length;
}

test("a failover wakes the whole herd of a plain election, and one of those who stand in line", async () => {
  expect(await events(plainElection(), 3)).toBeLessThan(await events(plainElection(), 6));
  expect(await events(sequentialElection(), 3)).toBe(1);
  expect(await events(sequentialElection(), 6)).toBe(1);
});
