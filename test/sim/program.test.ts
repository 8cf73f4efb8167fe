/** Programs: async functions in virtual time, which a crash ends and a restart begins again. */

import { type Fault, type ProgramHost, simulate, withProgram } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import { datagrams, STEADY, story } from "./puppet.ts";

type Program = (host: ProgramHost<unknown>) => Promise<void>;

/** Answers its own program with what it was asked, and passes on what others send. */
const echo = datagrams([], {
  onStart: (self) => ({ self: self.id }),
  onMessage(state, _nowMs, _from, message, out) {
    out.send((state as { self: string }).self, message);
  },
});

const runOf = (program: Program, faults: readonly Fault[] = [], forMs = 1000) =>
  simulate({ ...STEADY, servers: { a: withProgram(echo, program) }, faults, forMs });

const notes = async (program: Program, faults: readonly Fault[] = []) =>
  (await runOf(program, faults)).trace.events.flatMap((event) =>
    event.kind === "note" ? [`${event.atMs} ${event.text}`] : [],
  );

test("a program sleeps in virtual time, and a year takes no longer than it must", async () => {
  const year = 365 * 24 * 3_600_000;
  const run = await runOf(
    async (host) => {
      await host.sleep(year);
      host.note(`${host.now() - year}`);
    },
    [],
    2 * year,
  );
  expect(run.trace.events.at(-1)).toMatchObject({ kind: "note", text: "0", atMs: year });
  expect(run.trace.endMs).toBe(year);
});

test("a program and its protocol talk through messages from their own id, in order", async () => {
  expect(
    await notes(async (host) => {
      for (const n of [1, 2, 3]) host.send(n);
      await host.sleep(5);
      host.send(4);
      for (let n = 0; n < 4; n++) host.note(`${await host.receive()}`);
    }),
  ).toEqual(["5 1", "5 2", "5 3", "5 4"]);
});

test("two that wait for a message get one each, in the order in which they asked", async () => {
  expect(
    await notes(async (host) => {
      const both = [1, 2].map(async (n) => host.note(`${n} got ${await host.receive()}`));
      host.send("x");
      host.send("y");
      await Promise.all(both);
    }),
  ).toEqual(["0 1 got x", "0 2 got y"]);
});

test("a program's messages are told apart in the trace, with their causes", async () => {
  const run = await runOf(async (host) => {
    host.send("ask");
    await host.receive();
    host.note("done");
  });
  const { events } = run.trace;
  expect(story(run)).toEqual([
    "0 a sends a ask",
    "0 a gets ask",
    "0 a sends a ask",
    "0 a notes done",
  ]);
  expect(events.map(({ cause }) => cause)).toEqual([undefined, 0, 1, 2, 3]);
});

test("what a program sends waits like every message of its server for the disk", async () => {
  const writing = datagrams([], {
    onMessage(_state, _nowMs, _from, _message, out) {
      out.append("log", 1);
      out.send("a", "written");
    },
  });
  const program: Program = async (host) => {
    host.send("write");
    await host.receive();
    host.note("told");
  };
  const servers = { a: withProgram(writing, program) };
  const run = await simulate({ ...STEADY, syncTime: 4, servers, forMs: 100 });
  expect(story(run).slice(-2)).toEqual(["4 a sends a written", "4 a notes told"]);
});

test("a crash ends a program where it waits, and the restart runs it from the start", async () => {
  const crash: Fault = { kind: "crash", node: "a", atMs: 25, forMs: 5 };
  expect(
    await notes(
      async (host) => {
        host.note("begin");
        for (let n = 1; n < 4; n++) {
          await host.sleep(10);
          host.note(`${n}`);
        }
      },
      [crash],
    ),
  ).toEqual(["0 begin", "10 1", "20 2", "30 begin", "40 1", "50 2", "60 3"]);
});

