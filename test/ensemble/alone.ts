/** One server without a world: an event goes in, and what the server asks for comes out. Its disk is real. */

import {
  type EnsembleMessage,
  type EnsembleOptions,
  type Entry,
  ensemble,
  type Server,
  zxid,
} from "quorumlab/ensemble";
import {
  Disk,
  type Effect,
  type NodeId,
  type Out,
  Recorder,
  Stable,
  type WriteEffect,
} from "quorumlab/sim";
import { effects } from "./said.ts";

export type Alone = {
  readonly state: Server;
  /** The timers that are set, in milliseconds. */
  readonly timers: Map<string, number>;
  connected(...peers: NodeId[]): string[];
  disconnected(peer: NodeId): string[];
  hears(from: NodeId, message: EnsembleMessage): string[];
  /** A timer that is set goes off. */
  timer(name: string): string[];
  /** The process dies and starts again, with all that it wrote. */
  restart(): string[];
  /** How much is on its disk. */
  diskBytes(): number;
};

/** What a server is born with. */
export type Born = {
  readonly acceptedEpoch?: number;
  readonly currentEpoch?: number;
  readonly entries?: readonly Entry[];
};

/** Entries that each create a node, by their ids: "1.2" is the second of epoch 1, and creates /n1.2. */
export function entries(...ids: string[]): Entry[] {
  return ids.map((id) => {
    const [epoch = 0, counter = 0] = id.split(".").map(Number);
    const txn = { kind: "create", path: `/n${id}`, data: "", ephemeralOwner: 0 } as const;
    return { zxid: zxid(epoch, counter), timeMs: 0, txn };
  });
}

/** Puts onto a disk what a server is to be born with. */
export function bear(born: Born, out: Pick<Out<unknown>, "put" | "append">): void {
  const { acceptedEpoch = 0, currentEpoch = 0, entries: own = [] } = born;
  if (acceptedEpoch > 0) out.put("acceptedEpoch", acceptedEpoch);
  if (currentEpoch > 0) out.put("currentEpoch", currentEpoch);
  for (const entry of own) out.append("transactions 0", entry);
}

/** @param members all servers; the first is this one unless told */
export function alone(
  members: readonly NodeId[],
  born: Born = {},
  options: EnsembleOptions = {},
  id: NodeId = members[0] ?? "s1",
): Alone {
  const protocol = ensemble(members, options);
  const recorder = new Recorder<EnsembleMessage>(() => 0.5);
  const timers = new Map<string, number>();
  const disk = new Disk();
  const stable = new Stable(disk);
  let state: Server;
  const step = (handle: (out: Out<EnsembleMessage>) => void): string[] => {
    const asked = recorder.record(handle);
    for (const effect of asked) {
      if (effect.kind === "setTimer") timers.set(effect.name, effect.afterMs);
      else if (effect.kind === "cancelTimer") timers.delete(effect.name);
      else if (isWrite(effect)) stable.perform(effect);
    }
    return effects(asked);
  };
  const start = (): string[] => {
    timers.clear();
    return step((out) => {
      const peers = members.filter((member) => member !== id);
      state = protocol.onStart({ id, peers }, stable, 0, out);
    });
  };
  step((out) => bear(born, out));
  start();
  return {
    get state() {
      return state;
    },
    timers,
    connected: (...peers) =>
      peers.flatMap((peer) => step((out) => protocol.onConnected?.(state, 0, peer, out))),
    disconnected: (peer) => step((out) => protocol.onDisconnected?.(state, 0, peer, out)),
    hears: (from, message) => step((out) => protocol.onMessage(state, 0, from, message, out)),
    timer(name) {
      if (!timers.delete(name)) throw new Error(`The timer ${name} is not set.`);
      return step((out) => protocol.onTimer?.(state, 0, name, out));
    },
    restart: start,
    diskBytes: () => disk.list().reduce((sum, file) => sum + disk.read(file).length, 0),
  };
}

function isWrite(effect: Effect<unknown>): effect is WriteEffect {
  return ["append", "cutTail", "dropHead", "put"].includes(effect.kind);
}
