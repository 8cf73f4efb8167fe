/** The guard: what a run may not touch it names, and whoever is not part of the run notices nothing. */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { simulate, withProgram } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import { busy } from "./busy.ts";
import { lineOf, REPORTED, runWith, THROWN } from "./offences.ts";
import { datagrams, STEADY } from "./puppet.ts";

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

describe.each([...THROWN, ...REPORTED])("$says", (offence) => {
  const { says, offend } = offence;
  const line = new RegExp(`offences\\.ts:${lineOf(offence)}:\\d+\\. A run awaits only its world`);

  test("named with its line when a program does it", async () => {
    const run = runWith(offend);
    await expect(run).rejects.toThrow(`${says} used inside a simulated run, at `);
    await expect(run).rejects.toThrow(line);
  });

  test("named when the program catches all errors", async () => {
    const run = runWith(async () => {
      try {
        await offend();
      } catch {}
    });
    await expect(run).rejects.toThrow(says);
  });

  test("named when a handler does it", async () => {
    const a = datagrams([[1, () => void offend()]]);
    const run = simulate({ ...STEADY, servers: { a }, forMs: 10 });
    await expect(run).rejects.toThrow(says);
    await expect(run).rejects.toThrow(line);
  });
});

test("the judge of every event is part of the run", async () => {
  const always = () => void Date.now();
  const run = simulate({ ...STEADY, servers: { a: datagrams() }, forMs: 1, always });
  await expect(run).rejects.toThrow("Date.now() was used");
});

test("a time that is given, arithmetic, microtasks and printing are no offence", async () => {
  const run = await runWith(async (host) => {
    const day = new Date(0).toISOString().length + Date.UTC(1970, 0) + Math.floor(Math.PI);
    await new Promise<void>((resolve) => queueMicrotask(resolve));
    host.note(`${day} ${structuredClone({ a: 1 }).a} ${new Date(1) instanceof Date}`);
  });
  expect(run.trace.events.at(-1)).toMatchObject({ text: "27 1 true" });
});

/** Everything that a run may not do, done by somebody else. @returns how often it went well */
function bystander(): { stop(): Promise<number> } {
  let times = 0;
  let last: Promise<unknown> = Promise.resolve();
  const errors: unknown[] = [];
  const act = () => {
    try {
      const sum = Date.now() + new Date().getFullYear() + Math.random() + performance.now();
      performance.mark("seen");
      if (sum > 0 && Date().length > 0 && performance.timeOrigin > 0) times += 1;
      last = readFile(import.meta.filename).then(() =>
        Math.sqrt(Number(crypto.randomUUID().length)),
      );
      last.catch((error) => errors.push(error));
    } catch (error) {
      errors.push(error);
    }
  };
  let going = true;
  const again = () => {
    act();
    if (going) setImmediate(again);
  };
  setTimeout(again, 0);
  return {
    async stop() {
      going = false;
      await last;
      expect(errors).toEqual([]);
      return times;
    },
  };
}

test("whoever is not part of a run uses clocks, chance, timers and files while it is in progress", async () => {
  const other = bystander();
  const program = async (host: { sleep(ms: number): Promise<void> }) => {
    for (;;) await host.sleep(1);
  };
  const a = withProgram(datagrams(), program);
  const alone = await simulate({ ...STEADY, servers: { a }, forMs: 5000 });
  const running = simulate({ ...STEADY, servers: { a }, forMs: 5000 });
  const started = Date.now() > 0 && Math.random() < 1;
  await turn();
  expect(new Date().getFullYear()).toBeGreaterThan(0);
  expect(started).toBe(true);
  expect((await running).digest).toBe(alone.digest);
  expect(await other.stop()).toBeGreaterThan(10);
});

test("two runs side by side are the runs that they are alone, and only the offender is stopped", async () => {
  const alone = [await simulate(busy(1)), await simulate(busy(2))];
  const late = runWith(async (host) => {
    await host.sleep(5);
    Math.random();
  });
  const [one, two, third] = await Promise.allSettled([simulate(busy(1)), simulate(busy(2)), late]);
  expect([one, two].map((run) => run.status === "fulfilled" && run.value.digest)).toEqual(
    alone.map(({ digest }) => digest),
  );
  expect(third.status === "rejected" && String(third.reason)).toContain("Math.random() was used");
});

test("afterwards the globals are the original ones, also when the run failed", async () => {
  const globals = () =>
    ["Date", "Math", "performance", "Temporal", "crypto"].map((name) =>
      Object.getOwnPropertyDescriptor(globalThis, name),
    );
  const [before, now] = [globals(), Object.getOwnPropertyDescriptor(performance, "now")];
  await simulate(busy(1));
  await expect(runWith(() => Date.now())).rejects.toThrow();
  expect(globals()).toEqual(before);
  expect(globals().every((each, index) => each?.value === before[index]?.value)).toBe(true);
  expect(Object.getOwnPropertyDescriptor(performance, "now")).toEqual(now);
  expect(Date.now()).toBeGreaterThan(1_700_000_000_000);
});

test.each([[[]], [["--frozen-intrinsics"]]])(
  "every offence is named in plain Node with %j",
  async (flags) => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...flags,
      "--disable-warning=ExperimentalWarning",
      script("offences.ts"),
    ]);
    const named = [...THROWN, ...REPORTED].map(() => "named");
    expect(stdout.trim().split("\n")).toEqual([...named, "free again"]);
  },
);
