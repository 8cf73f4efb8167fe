/** The comparison with a real ZooKeeper: its scripts ask for everything, and it overlooks nothing. */

import { afterEach, expect, test, vi } from "vitest";
import type { Tally } from "../../lib/tools/compare/counts.ts";
import { differences, explanations } from "../../lib/tools/compare/differences.ts";
import { findJars, ZOOKEEPER } from "../../lib/tools/compare/jars.ts";
import type { Outcome, Seen } from "../../lib/tools/compare/perform.ts";
import { drawScript, type Step } from "../../lib/tools/compare/script.ts";
import { runSimulated } from "../../lib/tools/compare/simulated.ts";
import { count, never } from "../../lib/tools/compare/tally.ts";
import { main } from "../../lib/tools/compare.ts";

const SCRIPTS = Array.from({ length: 100 }, (_, nth) => drawScript(7, nth, `/c${nth}`));

test("a script is decided by its seed and its number; its root only names it", () => {
  expect(drawScript(7, 3, "/c3")).toEqual(SCRIPTS[3]);
  const elsewhere = JSON.stringify(drawScript(7, 3, "/other")).replaceAll('"/other', '"/c3');
  expect(elsewhere).toBe(JSON.stringify(SCRIPTS[3]));
  expect(drawScript(8, 3, "/c3")).not.toEqual(SCRIPTS[3]);
});

test("a script has at least 30 steps of at least 2 sessions, and who is away asks nothing", () => {
  for (const { sessions, steps } of SCRIPTS) {
    expect(steps.length).toBeGreaterThan(30);
    expect(new Set(steps.map(({ session }) => session)).size).toBe(sessions);
    expect(sessions).toBeGreaterThanOrEqual(2);
    const away = new Set<number>();
    for (const step of steps) {
      if ("request" in step) expect(away).not.toContain(step.session);
      else if (step.fault === "leave") away.add(step.session);
      else away.delete(step.session);
    }
    expect(away.size).toBe(0);
  }
});

test("every answer and every event that is expected comes", async () => {
  const tally: Tally = new Map();
  for (const script of SCRIPTS) count(tally, script, await runSimulated(script, 1));
  expect(never(tally)).toEqual([]);
});

test("how long messages take makes no difference", async () => {
  for (const script of SCRIPTS.slice(0, 10)) {
    expect(
      differences(script, await runSimulated(script, 1), await runSimulated(script, 2)),
    ).toEqual([]);
  }
});

/** Changes what the first session that saw such a thing saw of it. */
function planted(
  { ids, seen }: Outcome,
  isMeant: (each: Seen) => boolean,
  change: (each: Seen, next: Seen | undefined) => readonly Seen[],
): Outcome | undefined {
  const session = seen.findIndex((own) => own.some(isMeant));
  const own = seen[session];
  if (own === undefined) return undefined;
  const at = own.findIndex(isMeant);
  const changed = change(own[at] as Seen, own[at + 1]);
  return {
    ids,
    seen: seen.with(session, own.toSpliced(at, changed.length > 1 ? 2 : 1, ...changed)),
  };
}

const withStat = (each: Seen): boolean =>
  each.kind === "answer" &&
  each.code === "Ok" &&
  JSON.stringify(each.value)?.startsWith('{"czxid"');
const isEvent = (each: Seen): boolean => each.kind === "event" && each.type !== "None";
const statWith =
  (field: string, value: number) =>
  (each: Seen): Seen[] => {
    if (each.kind !== "answer") return [each];
    const stat = each.value as Record<string, number>;
    return [{ ...each, value: { ...stat, [field]: (stat[field] ?? 0) + value } }];
  };

test.each<[string, (each: Seen) => boolean, Parameters<typeof planted>[2]]>([
  [
    "another code",
    (each) => each.kind === "answer",
    (each) => [{ ...each, code: "NoAuth" } as Seen],
  ],
  [
    "another path",
    (each) => each.kind === "answer" && typeof each.value === "string",
    (each) => [{ ...each, value: "/c" } as Seen],
  ],
  ["another version", withStat, statWith("version", 1)],
  ["another cversion", withStat, statWith("cversion", 1)],
  ["another length", withStat, statWith("dataLength", 1)],
  ["another number of children", withStat, statWith("numChildren", 1)],
  ["a transaction that is between others", withStat, statWith("mzxid", 0.5)],
  ["an owner", withStat, statWith("ephemeralOwner", 1)],
  ["a lost event", isEvent, () => []],
  ["another type of event", isEvent, (each) => [{ ...each, type: "NodeCreated?" } as Seen]],
  ["an event of another watch", isEvent, (each) => [{ ...each, setAt: 99 } as Seen]],
  [
    "an event after the answer",
    isEvent,
    (each, next) => (next?.kind === "answer" ? [next, each] : []),
  ],
  ["another state", (each) => each.kind === "state", () => [{ kind: "state", state: "readOnly" }]],
])("%s is found", async (_, isMeant, change) => {
  let changes = 0;
  for (const script of SCRIPTS.slice(0, 10)) {
    const outcome = await runSimulated(script, 1);
    const wrong = planted(outcome, isMeant, change);
    if (wrong === undefined) continue;
    changes += 1;
    expect(differences(script, outcome, wrong)).not.toEqual([]);
  }
  expect(changes).toBeGreaterThan(0);
});

test("a difference is explained only where its reason holds", () => {
  const on = (path: string): Step => ({
    session: 0,
    request: { kind: "exists", path, watch: false },
  });
  const stat = { session: 0, real: 'Ok {"aversion":-1}', ours: 'Ok {"aversion":0}' };
  const found = [
    { ...stat, step: on("/zookeeper/config") },
    { ...stat, step: on("/a") },
  ];
  const { explained, others } = explanations(found);
  expect(explained).toMatchObject([{ times: 1 }]);
  expect(others).toEqual(found.slice(1));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test("what is asked wrongly, and what is missing, is said in a sentence", async () => {
  const said = vi.spyOn(console, "error").mockReturnValue();
  expect(await main(["--scripts", "many"])).toBe(2);
  expect(said.mock.lastCall?.[0]).toBe(
    "quorumlab compare: --scripts many: expected a whole number of at least 1.",
  );
  vi.stubEnv("PATH", "");
  expect(await main([])).toBe(2);
  expect(said.mock.lastCall?.[0]).toContain("There is no Java here");
});

const missing = await findJars(ZOOKEEPER).then(
  () => undefined,
  (error: Error) => error.message,
);
if (missing !== undefined) console.log(`Nothing was compared with a real ZooKeeper: ${missing}`);

test.skipIf(missing !== undefined)(
  "the real ZooKeeper is not told apart in 20 scripts",
  async () => {
    const printed = vi.spyOn(console, "log").mockReturnValue();
    // 3: so few scripts do not see every answer.
    expect([0, 3]).toContain(await main(["--scripts", "20", "--seed", "7"]));
    expect(printed.mock.lastCall?.[0]).toContain("No unexplained differences.");
  },
);
