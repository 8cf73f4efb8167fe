/**
 * Servers as one plain value, and what they can come to next: a datagram arrives (once, twice or never), a timer fires,
 * a disk syncs, a server dies or starts. Whatever can happen may happen first, and no time passes.
 */

import { fail } from "node:assert";
import { inspect } from "node:util";
import type { NodeId, Out, Protocol, WriteEffect } from "quorumlab/sim";
import { copy, hash, invariant, Recorder } from "quorumlab/sim";
import { type Kept, opened, written } from "./kept.ts";

type Letter = { readonly from: NodeId; readonly to: NodeId; readonly message: unknown };
type Server<State> = {
  /** Undefined while it is down. */
  state: State | undefined;
  timers: Record<string, true>;
  /** Writes that the disk has not synced, and the letters that leave after them. */
  held: (WriteEffect | Letter)[];
  kept: Kept;
};
export type World<State> = {
  readonly servers: Record<NodeId, Server<State>>;
  readonly letters: Letter[];
  crashes: number;
};
/** What happens, in words, and the world after it. */
type Step<State> = readonly [says: string, world: World<State>];

/** The world in which every server has just started. */
export function firstWorld<S>(protocol: Protocol<S, unknown>, nodes: readonly NodeId[]): World<S> {
  const down: Server<S> = { state: undefined, timers: {}, held: [], kept: {} };
  const servers = Object.fromEntries(nodes.map((node) => [node, down]));
  const none: World<S> = { servers, letters: [], crashes: 0 };
  return nodes.reduce((world, node) => after(world, node, start(protocol, node)), none);
}

/** Everything that can happen next. */
export function* steps<S>(protocol: Protocol<S, unknown>, world: World<S>): Generator<Step<S>> {
  for (const [index, { from, to, message }] of world.letters.entries()) {
    const hear =
      (doubled: boolean): Change<S> =>
      ({ state }, out, { letters }) => {
        if (!doubled) letters.splice(index, 1);
        // What comes to a server that is down is lost.
        if (state !== undefined) protocol.onMessage(state, 0, from, copy(message), out);
      };
    const says = `${to} hears ${inspect(message)} from ${from}`;
    yield [says, after(world, to, hear(false))];
    yield [`${says}, and will again`, after(world, to, hear(true))];
  }
  for (const [node, { state, timers, held }] of Object.entries(world.servers)) {
    if (state === undefined) {
      yield [`${node} starts again`, after(world, node, start(protocol, node))];
      continue;
    }
    for (const name of Object.keys(timers)) {
      const fire: Change<S> = (server, out) => {
        delete server.timers[name];
        protocol.onTimer?.(server.state as S, 0, name, out);
      };
      yield [`${node}'s timer ${name} fires`, after(world, node, fire)];
    }
    const writes = held.filter(isWrite).length;
    if (writes > 0) yield [`${node}'s disk syncs a write`, after(world, node, sync)];
    for (let kept = 0; kept <= writes; kept++) {
      const says = `${node} dies, ${kept} of ${writes} unsynced writes are kept`;
      yield [says, after(world, node, crash(kept))];
    }
  }
}

/** What happens to a server; the handlers of its protocol get `out`. */
type Change<State> = (server: Server<State>, out: Out<unknown>, world: World<State>) => void;

function start<S>(protocol: Protocol<S, unknown>, id: NodeId): Change<S> {
  return (server, out, { servers }) => {
    const peers = Object.keys(servers).filter((other) => other !== id);
    server.state = protocol.onStart({ id, peers }, opened(server.kept), 0, out);
  };
}

function sync(server: Server<unknown>): void {
  server.kept = written(server.kept, server.held.splice(0, 1).filter(isWrite));
}

function crash(writes: number): Change<unknown> {
  return (server, _out, world) => {
    const kept = written(server.kept, server.held.filter(isWrite).slice(0, writes));
    Object.assign(server, { state: undefined, timers: {}, held: [], kept });
    world.crashes += 1;
  };
}

/** A copy of the world in which something has happened to one server. */
function after<S>(before: World<S>, node: NodeId, change: Change<S>): World<S> {
  const world = copy(before);
  const { letters } = world;
  const server = world.servers[node];
  invariant(server !== undefined, `${node} is no server`);
  const recorder = new Recorder<unknown>(() => fail("luck is not explored"));
  for (const effect of recorder.record((out) => change(server, out, world))) {
    if (effect.kind === "setTimer") server.timers[effect.name] = true;
    else if (effect.kind === "cancelTimer") delete server.timers[effect.name];
    else if (effect.kind === "send") {
      const { to, message, beforeSync } = effect;
      (beforeSync ? letters : server.held).push({ from: node, to, message });
    } else if ("to" in effect) fail("connections are not explored");
    else server.held.push(effect);
  }
  for (let first = server.held[0]; first && !isWrite(first); first = server.held[0]) {
    letters.push(first);
    server.held.shift();
  }
  // In which order they were sent makes no difference.
  letters.sort((a, b) => hash(a) - hash(b));
  return world;
}

const isWrite = (held: WriteEffect | Letter): held is WriteEffect => "kind" in held;
