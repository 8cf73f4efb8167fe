/** One real ZooKeeper server on a free port of the loopback interface; its data goes with it. */

import { mkdtempSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findJars, ZOOKEEPER } from "./jars.ts";
import { freePort, launch } from "./launch.ts";

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
  const jars = await findJars(ZOOKEEPER, () => say("fetching ZooKeeper by Maven"));
  say("starting ZooKeeper");
  const folder = mkdtempSync(join(tmpdir(), "quorumlab-zookeeper-"));
  const settings = join(folder, "zoo.cfg");
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
  const main = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
  const { serving, stop } = launch("ZooKeeper", folder, [...options, main, settings]);
  try {
    return { port, version: await serving(() => versionAt(port)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The version of a server that serves. */
async function versionAt(port: number): Promise<string | undefined> {
  const told = await status(port);
  // Before it serves it answers without a mode.
  if (!/^Mode:/m.test(told)) return undefined;
  return /version: ([^\s,-]+)/.exec(told)?.[1] ?? "unknown";
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
