/** What a run must not do, and how a run says that something in it did. Run as a script: tries them all. */

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { type ProgramHost, type Run, simulate, withProgram } from "quorumlab/sim";

export type Offence = { readonly says: string; offend(): unknown };

/** What throws where it is called. */
export const THROWN: readonly Offence[] = [
  { says: "Date.now() was", offend: () => Date.now() },
  { says: "new Date() was", offend: () => new Date() },
  { says: "Date() was", offend: () => Date() },
  { says: "Math.random() was", offend: () => Math.random() },
  { says: "performance.now() was", offend: () => performance.now() },
  { says: "Temporal.Now was", offend: () => Temporal.Now.instant() },
  { says: "crypto.randomUUID() was", offend: () => crypto.randomUUID() },
  { says: "crypto.getRandomValues() was", offend: () => crypto.getRandomValues(new Uint8Array(1)) },
];

/** What ends the run. */
export const REPORTED: readonly Offence[] = [
  { says: "a real timer (setTimeout or setInterval) was", offend: () => setTimeout(() => {}, 1) },
  { says: "a real timer (setTimeout or setInterval) was", offend: () => AbortSignal.timeout(1) },
  { says: "setImmediate was", offend: () => setImmediate(() => {}) },
  { says: "a file was", offend: () => readFile(import.meta.filename) },
  { says: "a socket was", offend: () => createConnection({ path: "/none" }).on("error", () => {}) },
  { says: "a draw of random bytes was", offend: () => randomBytes(3, () => {}) },
];

/** The line of this file in which an offence stands. */
export function lineOf(offence: Offence): number {
  const lines = readFileSync(import.meta.filename, "utf8").split("\n");
  const places = lines.flatMap((line, index) =>
    line.includes("offend: () =>") ? [index + 1] : [],
  );
  return places[[...THROWN, ...REPORTED].indexOf(offence)] ?? 0;
}

const idle = { wire: "connection", onStart: () => ({}), onMessage() {} } as const;

/** A run whose program waits a little and then does something. */
export function runWith(act: (host: ProgramHost<unknown>) => unknown): Promise<Run> {
  const program = async (host: ProgramHost<unknown>) => {
    await host.sleep(1);
    await act(host);
    await host.sleep(1);
  };
  return simulate({ seed: 1, servers: { a: withProgram(idle, program) }, forMs: 10 });
}

async function tryAll(): Promise<void> {
  for (const { says, offend } of [...THROWN, ...REPORTED]) {
    const error = await runWith(offend).then(
      () => new Error("nothing was said"),
      (thrown: Error) => thrown,
    );
    console.log(error.message.startsWith(says) ? "named" : `${says} … but ${error.message}`);
  }
  console.log(
    Date.now() > 0 && Math.random() < 1 && performance.now() > 0 ? "free again" : "not free",
  );
}

if (process.argv[1] === import.meta.filename) tryAll();
