/** Histories made by hand, of a register that begins at 0. */

import type { History, RegisterInput } from "../../lib/check/index.ts";
import { Recorder } from "../../lib/check/index.ts";
import { lots } from "./traces.ts";

type Registers = History<RegisterInput<number>, number | undefined>;

const read = { kind: "read" } as const;
const write = (value: number) => ({ kind: "write", value }) as const;

/** Three clients, a write that nobody answered, one that failed, and reads that fit one order. */
export function fine(): Registers {
  const run = new Recorder<RegisterInput<number>, number | undefined>();
  const a = run.invoke("c1", write(1), 0);
  const b = run.invoke("c2", read, 3);
  a.ok(undefined, 12);
  b.ok(0, 14);
  const c = run.invoke("c3", write(2), 16);
  const d = run.invoke("c1", read, 20);
  const e = run.invoke("c2", read, 22);
  d.ok(1, 28);
  e.ok(2, 34);
  c.info();
  const f = run.invoke("c1", write(3), 38);
  const g = run.invoke("c3", write(4), 40);
  const h = run.invoke("c2", read, 44);
  f.fail(46);
  h.ok(4, 52);
  g.ok(undefined, 58);
  return run.history();
}

/** A read that returns what was overwritten before it began. */
export function stale(): Registers {
  const run = new Recorder<RegisterInput<number>, number | undefined>();
  const a = run.invoke("app 1", write(1), 0);
  a.ok(undefined, 10);
  const b = run.invoke("app 1", write(2), 14);
  const c = run.invoke("app 2", read, 17);
  c.ok(2, 24);
  b.ok(undefined, 28);
  const d = run.invoke("app 1", write(3), 31);
  const e = run.invoke("app 2", read, 33);
  e.ok(1, 42);
  d.ok(undefined, 44);
  const f = run.invoke("app 1", read, 50);
  f.ok(3, 60);
  return run.history();
}

/** 400 operations of 20 clients. */
export function many(): Registers {
  const run = new Recorder<RegisterInput<number>, number | undefined>();
  for (let round = 0; round < 20; round++) {
    for (let client = 0; client < 20; client++) {
      const atMs = round * 100 + client * 4;
      run
        .invoke(`c${client}`, client === 0 ? write(round) : read, atMs)
        .ok(client === 0 ? undefined : round, atMs + 3);
    }
  }
  return run.history();
}

/** A history drawn by lot, right or wrong. */
export function anything(seed: number): Registers {
  const below = lots(seed);
  const run = new Recorder<RegisterInput<number>, number | undefined>();
  const open = new Map<string, ReturnType<typeof run.invoke>>();
  const reads = new Set<string>();
  let value = 0;
  for (let atMs = 0; atMs < 200; atMs += below(12)) {
    const client = `client ${below(4)}`;
    const call = open.get(client);
    if (call === undefined) {
      const input = below(2) ? read : write(below(4));
      if (input.kind === "read") reads.add(client);
      else [value] = [input.value, reads.delete(client)];
      open.set(client, run.invoke(client, input, atMs));
    } else {
      const fate = below(8);
      if (fate === 0) call.info();
      else if (fate === 1) call.fail(atMs);
      else call.ok(reads.has(client) ? (below(6) ? value : below(4)) : undefined, atMs);
      open.delete(client);
    }
  }
  return run.history();
}
