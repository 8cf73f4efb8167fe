/** What a handler asked for, as data: whoever runs a protocol (a world, a socket, a search) performs it. */

import { copy } from "./plain.ts";
import { invariant, type NodeId, type Out } from "./protocol.ts";

/** A change of what the disk holds. */
export type WriteEffect =
  | { readonly kind: "append"; readonly log: string; readonly entry: unknown }
  | { readonly kind: "cutTail"; readonly log: string; readonly from: number }
  | { readonly kind: "dropHead"; readonly log: string; readonly before: number }
  | { readonly kind: "put"; readonly cell: string; readonly value: unknown };

export type Effect<Message> =
  | WriteEffect
  | {
      readonly kind: "send";
      readonly to: NodeId;
      readonly message: Message;
      readonly beforeSync: boolean;
    }
  | { readonly kind: "connect" | "close"; readonly to: NodeId }
  | { readonly kind: "setTimer"; readonly name: string; readonly afterMs: number }
  | { readonly kind: "cancelTimer"; readonly name: string };

/** What a handler asked for that has asked for nothing yet. Most ask for one thing: `[effect]` takes a fifth of a grown array. */
const NOTHING: never[] = [];

/** The `out` of a handler. It keeps copies, so that what a handler does to its state later changes nothing. */
export class Recorder<Message> implements Out<Message> {
  private effects: Effect<Message>[] | undefined;
  private readonly luck: () => number;

  constructor(luck: () => number) {
    this.luck = luck;
  }

  /** Runs one handler. @returns what it asked for, in order */
  record(handle: (out: Out<Message>) => unknown): Effect<Message>[] {
    this.effects = NOTHING;
    try {
      const returned = handle(this);
      if (returned instanceof Promise) {
        returned.catch(() => {});
        invariant(false, "a handler returned a promise; handlers are never async");
      }
      return this.effects;
    } finally {
      this.effects = undefined;
    }
  }

  send(to: NodeId, message: Message, options?: { readonly beforeSync?: boolean }): void {
    const beforeSync = options?.beforeSync === true;
    this.add({ kind: "send", to, message: copy(message), beforeSync });
  }

  connect(to: NodeId): void {
    this.add({ kind: "connect", to });
  }

  close(to: NodeId): void {
    this.add({ kind: "close", to });
  }

  setTimer(name: string, afterMs: number): void {
    invariant(afterMs >= 0, () => `timer ${name} is set to ${afterMs} ms; expected 0 or more`);
    this.add({ kind: "setTimer", name, afterMs });
  }

  cancelTimer(name: string): void {
    this.add({ kind: "cancelTimer", name });
  }

  append(log: string, entry: unknown): void {
    this.add({ kind: "append", log, entry: copy(entry) });
  }

  cutTail(log: string, from: number): void {
    this.add({ kind: "cutTail", log, from });
  }

  dropHead(log: string, before: number): void {
    this.add({ kind: "dropHead", log, before });
  }

  put(cell: string, value: unknown): void {
    this.add({ kind: "put", cell, value: copy(value) });
  }

  random(): number {
    this.current();
    return this.luck();
  }

  private add(effect: Effect<Message>): void {
    const effects = this.current();
    if (effects === NOTHING) this.effects = [effect];
    else effects.push(effect);
  }

  private current(): Effect<Message>[] {
    invariant(this.effects !== undefined, "`out` was used after its handler returned");
    return this.effects;
  }
}
