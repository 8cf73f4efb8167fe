/** One real ZooKeeper server on a free port of the loopback interface; its data goes with it. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findJars, NoServer } from "./jars.ts";

export type RealServer = {
  readonly port: number;
  /** As it calls itself. */
  readonly version: string;
  stop(): Promise<void>;
};

/** Short, so that sessions expire soon; a session may ask for any timeout above two of them. */
export const TICK_MS = 100;

/**
 * Starts a server.
 *
 * @param say is told what takes long
 * @throws NoServer
 */
export async function startServer(say: (what: string) => void): Promise<RealServer> {
  const jars = await findJars(() => say("fetching ZooKeeper by Maven"));
  say("starting ZooKeeper");
  const folder = mkdtempSync(join(tmpdir(), "quorumlab-zookeeper-"));
  const [settings, log] = [join(folder, "zoo.cfg"), join(folder, "log")];
  const port = await freePort();
  writeFileSync(
    settings,
    `tickTime=${TICK_MS}
dataDir=${join(folder, "data")}
clientPort=${port}
clientPortAddress=127.0.0.1
maxClientCnxns=0
maxSessionTimeout=600000
admin.enableServer=false
4lw.commands.whitelist=srvr
`,
  );
  // Nothing here is to survive a power cut, and waiting for the disk is most of the time.
  const options = ["-Xmx512m", "-Dzookeeper.forceSync=no", "-cp", jars];
  const child = spawn(
    "java",
    [...options, "org.apache.zookeeper.server.quorum.QuorumPeerMain", settings],
    { stdio: ["ignore", openSync(log, "a"), openSync(log, "a")] },
  );
  const stop = async () => {
    if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit");
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { port, version: await serving(child, port, log), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits until the server serves. @returns its version */
async function serving(child: ChildProcess, port: number, log: string): Promise<string> {
  const untilMs = performance.now() + 60_000;
  while (child.exitCode === null && performance.now() < untilMs) {
    const told = await status(port);
    // Before it serves it answers without a mode.
    if (/^Mode:/m.test(told)) return /version: ([^\s,-]+)/.exec(told)?.[1] ?? "unknown";
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const last = readFileSync(log, "utf8").trimEnd().split("\n").at(-1);
  throw new NoServer(`ZooKeeper was started and does not serve; its last words are: ${last}`);
}

/** What the server says of itself; nothing when it is not there. */
function status(port: number): Promise<string> {
  return new Promise((resolve) => {
    let told = "";
    const socket = connect(port, "127.0.0.1", () => socket.write("srvr"));
    socket.setTimeout(1000, () => socket.destroy());
    socket.on("data", (bytes) => {
      told += bytes;
    });
    socket.on("error", () => {}).on("close", () => resolve(told));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
