/** Traces made by hand: runs that pictures are drawn from, told event by event. */

import type { Fault, Happening, NodeId, Trace, TraceEvent } from "../../lib/sim/index.ts";

type Written = { readonly atMs: number; readonly event: Happening; readonly cause?: Written };

/** What becomes of a message: it arrives after so many milliseconds, perhaps twice, or is lost after so many. */
type Fate =
  | number
  | { readonly arrives: readonly number[] }
  | { readonly lost: Extract<Happening, { kind: "lose" }>["why"]; readonly afterMs?: number }
  | "under way";

/** Writes a trace down. Each call returns what was written, so that a later one can name it as its cause. */
export class Recorder {
  readonly nodes: readonly NodeId[];
  readonly written: Written[] = [];
  messages = 0;

  constructor(...nodes: readonly NodeId[]) {
    this.nodes = nodes;
  }

  add(atMs: number, event: Happening, cause?: Written): Written {
    const written = cause === undefined ? { atMs, event } : { atMs, event, cause };
    this.written.push(written);
    return written;
  }

  /** Sends a message; returns its (last) arrival or loss, or its sending when it is under way. */
  send(
    atMs: number,
    from: NodeId,
    to: NodeId,
    body: unknown,
    fate: Fate,
    cause?: Written,
  ): Written {
    const message = this.messages++;
    const send = this.add(atMs, { kind: "send", node: from, to, message, body }, cause);
    if (fate === "under way") return send;
    if (typeof fate === "object" && "lost" in fate) {
      const lose = { kind: "lose", node: from, to, message, why: fate.lost } as const;
      return this.add(atMs + (fate.afterMs ?? 0), lose, send);
    }
    const arrival = { kind: "deliver", node: to, from, message, body, sentMs: atMs } as const;
    const times = typeof fate === "number" ? [fate] : fate.arrives;
    return times.map((afterMs) => this.add(atMs + afterMs, arrival, send)).at(-1) as Written;
  }

  fault(fromMs: number, toMs: number | undefined, fault: Fault): void {
    this.add(fromMs, { kind: "fault", fault, phase: "begin" });
    if (toMs !== undefined) this.add(toMs, { kind: "fault", fault, phase: "end" });
  }

  role(atMs: number, node: NodeId, role: string): void {
    this.add(atMs, { kind: "role", node, role });
  }

  note(atMs: number, node: NodeId, text: string, cause?: Written): Written {
    return this.add(atMs, { kind: "note", node, text }, cause);
  }

  trace(endMs: number): Trace {
    const order = [...this.written].sort((a, b) => a.atMs - b.atMs);
    const place = new Map(order.map((each, index) => [each, index]));
    const events = order.map(({ atMs, event, cause }, index): TraceEvent => {
      return { ...event, index, atMs, cause: cause && place.get(cause) };
    });
    return { nodes: this.nodes, events, endMs };
  }
}

/** An app server asks a tracker who the master is, writes to it, and later writes to one that is master no more. */
export function staleAnswer(): Trace {
  const run = new Recorder("app", "tracker", "db1", "db2");
  run.role(0, "db1", "master");
  run.role(0, "db2", "replica");
  const ask = run.send(4, "app", "tracker", { kind: "who is master?" }, 5);
  const told = run.send(9, "tracker", "app", { kind: "db1" }, 5, ask);
  const write = run.send(14, "app", "db1", { kind: "write x = 1" }, 6, told);
  run.send(20, "db1", "app", { kind: "done" }, 6, write);
  run.role(32, "db1", "stopped");
  run.role(36, "db2", "master");
  run.send(34, "db2", "tracker", { kind: "I am master" }, 14);
  run.note(28, "app", "answer kept for 60 ms");
  const stale = run.send(42, "app", "db1", { kind: "write x = 2" }, 6);
  run.send(48, "db1", "app", { kind: "done" }, 6, stale);
  run.note(54, "app", "believes x = 2");
  const read = run.send(60, "app", "db2", { kind: "read x" }, 6);
  run.send(66, "db2", "app", { kind: "x = 1" }, 6, read);
  return run.trace(78);
}

/** Five servers are cut in two while s1 leads; the majority elects s3, and s1 steps down when the cut heals. */
export function partition(): Trace {
  const all = ["s1", "s2", "s3", "s4", "s5"] as const;
  const run = new Recorder(...all);
  const minority = ["s1", "s2"];
  for (const node of all) run.role(0, node, node === "s1" ? "leader" : "follower");
  run.fault(30, 130, { kind: "cut", from: minority, to: ["s3", "s4", "s5"], atMs: 30, forMs: 100 });
  for (const [round, atMs] of [10, 40, 70, 100].entries()) {
    for (const to of all.slice(1)) {
      const cut = round > 0 && !minority.includes(to);
      run.send(atMs, "s1", to, { kind: "append" }, cut ? { lost: "cut" } : 5 + round / 2);
    }
  }
  run.role(64, "s3", "candidate");
  for (const to of ["s4", "s5"]) {
    const asked = run.send(64, "s3", to, { kind: "vote?" }, 5);
    run.send(69, to, "s3", { kind: "yes" }, 5, asked);
  }
  run.role(74, "s3", "leader");
  for (const atMs of [80, 110, 134]) {
    for (const to of all.filter((each) => each !== "s3")) {
      const cut = atMs < 130 && minority.includes(to);
      run.send(atMs, "s3", to, { kind: "append" }, cut ? { lost: "cut" } : 6);
    }
  }
  run.role(140, "s1", "follower");
  run.note(76, "s3", "epoch 2");
  return run.trace(150);
}

