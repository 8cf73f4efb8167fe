/**
 * How a cell's output reaches the notebook whole. Two limits stand in the way: a ZeroMQ socket refuses to
 * take a message while it is still taking one, and a notebook gives up on a cell that sends thousands.
 */

import { AsyncLocalStorage } from "node:async_hooks";

/** Calls a function outside the async context of whoever prints: its timers are the kernel's, not the cell's. */
export const outside: ReturnType<typeof AsyncLocalStorage.snapshot> = AsyncLocalStorage.snapshot();

/** The part of a ZeroMQ socket that is used here. */
export type Socket = {
  readonly closed: boolean;
  sendHighWaterMark: number;
  send(message: unknown): Promise<void>;
  close(): void;
};

/**
 * A socket whose sends wait for each other. tslab never waits for a send, and after 512 in one turn of the
 * event loop ZeroMQ throws the next ones away.
 */
export function inOrder(socket: Socket): {
  send(message: unknown): void;
  close(): Promise<void>;
} {
  socket.sendHighWaterMark = 0;
  let last: Promise<void> = Promise.resolve();
  return {
    send(message) {
      last = last.then(() => (socket.closed ? undefined : socket.send(message))).catch(() => {});
    },
    async close() {
      await last;
      socket.close();
    },
  };
}

/** Text gathered up to this many characters is sent at once. */
const FULL = 1_000_000;

/** So long may text wait for more of its kind. */
const PATIENCE_MS = 20;

/** Gathers what a cell prints. @param send takes a stream's name and a piece of text, in the order printed */
export function gathered(send: (name: string, text: string) => void): {
  write(name: string, text: string): void;
  flush(): void;
} {
  let pending: { name: string; texts: string[]; length: number } | undefined;
  const flush = () => {
    const { name, texts } = pending ?? { name: "", texts: [] };
    pending = undefined;
    if (texts.length > 0) send(name, texts.join(""));
  };
  return {
    write(name, text) {
      if (pending?.name !== name) {
        flush();
        pending = { name, texts: [], length: 0 };
        setTimeout(flush, PATIENCE_MS);
      }
      pending.texts.push(text);
      pending.length += text.length;
      if (pending.length > FULL) flush();
    },
    flush,
  };
}
