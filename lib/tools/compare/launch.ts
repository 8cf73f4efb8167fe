/** A Java server in a folder of its own, which goes with it. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { NoServer } from "./jars.ts";

export type Launched = {
  /** Waits until the server serves. @returns what `look` has found @throws NoServer when it ends, or takes a minute */
  serving<T>(look: () => Promise<T | undefined>): Promise<T>;
  /** All that it has said. */
  said(): string;
  stop(): Promise<void>;
};

/** How often to look. */
const LOOK_MS = 50;
const PATIENCE_MS = 60_000;

/**
 * @param folder is removed when the server is stopped
 * @param args for Java: options, the main class and what it is told
 */
export function launch(name: string, folder: string, args: readonly string[]): Launched {
  const log = join(folder, "log");
  const file = openSync(log, "a");
  const child = spawn("java", args, { stdio: ["ignore", file, file] });
  const said = () => readFileSync(log, "utf8");
  return {
    said,
    async serving(look) {
      const untilMs = performance.now() + PATIENCE_MS;
      while (child.exitCode === null && performance.now() < untilMs) {
        const found = await look();
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      const last = said().trimEnd().split("\n").at(-1);
      throw new NoServer(`${name} was started and does not serve; its last words are: ${last}`);
    },
    async stop() {
      if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port of the loopback interface that nobody has. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
