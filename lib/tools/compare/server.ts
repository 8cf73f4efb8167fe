/**
 * A real Apache ZooKeeper on this machine: where its jars are found, and one server on a free port of the loopback
 * interface, with its data in a folder that goes with it.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../setup/project.mjs";

/** There is no real server; the message says why, and what would help. */
export class NoServer extends Error {}

export type RealServer = {
  readonly port: number;
  /** As it calls itself. */
  readonly version: string;
  stop(): Promise<void>;
};

/** Short, so that sessions expire soon; a session may ask for any timeout above two of them. */
export const TICK_MS = 100;

const VERSION = "3.9.5";
/** What the server needs besides itself: ZooKeeper's own list leaves the first two out. */
const JARS = [
  ["org.apache.zookeeper", "zookeeper", VERSION],
  ["io.dropwizard.metrics", "metrics-core", "4.1.12.1"],
  ["org.xerial.snappy", "snappy-java", "1.1.10.5"],
  ["org.slf4j", "slf4j-simple", "2.0.13"],
] as const;

/**
 * Starts a server, fetching it first where there is none: from ZOOKEEPER_HOME, Debian's package, or by Maven into
 * the project's folder of tools.
 *
 * @param say is told what takes long
 * @throws NoServer
 */
export async function startServer(say: (what: string) => void): Promise<RealServer> {
  const classpath = await findJars(say);
  say("starting the server");
  const folder = mkdtempSync(join(tmpdir(), "quorumlab-zookeeper-"));
  const port = await freePort();
  const log = join(folder, "log");
  writeFileSync(join(folder, "zoo.cfg"), settings(folder, port));
  const child = spawn(
    "java",
    [
      // Nothing here is to survive a power cut, and waiting for the disk is most of the time.
      ...["-Xmx512m", "-Dzookeeper.forceSync=no", "-cp", classpath],
      ...["org.apache.zookeeper.server.quorum.QuorumPeerMain", join(folder, "zoo.cfg")],
    ],
    { stdio: ["ignore", openSync(log, "w"), openSync(log, "a")] },
  );
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { port, version: await ready(child, port, log), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function settings(folder: string, port: number): string {
  return [
    `tickTime=${TICK_MS}`,
    `dataDir=${join(folder, "data")}`,
    `clientPort=${port}`,
    "clientPortAddress=127.0.0.1",
    "maxClientCnxns=0",
    "maxSessionTimeout=600000",
    "admin.enableServer=false",
    "4lw.commands.whitelist=srvr",
    "",
  ].join("\n");
}

/** @returns what Java is to load */
async function findJars(say: (what: string) => void): Promise<string> {
  if ((await run("java", ["-version"])) !== 0) {
    throw new NoServer(
      "There is no Java here: a real ZooKeeper needs Java 8 or newer on the PATH.",
    );
  }
  const home = process.env.ZOOKEEPER_HOME;
  if (home !== undefined) {
    if (existsSync(join(home, "lib"))) return join(home, "lib", "*");
    throw new NoServer(
      `ZOOKEEPER_HOME is ${home}: expected a folder of ZooKeeper, with lib in it.`,
    );
  }
  const debian = ["zookeeper", "slf4j-log4j12", "log4j-1.2"].map(
    (jar) => `/usr/share/java/${jar}.jar`,
  );
  if (debian.every((jar) => existsSync(jar))) return debian.join(":");
  return join(await fetched(say), "*");
}

/** @returns the folder of the jars that Maven has fetched */
async function fetched(say: (what: string) => void): Promise<string> {
  const folder = join(ROOT, ".quorumlab", `zookeeper-${VERSION}`);
  const jars = join(folder, "jars");
  if (existsSync(jars)) return jars;
  say(`fetching ZooKeeper ${VERSION} by Maven`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "pom.xml"), pom());
  const draft = `jars.${process.pid}`;
  const code = await run("mvn", [
    ...["--quiet", "--batch-mode", "--file", join(folder, "pom.xml")],
    ...["dependency:copy-dependencies", `-DoutputDirectory=${join(folder, draft)}`],
    "-DincludeScope=runtime",
  ]);
  if (code !== 0) {
    throw new NoServer(
      `There is no ZooKeeper here: install Debian's package zookeeper, set ZOOKEEPER_HOME to the folder of one, or install Maven to fetch it (${code === undefined ? "mvn is not on the PATH" : `mvn failed with ${code}`}).`,
    );
  }
  renameSync(join(folder, draft), jars);
  return jars;
}

function pom(): string {
  const dependencies = JARS.map(
    ([group, artifact, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><packaging>pom</packaging>
<groupId>quorumlab</groupId><artifactId>real-zookeeper</artifactId><version>1</version>
<dependencies>${dependencies.join("\n")}</dependencies>
</project>
`;
}

/** @returns the exit code, or undefined when there is no such program */
async function run(program: string, args: readonly string[]): Promise<number | null | undefined> {
  const child = spawn(program, args, { stdio: "ignore" });
  return new Promise((resolve) => {
    child.once("error", () => resolve(undefined)).once("exit", resolve);
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** Waits until the server serves. @returns its version */
async function ready(child: ChildProcess, port: number, log: string): Promise<string> {
  const untilMs = performance.now() + 60_000;
  while (child.exitCode === null && performance.now() < untilMs) {
    const told = await ask(port, "srvr");
    // Before it serves it answers without a mode.
    if (/^Mode:/m.test(told)) return /version: ([^\s,-]+)/.exec(told)?.[1] ?? "unknown";
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const [last = "nothing"] = readFileSync(log, "utf8").trimEnd().split("\n").slice(-1);
  throw new NoServer(`The real ZooKeeper does not serve; its last words are: ${last}`);
}

/** ZooKeeper's words of four letters: a text out, a text back. */
function ask(port: number, word: string): Promise<string> {
  return new Promise((resolve) => {
    let told = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(word));
    socket.setTimeout(1000, () => socket.destroy());
    socket.on("data", (bytes) => {
      told += bytes;
    });
    socket.on("error", () => {}).on("close", () => resolve(told));
  });
}

function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  return new Promise((resolve) => {
    server.on("listening", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
