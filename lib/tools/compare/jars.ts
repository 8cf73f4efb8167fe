/** Where the jars of a real Apache ZooKeeper are on this machine, fetched first where there are none. */

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ROOT } from "../setup/project.mjs";

/** There is no real server; the message says why, and what would help. */
export class NoServer extends Error {}

const VERSION = "3.9.5";
/** ZooKeeper's own list leaves out the second and the third, without which its server does not start. */
const NEEDED = [
  ["org.apache.zookeeper", "zookeeper", VERSION],
  ["io.dropwizard.metrics", "metrics-core", "4.1.12.1"],
  ["org.xerial.snappy", "snappy-java", "1.1.10.5"],
  ["org.slf4j", "slf4j-simple", "2.0.13"],
];
const FOLDER = join(ROOT, ".quorumlab", `zookeeper-${VERSION}`);
const JARS = join(FOLDER, "jars");
const DEBIAN = ["zookeeper", "slf4j-log4j12", "log4j-1.2"].map(
  (jar) => `/usr/share/java/${jar}.jar`,
);

/**
 * What Java is to load: the ZooKeeper of ZOOKEEPER_HOME, one that Maven fetches into the project's folder of tools, or
 * Debian's.
 *
 * @param fetching is called before Maven is asked; without it Maven is not
 * @throws NoServer
 */
export async function findJars(fetching?: () => void): Promise<string> {
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
  if (existsSync(JARS)) return join(JARS, "*");
  fetching?.();
  if (fetching !== undefined && (await fetched())) return join(JARS, "*");
  if (DEBIAN.every((jar) => existsSync(jar))) return DEBIAN.join(delimiter);
  throw new NoServer(
    "There is no ZooKeeper here, and Maven (mvn) could not fetch it: install Maven or Debian's package zookeeper, or set ZOOKEEPER_HOME to the folder of one.",
  );
}

/** @returns whether Maven has fetched the jars */
async function fetched(): Promise<boolean> {
  mkdirSync(FOLDER, { recursive: true });
  const dependencies = NEEDED.map(
    ([group, name, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`,
  );
  writeFileSync(
    join(FOLDER, "pom.xml"),
    `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><packaging>pom</packaging>
<groupId>quorumlab</groupId><artifactId>real-zookeeper</artifactId><version>1</version>
<dependencies>${dependencies.join("")}</dependencies>
</project>
`,
  );
  const draft = join(FOLDER, `jars.${process.pid}`);
  const code = await run("mvn", [
    ...["--quiet", "--batch-mode", "--file", join(FOLDER, "pom.xml")],
    ...["dependency:copy-dependencies", `-DoutputDirectory=${draft}`, "-DincludeScope=runtime"],
  ]);
  if (code === 0) renameSync(draft, JARS);
  return code === 0;
}

/** @returns the exit code, or null when the program is not there or was ended */
function run(program: string, args: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "ignore" });
    child.once("error", () => resolve(null)).once("exit", resolve);
  });
}
