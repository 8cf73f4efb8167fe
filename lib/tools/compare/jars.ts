/** Where the jars of a real server are on this machine, fetched by Maven first where there are none. */

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ROOT } from "../setup/project.mjs";

/** There is no real server; the message says why, and what would help. */
export class NoServer extends Error {}

/** A server as Maven knows it. */
export type Product = {
  readonly name: string;
  readonly version: string;
  /** The oldest Java that runs it. */
  readonly java: number;
  /** Group, name and version of what is fetched, with all that it names itself. */
  readonly needed: readonly (readonly [string, string, string])[];
  /** In which folder of a whole installation the jars are. */
  readonly libraries: string;
  /** Debian's package of it, and its jars. */
  readonly debian?: { readonly package: string; readonly jars: readonly string[] };
};

export const ZOOKEEPER: Product = {
  name: "ZooKeeper",
  version: "3.9.5",
  java: 8,
  // ZooKeeper's own list leaves out the second and the third, without which its server does not start.
  needed: [
    ["org.apache.zookeeper", "zookeeper", "3.9.5"],
    ["io.dropwizard.metrics", "metrics-core", "4.1.12.1"],
    ["org.xerial.snappy", "snappy-java", "1.1.10.5"],
    ["org.slf4j", "slf4j-simple", "2.0.13"],
  ],
  libraries: "lib",
  debian: { package: "zookeeper", jars: ["zookeeper", "slf4j-log4j12", "log4j-1.2"] },
};

export const KAFKA: Product = {
  name: "Kafka",
  version: "4.3.1",
  java: 17,
  needed: [
    ["org.apache.kafka", "kafka_2.13", "4.3.1"],
    ["org.slf4j", "slf4j-simple", "1.7.36"],
  ],
  libraries: "libs",
};

/** The project's own place for a server. */
export function placeOf({ name, version }: Product): string {
  return join(ROOT, ".quorumlab", `${name.toLowerCase()}-${version}`);
}

/**
 * What Java is to load: the server of ZOOKEEPER_HOME or KAFKA_HOME, one that Maven fetches into the project's folder of
 * tools, or Debian's.
 *
 * @param fetching is called before Maven is asked; without it Maven is not
 * @throws NoServer
 */
export async function findJars(product: Product, fetching?: () => void): Promise<string> {
  const { name, java, libraries, debian } = product;
  if ((await run("java", ["-version"])) !== 0) {
    throw new NoServer(
      `There is no Java here: a real ${name} needs Java ${java} or newer on the PATH.`,
    );
  }
  const variable = `${name.toUpperCase()}_HOME`;
  const home = process.env[variable];
  if (home !== undefined) {
    if (existsSync(join(home, libraries))) return join(home, libraries, "*");
    throw new NoServer(
      `${variable} is ${home}: expected a folder of ${name}, with ${libraries} in it.`,
    );
  }
  const jars = join(placeOf(product), "jars");
  if (existsSync(jars)) return join(jars, "*");
  fetching?.();
  if (fetching !== undefined && (await isFetched(product, jars))) return join(jars, "*");
  const installed = debian?.jars.map((jar) => `/usr/share/java/${jar}.jar`) ?? [];
  const isInstalled = installed.length > 0 && installed.every((jar) => existsSync(jar));
  if (isInstalled) return installed.join(delimiter);
  const install = debian === undefined ? "Maven" : `Maven or Debian's package ${debian.package}`;
  throw new NoServer(
    `There is no ${name} here, and Maven (mvn) could not fetch it: install ${install}, or set ${variable} to the folder of one.`,
  );
}

/** @returns whether Maven has fetched the jars */
async function isFetched(product: Product, jars: string): Promise<boolean> {
  const folder = placeOf(product);
  mkdirSync(folder, { recursive: true });
  const dependencies = product.needed.map(
    ([group, name, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`,
  );
  writeFileSync(
    join(folder, "pom.xml"),
    `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><packaging>pom</packaging>
<groupId>quorumlab</groupId><artifactId>real-server</artifactId><version>1</version>
<dependencies>${dependencies.join("")}</dependencies>
</project>
`,
  );
  const draft = `${jars}.${process.pid}`;
  const code = await run("mvn", [
    ...["--quiet", "--batch-mode", "--file", join(folder, "pom.xml")],
    ...["dependency:copy-dependencies", `-DoutputDirectory=${draft}`, "-DincludeScope=runtime"],
  ]);
  if (code === 0) renameSync(draft, jars);
  return code === 0;
}

/** @returns the exit code, or null when the program is not there or was ended */
export function run(program: string, args: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "ignore" });
    child.once("error", () => resolve(null)).once("exit", resolve);
  });
}