test("what a dead program still tries comes to nothing", async () => {
  const hosts: ProgramHost<unknown>[] = [];
  const crash: Fault = { kind: "crash", node: "a", atMs: 25, forMs: 5 };
  const lives: string[] = [];
  const program: Program = async (host) => {
    hosts.push(host);
    const dead = hosts[0] as ProgramHost<unknown>;
    if (dead === host) {
      await host.sleep(50);
      lives.push("the dead one goes on");
    }
    dead.note("a ghost");
    dead.send("a ghost");
    await host.sleep(50);
    lives.push("the next one goes on");
  };
  expect(story(await runOf(program, [crash]))).toEqual(["25 a crash", "30 a start"]);
  expect(lives).toEqual(["the next one goes on"]);
});

test("all that a program does before it waits again is done before the next event", async () => {
  const order: string[] = [];
  const program: Program = async (host) => {
    for (const atMs of [0, 10, 20]) {
      for (let n = 0; n < 100; n++) await Promise.resolve();
      order.push(`program at ${atMs}`);
      await host.sleep(10);
    }
  };
  const b = datagrams([0, 10, 20].map((atMs) => [atMs + 0.001, () => order.push(`b at ${atMs}`)]));
  const scenario = { ...STEADY, servers: { a: withProgram(echo, program), b }, forMs: 100 };
  const expected = [0, 10, 20].flatMap((atMs) => [`program at ${atMs}`, `b at ${atMs}`]);
  await simulate(scenario);
  expect(order).toEqual(expected);
  order.length = 0;
  // Called from the event loop itself, where a tick would come before the microtasks.
  await new Promise((resolve) => setImmediate(() => resolve(simulate(scenario))));
  expect(order).toEqual(expected);
});

test("a program's luck is its own and depends on the seed", async () => {
  const draw = (seed: number) => {
    const drawn: number[] = [];
    const program: Program = async (host) => {
      for (let n = 0; n < 100; n++) drawn.push(host.random());
    };
    return simulate({ seed, servers: { a: withProgram(echo, program) }, forMs: 1 }).then(
      () => drawn,
    );
  };
  const [one, again, other] = [await draw(1), await draw(1), await draw(2)];
  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
  expect(new Set(one).size).toBe(100);
  expect(one.every((n) => n >= 0 && n < 1)).toBe(true);
});

describe("errors", () => {
  test("an error of a program is the run's error", async () => {
    const failing: Program = async (host) => {
      await host.sleep(5);
      throw new Error("no quorum, no cry");
    };
    await expect(runOf(failing)).rejects.toThrow("no quorum, no cry");
  });

  test("an error that the program catches is none", async () => {
    const calm: Program = async (host) => {
      await host.sleep(-1).catch((error: Error) => host.note(error.message));
    };
    expect(await notes(calm)).toEqual(["0 sleep is -1; expected milliseconds, 0 or more."]);
  });

  test("a message to a program that is not there is a broken invariant", async () => {
    const a = datagrams([[1, (out) => out.send("a", "anybody?")]]);
    await expect(simulate({ ...STEADY, servers: { a }, forMs: 10 })).rejects.toThrow(
      "a sends to its program, but it has none",
    );
  });
});

test("a message that waited in the inbox is still the cause of what follows", async () => {
  const twice = datagrams([], {
    onStart: (self) => ({ self: self.id }),
    onMessage(state, _nowMs, _from, _message, out) {
      const { self } = state as { self: string };
      out.send(self, "one");
      out.send(self, "two");
    },
  });
  const program: Program = async (host) => {
    host.send("go");
    await host.receive();
    host.note(`got ${await host.receive()}`);
  };
  const servers = { a: withProgram(twice, program) };
  const { trace } = await simulate({ ...STEADY, servers, forMs: 10 });
  const note = trace.events.find(({ kind }) => kind === "note");
  expect(trace.events[note?.cause ?? 0]).toMatchObject({ kind: "send", body: "two" });
});