/** A server pauses, another crashes and comes back. */
export function crash(): Trace {
  const run = new Recorder("client", "s1", "s2");
  run.send(5, "client", "s1", { kind: "write", value: 7 }, 8);
  run.send(13, "s1", "s2", { kind: "copy" }, 7);
  run.add(22, { kind: "crash", node: "s2" });
  run.send(24, "client", "s1", { kind: "write", value: 8 }, 8);
  run.send(32, "s1", "s2", { kind: "copy" }, { lost: "down", afterMs: 7 });
  run.add(44, { kind: "pause", node: "s1" });
  run.send(45, "client", "s1", { kind: "write", value: 9 }, 23);
  run.add(56, { kind: "start", node: "s2", restart: true });
  run.add(68, { kind: "resume", node: "s1" });
  run.send(68, "s1", "s2", { kind: "copy" }, 7);
  run.send(70, "s1", "client", { kind: "done" }, 8);
  run.send(82, "s2", "s1", { kind: "fetch" }, "under way");
  run.note(58, "s2", "reads its log: 1 entry");
  return run.trace(88);
}

/** Datagrams that are lost, doubled and overtaken. */
export function datagrams(): Trace {
  const run = new Recorder("reader", "r1", "r2", "r3");
  run.fault(0, undefined, { kind: "drop", atMs: 0, probability: 0.2 });
  run.fault(12, 40, { kind: "duplicate", atMs: 12, forMs: 28, probability: 0.5, to: ["r2"] });
  const asked = ["r1", "r2", "r3"].map((to, at) =>
    run.send(5, "reader", to, { kind: "read" }, at === 2 ? { lost: "dropped" } : 6 + 2 * at),
  );
  run.send(11, "r1", "reader", { kind: "x = 1" }, 7, asked[0]);
  run.send(13, "r2", "reader", { kind: "x = 2" }, { arrives: [6, 17] }, asked[1]);
  run.send(22, "reader", "r1", { kind: "write x = 2" }, 12);
  run.send(24, "reader", "r1", { kind: "write x = 3" }, 4);
  run.send(24, "reader", "r2", { kind: "write x = 3" }, { arrives: [5, 9] });
  run.send(24, "reader", "r3", { kind: "write x = 3" }, { lost: "dropped" });
  run.note(34, "r1", "keeps 3, not 2");
  return run.trace(46);
}

/** A run of so many messages among four servers. */
export function long(messages: number): Trace {
  const run = new Recorder("s1", "s2", "s3", "s4");
  for (let n = 0; n < messages; n++) {
    const from = run.nodes[n % 4] as string;
    const to = run.nodes[(n + 1 + (n % 3)) % 4] as string;
    const kind = n % 5 === 0 ? "a message with a rather long name" : "beat";
    run.send(n * 0.4, from, to, { kind }, n % 17 === 0 ? { lost: "dropped" } : 2 + (n % 5));
  }
  return run.trace(messages * 0.4 + 10);
}

/** Draws lots: each call gives a whole number below `n` (Mulberry32). */
export function lots(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

/** A run drawn by lot: anything may happen to anybody at any time. */
export function anything(seed: number): Trace {
  const below = lots(seed);
  const all = Array.from(
    { length: 1 + below(8) },
    (_, n) => `server-${n}`.slice(0, 2 + below(9)) + n,
  );
  const run = new Recorder(...all);
  const one = () => all[below(all.length)] as string;
  const texts = ["vote", '<b>&"bold"</b>', "append entries from 17 to 29", "é漢字🙂", "x", ""];
  const text = () => texts[below(texts.length)] as string;
  for (let n = below(60); n >= 0; n--) {
    const atMs = below(1000) / 10;
    const [from, to] = [one(), one()];
    const fates = [1 + below(20), { lost: "dropped" }, { arrives: [2, 9] }, "under way"] as const;
    run.send(
      atMs,
      from,
      to,
      { kind: text() },
      fates[below(below(4) + 1)] as (typeof fates)[number],
    );
    if (below(5) === 0) run.note(atMs, from, text());
    if (below(6) === 0) run.role(atMs, to, text());
    if (below(9) === 0) run.add(atMs, { kind: below(2) ? "crash" : "pause", node: to });
    if (below(9) === 0) run.add(atMs, { kind: "start", node: to, restart: true });
    if (below(9) === 0)
      run.fault(atMs, atMs + below(30), { kind: "cut", from: [from], to: [to], atMs });
  }
  return run.trace(100);
}
