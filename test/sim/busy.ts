/** A world in which everything happens that can: wires, disks, clocks, luck, programs and every kind of fault. */

import { type Fault, type Protocol, type Scenario, withProgram } from "quorumlab/sim";

type Word = { readonly kind: "word"; readonly text: string; readonly hops: number };
type State = { role: string; readonly self: string; seen: string[]; restarts: number };

/** Passes words on to a peer drawn by luck, and keeps them. */
const gossip: Protocol<State, Word> = {
  wire: "connection",
  onStart({ id, peers }, saved, nowMs, out) {
    for (const peer of peers) out.connect(peer);
    out.setTimer("beat", 20 + (nowMs % 7));
    const kept = saved.log<string>("words");
    const restarts = (saved.cell<number>("restarts") ?? -1) + 1;
    out.put("restarts", restarts);
    return { role: "gossip", self: id, seen: kept.entries, restarts };
  },
  onMessage(state, nowMs, from, word, out) {
    state.seen.push(word.text);
    out.append("words", word.text);
    if (state.seen.length % 5 === 0) out.dropHead("words", state.seen.length - 5);
    const luck = out.random();
    if (word.hops > 6 || luck < 0.1) out.send(state.self, word);
    else out.send(from, { ...word, hops: word.hops + 1 }, { beforeSync: luck < 0.3 });
    state.role = nowMs % 50 < 25 ? "gossip" : "chatter";
  },
  onTimer(state, _nowMs, _name, out) {
    for (const peer of ["s1", "s2", "s3"]) if (peer !== state.self) out.connect(peer);
    out.setTimer("beat", 20 + 10 * out.random());
  },
  onConnected(_state, _nowMs, peer, out) {
    out.send(peer, { kind: "word", text: `hello ${peer}`, hops: 0 });
  },
};

const FAULTS: readonly Fault[] = [
  { kind: "crash", node: "s1", atMs: 60, forMs: 20 },
  { kind: "crash", node: "s2", atMs: 90, forMs: 15, unsynced: "torn" },
  { kind: "wipe", node: "s3", atMs: 150, forMs: 10 },
  { kind: "pause", node: "s2", atMs: 30, forMs: 25 },
  { kind: "cut", from: ["s1"], to: ["s2", "s3"], atMs: 110, forMs: 20 },
  { kind: "delay", from: ["s3"], byMs: 7, atMs: 20, forMs: 100 },
  { kind: "stall", to: ["s3"], atMs: 180, forMs: 12 },
  { kind: "break", between: ["s1", "s3"], atMs: 45 },
  { kind: "skew", node: "s1", atMs: 10, byMs: 13, rate: 1.5, forMs: 120 },
];

/** @param text goes with the first message of a program: one byte of it is one byte of the run */
export function busy(seed: number, text = "news"): Scenario {
  const talking = withProgram(gossip, async (host) => {
    await host.sleep(25 + host.random());
    for (let n = 0; ; n++) {
      host.send({ kind: "word", text: n === 0 ? text : `${host.id} ${n}`, hops: 0 });
      host.note(`heard ${(await host.receive()).text}`);
      await host.sleep(5);
    }
  });
  return {
    seed,
    servers: { s1: talking, s2: talking, s3: talking },
    faults: FAULTS,
    forMs: 300,
    syncTime: { minMs: 0.5, maxMs: 4 },
  };
}
