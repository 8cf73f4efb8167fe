// @ts-check
/** The Python side: an interpreter that can make environments, and `.venv` with the pinned JupyterLab. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { start } from "./child.mjs";
import { failureOf, Problem, sentenceFor } from "./problem.mjs";
import { hashOf, project, textOf, writeWhole } from "./project.mjs";

const CANDIDATES = ["python3", ..."14 13 12 11 10".split(" ").map((n) => `python3.${n}`), "python"];
const INSTALL =
  "`sudo apt install python3 python3-venv` on Debian and Ubuntu, `brew install python` on macOS";

/** Also parsed by Python 2. */
const PROBE = `import sys
try:
    import venv, ensurepip
    whole = "whole"
except ImportError:
    whole = "no venv"
print("%d.%d.%d %s" % (sys.version_info[:3] + (whole,)))`;

/**
 * @typedef {object} Python
 * @property {string} command
 * @property {string} version
 */

/**
 * What an interpreter says about itself.
 * @param {string} command @returns {string | undefined} such as "3.11.7 whole"; undefined when it does not run
 */
function probe(command) {
  const { status, stdout } = spawnSync(command, ["-c", PROBE], {
    encoding: "utf8",
    timeout: 20_000,
  });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * The first Python on the PATH that is new enough and can make environments.
 * @param {(command: string) => string | undefined} ask
 * @returns {Python} @throws Problem that says what to install
 */
export function findPython(ask = probe) {
  /** @type {Python | undefined} */ let old;
  /** @type {Python | undefined} */ let bare;
  for (const command of CANDIDATES) {
    const [, version, minor, whole] =
      /^(3\.(\d+)\.\d+|2\.\S+) (.+)$/.exec(ask(command) ?? "") ?? [];
    if (version === undefined) continue;
    if (!(Number(minor) >= 10)) old ??= { command, version };
    else if (whole !== "whole") bare ??= { command, version };
    else return { command, version };
  }
  if (bare) throw withoutVenv(bare);
  if (old) {
    throw new Problem(
      `Python ${old.version} (${old.command}) is too old: install Python 3.10 or newer, ${INSTALL}.`,
    );
  }
  throw new Problem(`There is no Python: install Python 3.10 or newer, ${INSTALL}.`);
}

/** @param {Python} python @returns {Problem} */
function withoutVenv({ command, version }) {
  const debian = `python${version.split(".").slice(0, 2).join(".")}-venv`;
  return new Problem(
    `Python ${version} (${command}) cannot make virtual environments: install its venv module, \`sudo apt install ${debian}\` on Debian and Ubuntu, \`brew install python\` on macOS.`,
  );
}

/**
 * The Python version of a finished `.venv`. Its stamp is written last and names the requirements that were
 * installed; asking Python itself finds out that the system's Python was replaced underneath.
 * @param {string} root @returns {string | undefined} undefined when it must be made (again)
 */
export function venvVersion(root) {
  const { python, requirements } = project(root);
  if (textOf(stampOf(root)) !== hashOf(requirements) || !existsSync(python)) return undefined;
  const question = `import importlib.util as find, platform
assert find.find_spec("jupyterlab") and find.find_spec("nbclient")
print(platform.python_version())`;
  const { status, stdout } = spawnSync(python, ["-I", "-c", question], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

/** @param {string} root @returns {string} */
function stampOf(root) {
  return join(project(root).venv, "quorumlab-requirements.sha256");
}

/** @param {string} root @param {(what: string) => void} say @returns {Promise<void>} @throws Problem */
export async function makeVenv(root, say) {
  const { venv, python, requirements, state } = project(root);
  const found = findPython();
  const drafts = join(state, "pip");
  const env = { ...cleanEnvironment(), TMPDIR: drafts };
  for (const folder of [venv, drafts]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(drafts, { recursive: true });
  say("making the environment");
  const made = start([found.command, "-m", "venv", venv], {
    ...{ cwd: root, env, log: join(state, "venv.log") },
  });
  if ((await made.exited) !== 0) {
    const sentence = sentenceFor(made.output(), root);
    throw sentence === undefined ? withoutVenv(found) : new Problem(sentence);
  }
  const log = join(state, "pip.log");
  const pip = start(
    [
      ...[python, "-m", "pip", "install", "--requirement", requirements, "--no-input", "--no-user"],
      ...["--progress-bar=off", "--disable-pip-version-check", "--retries=3"],
    ],
    { cwd: root, env, log, onLine: (line) => say(line.trim()) },
  );
  if ((await pip.exited) !== 0) throw failureOf("pip", pip.output(), root, log);
  rmSync(drafts, { recursive: true, force: true });
  writeWhole(stampOf(root), hashOf(requirements));
}

/** The user's environment without what would send packages elsewhere than into `.venv`. */
function cleanEnvironment() {
  const env = { ...process.env };
  for (const name of ["PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"]) {
    delete env[name];
  }
  return env;
}
