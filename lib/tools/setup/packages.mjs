// @ts-check
/** The npm packages of the lock file, Node 26 among them: found complete, or installed anew. */

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { start } from "./child.mjs";
import { failureOf, Problem } from "./problem.mjs";
import { project, textOf } from "./project.mjs";

/**
 * @typedef {object} Locked an entry of a lock file, as far as it matters here
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 * @property {string | string[]} [os]
 * @property {string | string[]} [cpu]
 * @property {string | string[]} [libc]
 */

const NPM_ARGUMENTS = [
  ...["ci", "--ignore-scripts", "--include=dev", "--include=optional"],
  ...["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=http"],
  // npm's own patience is 10 s and then 60 s.
  ...["--fetch-retries=4", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=4000"],
];

/**
 * What `npm ci` has still to do. npm writes its own list of what is installed last of all, so a half-made
 * node_modules has none.
 * @param {string} root
 * @returns {string | undefined} the first thing that is missing or of another version
 */
export function missingPackage(root) {
  const installed = entriesOf(join(root, "node_modules", ".package-lock.json"));
  if (installed === undefined) return "node_modules";
  const locked = entriesOf(join(root, "package-lock.json")) ?? {};
  for (const [path, entry] of Object.entries(locked)) {
    if (!path.includes("node_modules/") || !isForThisMachine(entry)) continue;
    const found = installed[path];
    if (found?.version !== entry.version || found?.integrity !== entry.integrity) return path;
    if (!existsSync(join(root, path, "package.json"))) return path;
  }
  return ["quorumlab", "node"].find((bin) => !existsSync(join(root, "node_modules", ".bin", bin)));
}

/** @param {string} file @returns {Record<string, Locked> | undefined} */
function entriesOf(file) {
  const text = textOf(file);
  return text === undefined ? undefined : JSON.parse(text).packages;
}

/**
 * An optional package must be there when it is the build for this very system: npm leaves one out without a word when
 * its download fails.
 * @param {Locked} entry @param {{ os: string, cpu: string }} machine @returns {boolean}
 */
export function isForThisMachine(entry, machine = { os: process.platform, cpu: process.arch }) {
  if (!entry.optional) return true;
  if (entry.os === undefined || entry.cpu === undefined) return false;
  return (
    [entry.os].flat().includes(machine.os) &&
    [entry.cpu].flat().includes(machine.cpu) &&
    (entry.libc === undefined || [entry.libc].flat().includes("glibc"))
  );
}

/** @param {string} root @param {(what: string) => void} say @returns {Promise<void>} @throws Problem */
export async function installPackages(root, say) {
  const { node, state } = project(root);
  // An interrupted clean-up must not leave a list that promises more than is there.
  rmSync(join(root, "node_modules", ".package-lock.json"), { force: true });
  const log = join(state, "npm.log");
  /** @type {string[]} */
  const errors = [];
  const fetched = { count: 0, failures: 0 };
  const npm = start([...npmCommand(), ...NPM_ARGUMENTS], {
    ...{ cwd: root, env: npmEnvironment(state), log },
    onLine(line) {
      if (/^npm (error|ERR!)/.test(line)) errors.push(line);
      if (/fetch GET 200/.test(line)) say(`${++fetched.count} downloads`);
      // Alone, npm would find out for every package that there is no network, which can take minutes.
      if (/attempt \d+ failed/.test(line) && ++fetched.failures > 20 && fetched.count === 0) {
        errors.push(line);
        npm.stop();
      }
    },
  });
  if ((await npm.exited) !== 0) {
    throw failureOf("npm ci", errors.join("\n") || npm.output(), root, log);
  }
  const missing = missingPackage(root);
  if (
    missing === "node" ||
    (missing === undefined && spawnSync(node, ["--version"]).status !== 0)
  ) {
    throw new Problem(
      `Node 26 does not run on this machine (${process.platform} ${process.arch}): it needs a recent macOS, or a recent Linux with glibc, on x64 or arm64.`,
    );
  }
  // npm calls it a success when the disk was full or the download of an optional package failed.
  if (missing !== undefined) {
    throw failureOf("npm ci", `${npm.output()}\nIt left out ${missing}.`, root, log);
  }
}

/** The npm that started us, under the Node that runs us; otherwise the one on the PATH. */
function npmCommand() {
  const script = process.env.npm_execpath ?? "";
  return script.endsWith("npm-cli.js") ? [process.execPath, script] : ["npm"];
}

/** npm cannot work without a cache: where the home folder is read-only the project holds it. */
function npmEnvironment(/** @type {string} */ state) {
  const cache = process.env.npm_config_cache ?? join(homedir(), ".npm");
  if (isWritable(cache)) return process.env;
  return { ...process.env, npm_config_cache: join(state, "npm-cache") };
}

/** @param {string} folder which need not exist yet @returns {boolean} */
function isWritable(folder) {
  let nearest = folder;
  while (!existsSync(nearest) && nearest !== dirname(nearest)) nearest = dirname(nearest);
  try {
    accessSync(nearest, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
