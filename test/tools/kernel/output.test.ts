/** The two halves of "no output is lost": sends that wait for each other, and prints that are gathered. */

import { expect, test } from "vitest";
import { gathered, inOrder } from "../../../lib/tools/kernel/output.ts";

test("a socket that refuses to take two messages at once gets every message, in order", async () => {
  const taken: unknown[] = [];
  let busy = false;
  const socket = {
    closed: false,
    sendHighWaterMark: 1000,
    async send(message: unknown) {
      if (busy) throw new Error("EBUSY");
      busy = true;
      await null;
      busy = false;
      taken.push(message);
    },
    close() {
      this.closed = true;
    },
  };
  const queue = inOrder(socket);
  for (let i = 0; i < 1000; i++) queue.send(i);
  await queue.close();
  expect(taken).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect(socket).toMatchObject({ closed: true, sendHighWaterMark: 0 });
});

test("neighbouring prints of one stream travel together, the order of the streams stays", () => {
  const sent: string[] = [];
  const out = gathered((name, text) => sent.push(`${name}: ${text}`));
  for (const text of ["a", "b"]) out.write("stdout", text);
  out.write("stderr", "c");
  out.write("stdout", "d");
  out.flush();
  out.flush();
  expect(sent).toEqual(["stdout: ab", "stderr: c", "stdout: d"]);
});

test("a long print does not wait for its end", () => {
  let sent = 0;
  const out = gathered((_, text) => {
    sent += text.length;
  });
  for (let i = 0; i < 10; i++) out.write("stdout", "x".repeat(200_000));
  expect(sent).toBeGreaterThan(1_000_000);
  out.flush();
  expect(sent).toBe(2_000_000);
});
