/**
 * A protocol of a submission in a world of its judges. Its state stays on its own side; the judges hold a token for it.
 * Messages and writes cross as the world lets them cross in any case, as copies.
 */

import { types } from "node:util";
import type { NodeId, Out, Protocol, Saved, Self } from "quorumlab/sim";
import { Violation } from "../../properties/exercise.ts";

/** What the judges' world holds in the place of a state. */
type Token = { role?: string };

/** Calls a function of the submission, out of sight of who asks. */
type Corridor = (own: (...args: never[]) => unknown, args: readonly unknown[]) => unknown;

export function isProtocol(value: unknown): value is Protocol<object, unknown> {
  return typeof (Object(value) as { onStart?: unknown }).onStart === "function";
}

/** What a function returned, unless that is a promise: its judges do not wait. @throws Violation */
export function atOnce(name: string | undefined, returned: unknown): unknown {
  if (!types.isPromise(returned)) return returned;
  // Nobody else will hear of it if it fails.
  Reflect.apply(Promise.prototype.then, returned, [undefined, () => {}]);
  throw new Violation(`${name} returned a promise; expected it to be done when it returns.`);
}

/** @param call what it throws is in words already */
export function hosted(own: Protocol<object, unknown>, call: Corridor): Protocol<Token, unknown> {
  const states = new WeakMap<Token, object>();
  let real: Out<unknown> | undefined;
  const out = lent(() => {
    if (real === undefined) throw new Error("`out` was used after its handler returned");
    return real;
  });

  function during<Result>(given: Out<unknown>, handle: () => Result): Result {
    real = given;
    try {
      return handle();
    } finally {
      real = undefined;
    }
  }

  /** The handler of this name, if the protocol has it. */
  function handler(name: "onMessage" | "onTimer" | "onConnected" | "onDisconnected") {
    const handle = own[name];
    if (typeof handle !== "function") return {};
    return {
      [name]: (token: Token, ...event: unknown[]) => {
        const given = event.pop() as Out<unknown>;
        const state = states.get(token);
        atOnce(
          name,
          during(given, () => call(handle, [state, ...event, out])),
        );
        show(token, state);
      },
    };
  }

  return {
    wire: own.wire,
    onStart(self: Self, saved: Saved, nowMs: number, given: Out<unknown>): Token {
      const known = { id: self.id, peers: [...self.peers] };
      const disk = {
        log: (name: string) => saved.log(name),
        cell: (name: string) => saved.cell(name),
      };
      const state = atOnce(
        "onStart",
        during(given, () => call(own.onStart, [known, disk, nowMs, out])),
      );
      if (typeof state !== "object" || state === null || !isPlain(state)) {
        throw new Violation("onStart returned something that is not plain data; a state is.");
      }
      const token: Token = {};
      states.set(token, state);
      show(token, state);
      return token;
    },
    ...handler("onMessage"),
    ...handler("onTimer"),
    ...handler("onConnected"),
    ...handler("onDisconnected"),
  } as Protocol<Token, unknown>;
}

/** Pictures show roles. */
function show(token: Token, state: unknown): void {
  const { role } = state as { role?: unknown };
  if (typeof role === "string") token.role = role;
}

function isPlain(state: object): boolean {
  try {
    structuredClone(state);
    return true;
  } catch {
    return false;
  }
}

function lent(real: () => Out<unknown>): Out<unknown> {
  return Object.freeze({
    send: (to: NodeId, message: unknown, options?: { readonly beforeSync?: boolean }) =>
      real().send(to, message, { beforeSync: options?.beforeSync === true }),
    connect: (to: NodeId) => real().connect(to),
    close: (to: NodeId) => real().close(to),
    setTimer: (name: string, afterMs: number) => real().setTimer(name, afterMs),
    cancelTimer: (name: string) => real().cancelTimer(name),
    append: (log: string, entry: unknown) => real().append(log, entry),
    cutTail: (log: string, from: number) => real().cutTail(log, from),
    dropHead: (log: string, before: number) => real().dropHead(log, before),
    put: (cell: string, value: unknown) => real().put(cell, value),
    random: () => real().random(),
  });
}
