import {
  type CallError,
  mustWriteBack,
  newest,
  nextTimestamp,
  quorumSizes,
  type RegisterHost,
  type RegisterMessage,
  type RegisterOptions,
  registerClient,
  registerReplica,
  type Version,
} from "quorumlab/recipes";
import { type Fault, type NodeId, type Protocol, type Run, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";

function version(value: string, counter: number, writer: string): Version {
  return { value, timestamp: { counter, writer } };
}
const [a, b, c] = [version("A", 1, "c1"), version("B", 2, "c1"), version("C", 2, "c2")];

test("two quorums share a replica, and a minority is not needed", () => {
  for (let replicas = 1; replicas < 10; replicas++) {
    const { read, write } = quorumSizes(replicas);
    expect(read + write).toBeGreaterThan(replicas);
    expect(Math.max(read, write)).toBe(replicas - Math.ceil(replicas / 2) + 1);
  }
});

test("the newest version is the same in every order, also of two with one counter", () => {
  for (const versions of [
    [a, b, c],
    [c, b, a],
    [b, c, a],
  ])
    expect(newest(versions)).toBe(c);
});

test("a new write comes after everything that was found", () => {
  expect(nextTimestamp([b, a], "c0")).toEqual({ counter: 3, writer: "c0" });
});

test("a read stores what it found, unless a whole write quorum has it", () => {
  const sizes = { read: 2, write: 2 };
  expect(mustWriteBack([b, b], sizes)).toBe(false);
  expect(mustWriteBack([b, c], sizes)).toBe(true);
  expect(mustWriteBack([b, b], { read: 2, write: 3 })).toBe(true);
});

type Program = (host: RegisterHost) => Promise<void>;
type Replica = Protocol<Version, RegisterMessage>;

const SECOND = 1000;
const replicas = ["s1", "s2", "s3"];

function run(
  programs: Readonly<Record<NodeId, Program>>,
  faults: readonly Fault[],
  { seed = 1, ...options }: Partial<RegisterOptions> & { readonly seed?: number } = {},
): Promise<Run> {
  const clients = Object.entries(programs).map(
    ([id, program]) => [id, registerClient({ replicas, ...options }, program)] as const,
  );
  const replica = registerReplica();
  const servers = { ...Object.fromEntries(clients), s1: replica, s2: replica, s3: replica };
  return simulate({ seed, servers, faults, forMs: SECOND });
}

const values = ({ states }: Run) => replicas.map((node) => (states[node] as Version).value);

test("a write is read, with one of three replicas dead", async () => {
  const seen: unknown[] = [];
  const program: Program = async ({ read, write }) => {
    seen.push(await read());
    await write("A");
    seen.push(await read());
  };
  const all = await run({ c1: program }, [{ kind: "crash", node: "s2", atMs: 1 }]);
  expect(seen).toEqual([null, "A"]);
  expect(values(all)).toEqual(["A", null, "A"]);
});

test("datagrams that are lost, doubled and late do not stop a client, which asks again", async () => {
  const seen: unknown[] = [];
  const program: Program = async ({ read, write }) => {
    for (const value of ["A", "B", "C"]) {
      await write(value);
      seen.push(await read());
    }
  };
  const faults: Fault[] = [
    { kind: "drop", probability: 0.3, atMs: 0 },
    { kind: "duplicate", probability: 0.5, atMs: 0 },
    { kind: "reorder", probability: 0.5, byMs: 40, atMs: 0 },
  ];
  await run({ c1: program }, faults);
  expect(seen).toEqual(["A", "B", "C"]);
});

test("without a majority an operation fails in time, and nobody knows whether it happened", async () => {
  const failed: [code: string, unknownOutcome: boolean, atMs: number][] = [];
  const program: Program = async ({ write, trueMs }) => {
    await write("A").catch(({ code, unknownOutcome }: CallError) => {
      failed.push([code, unknownOutcome, Math.round(trueMs())]);
    });
  };
  const dead = ["s1", "s2"].map((node): Fault => ({ kind: "crash", node, atMs: 0 }));
  await run({ c1: program }, dead, { timeoutMs: 100 });
  expect(failed).toEqual([["OperationTimeout", true, 100]]);
});

/** c1 writes A, then B; it dies when B has reached one replica. c2 reads, and then c3 does, which cannot reach it. */
async function dies(options: Partial<RegisterOptions>): Promise<{ seen: unknown[]; last: Run }> {
  const seen: unknown[] = [];
  const writer: Program = async ({ write, sleep }) => {
    await write("A");
    await sleep(100);
    await write("B");
  };
  const reader =
    (atMs: number): Program =>
    async ({ read, sleep }) => {
      await sleep(atMs);
      seen.push(await read());
    };
  const slow: Fault = { kind: "delay", from: ["c1"], to: ["s2", "s3"], byMs: 30, atMs: 90 };
  const faults: Fault[] = [
    slow,
    { kind: "cut", from: ["c1"], to: ["s2", "s3"], atMs: 170 },
    { kind: "crash", node: "c1", atMs: 170 },
    { kind: "cut", from: ["c2"], to: ["s2"], atMs: 0 },
    { kind: "cut", from: ["c3"], to: ["s1"], atMs: 0 },
  ];
  const last = await run({ c1: writer, c2: reader(300), c3: reader(400) }, faults, options);
  return { seen, last };
}

test("a write that failed for its writer is finished by the first reader that sees it", async () => {
  const { seen, last } = await dies({});
  expect(seen).toEqual(["B", "B"]);
  expect(values(last)).toEqual(["B", "B", "B"]);
});

test("without write-back the next reader does not see it: a read is taken back", async () => {
  const { seen } = await dies({ mustWriteBack: () => false });
  expect(seen).toEqual(["B", "A"]);
});

test("quorums that do not meet lose a write", async () => {
  const loss: Fault = { kind: "drop", probability: 0.3, atMs: 0 };
  const lost = async (sizes: { read: number; write: number }) => {
    let runs = 0;
    for (let seed = 0; seed < 30; seed++) {
      const program: Program = async ({ read, write }) => {
        await write("A");
        if ((await read()) !== "A") runs += 1;
      };
      await run({ c1: program }, [loss], { seed, timeoutMs: 500, quorumSizes: () => sizes });
    }
    return runs;
  };
  expect(await lost({ read: 1, write: 1 })).toBeGreaterThan(0);
  expect(await lost({ read: 1, write: 2 })).toBeGreaterThan(0);
  expect(await lost({ read: 2, write: 2 })).toBe(0);
  expect(await lost({ read: 1, write: 3 })).toBe(0);
});

/** Every replica dies when it has answered, and comes back with what its disk kept. */
async function powerCut(replica: Replica): Promise<unknown> {
  let seen: unknown;
  const program: Program = async ({ read, write, sleep }) => {
    await write("A");
    await sleep(300);
    seen = await read();
  };
  const faults = replicas.map((node): Fault => {
    return { kind: "crash", node, atMs: 250, forMs: 10, unsynced: "lost" };
  });
  const servers = {
    c1: registerClient({ replicas, timeoutMs: 500 }, program),
    s1: replica,
    s2: replica,
    s3: replica,
  };
  await simulate({ seed: 1, servers, faults, forMs: SECOND, syncTime: 100 });
  return seen;
}

test("a replica answers when the disk has it: a power cut takes nothing back", async () => {
  expect(await powerCut(registerReplica())).toBe("A");
  const right = registerReplica();
  const hasty: Replica = {
    ...right,
    onMessage(state, nowMs, from, message, out) {
      const send: typeof out.send = (to, answer) => out.send(to, answer, { beforeSync: true });
      right.onMessage(state, nowMs, from, message, { ...out, put: out.put.bind(out), send });
    },
  };
  expect(await powerCut(hasty)).toBe(null);
});

/** The timestamps of what a client sent to be stored, each once, and in how many lives. */
function stored({ trace }: Run, client: NodeId): { timestamps: string[]; lives: number } {
  const own = trace.events.filter((event) => "node" in event && event.node === client);
  const timestamps = own.flatMap((event) => {
    if (event.kind !== "send" || !("version" in (event.body as RegisterMessage))) return [];
    const { version } = event.body as { version: Version };
    return `${version.value} ${version.timestamp.counter} ${version.timestamp.writer}`;
  });
  const lives = own.filter(({ kind }) => kind === "start").length;
  return { timestamps: [...new Set(timestamps)], lives };
}

test("a client that dies while it writes never uses a counter for two values", async () => {
  let life = 0;
  const program: Program = async ({ write }) => write(`${++life}`);
  // Of each of the first writes nobody but the client knows: it dies as soon as it has sent them.
  const faults: Fault[] = [
    ...[9, 21].map((atMs): Fault => ({ kind: "crash", node: "c1", atMs, forMs: 2 })),
    { kind: "cut", from: ["c1"], to: replicas, oneWay: true, atMs: 7, forMs: 3 },
  ];
  const { timestamps, lives } = stored(await run({ c1: program }, faults), "c1");
  expect(lives).toBe(3);
  expect(timestamps).toEqual(["1 1 c1", "2 2 c1", "3 3 c1"]);
});

test("writes of one client at one time take one counter each", async () => {
  const program: Program = async ({ write }) => {
    await Promise.all(["A", "B"].map((value) => write(value)));
  };
  const { timestamps } = stored(await run({ c1: program }, []), "c1");
  expect(timestamps).toEqual(["A 1 c1", "B 2 c1"]);
});
