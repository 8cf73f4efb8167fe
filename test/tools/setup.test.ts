/** Set-up's decisions, in folders of their own: what is done already, what to do, and what is never touched. */

import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addressIn, claimPort } from "../../lib/tools/lab.mjs";
import { start } from "../../lib/tools/setup/child.mjs";
import {
  jupyterEnvironment,
  jupyterFiles,
  jupyterFilesAreThere,
  writeJupyterFiles,
} from "../../lib/tools/setup/jupyter.mjs";
import { takeLock } from "../../lib/tools/setup/lock.mjs";
import { isForThisMachine, missingPackage } from "../../lib/tools/setup/packages.mjs";
import { failureOf, Problem, sentenceFor } from "../../lib/tools/setup/problem.mjs";
import { hashOf, ROOT } from "../../lib/tools/setup/project.mjs";
import { findPython, venvVersion } from "../../lib/tools/setup/python.mjs";
import { Screen } from "../../lib/tools/setup/screen.mjs";
import { setUp } from "../../lib/tools/setup/steps.mjs";
import {
  copyMissing,
  missingCopies,
  newerChapters,
  resetWork,
} from "../../lib/tools/setup/work.mjs";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "quorumlab set-up "));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

const read = (file: string): string => readFileSync(join(root, file), "utf8");

describe("Python", () => {
  const found = (answers: Record<string, string>) => findPython((command) => answers[command]);

  test("the first one that is new enough and can make environments is taken", () => {
    const answers = {
      python3: "3.9.2 whole",
      "python3.12": "3.12.1 whole",
      python: "3.13.0 whole",
    };
    expect(found(answers)).toEqual({ command: "python3.12", version: "3.12.1" });
  });

  test("without any, the sentence says what to install", () => {
    expect(() => found({})).toThrow(/no Python: install Python 3\.10 or newer, `sudo apt install/);
  });

  test("one that is too old is named with its version", () => {
    const old = { python3: "3.9.2 whole", python: "2.7.18 no venv" };
    expect(() => found(old)).toThrow(/Python 3\.9\.2 \(python3\) is too old/);
  });

  test("one without venv asks for exactly that package", () => {
    const bare = { python3: "3.11.2 no venv" };
    expect(() => found(bare)).toThrow(/sudo apt install python3\.11-venv/);
  });

  test("a .venv whose stamp was not written, or that has no Python, is made again", () => {
    write("requirements.txt", "jupyterlab==4.6.6\n");
    expect(venvVersion(root)).toBeUndefined();
    write(".venv/quorumlab-requirements.sha256", hashOf(join(root, "requirements.txt")));
    expect(venvVersion(root)).toBeUndefined();
  });
});

describe("npm packages", () => {
  const { platform, arch } = process;
  const locked = {
    "": {},
    "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/quorumlab": { link: true, optional: false },
    "node_modules/native": { version: "2.0.0", optional: true, os: [platform], cpu: [arch] },
    "node_modules/foreign": { version: "2.0.0", optional: true, os: ["aix"], cpu: ["ppc64"] },
  };
  const { "node_modules/foreign": _, "": __, ...installed } = locked;

  function install(packages: object): void {
    write("package-lock.json", JSON.stringify({ packages: locked }));
    for (const path of ["a", "native", "quorumlab"])
      write(`node_modules/${path}/package.json`, "{}");
    for (const bin of ["node", "quorumlab"]) write(`node_modules/.bin/${bin}`, "");
    write("node_modules/.package-lock.json", JSON.stringify({ packages }));
  }

  test("a whole installation lacks nothing, and packages of other systems are not missed", () => {
    install(installed);
    expect(missingPackage(root)).toBeUndefined();
  });

  test("a half-made one has no list of npm's own", () => {
    install(installed);
    rmSync(join(root, "node_modules/.package-lock.json"));
    expect(missingPackage(root)).toBe("node_modules");
  });

  test("another version, a deleted folder, a deleted command and a native package left out are noticed", () => {
    install({ ...installed, "node_modules/a": { version: "0.9.0", integrity: "sha512-b" } });
    expect(missingPackage(root)).toBe("node_modules/a");
    install(installed);
    rmSync(join(root, "node_modules/a"), { recursive: true });
    expect(missingPackage(root)).toBe("node_modules/a");
    install(installed);
    rmSync(join(root, "node_modules/.bin/quorumlab"));
    expect(missingPackage(root)).toBe("quorumlab");
    const { "node_modules/native": ___, ...without } = installed;
    install(without);
    expect(missingPackage(root)).toBe("node_modules/native");
  });

  test("an optional package is meant for a machine when system, processor and C library fit", () => {
    const machine = { os: "linux", cpu: "x64" };
    const native = { optional: true, os: "linux", cpu: "x64" };
    expect(isForThisMachine(native, machine)).toBe(true);
    expect(isForThisMachine({ ...native, libc: ["musl"] }, machine)).toBe(false);
    expect(isForThisMachine({ ...native, cpu: ["arm64"] }, machine)).toBe(false);
    expect(isForThisMachine({ optional: true }, machine)).toBe(false);
  });
});

describe("the kernel", () => {
  test("is found by absolute paths, which are written anew when the folder has moved", () => {
    writeJupyterFiles(root);
    const spec = JSON.parse(read(".quorumlab/jupyter/kernels/quorumlab/kernel.json"));
    expect(spec).toEqual({
      argv: [
        join(root, "node_modules/.bin/node"),
        join(root, "lib/tools/kernel.cjs"),
        ...["kernel", "--config-path", "{connection_file}"],
      ],
      display_name: "TypeScript (Quorumlab)",
      language: "typescript",
      interrupt_mode: "signal",
    });
    expect(jupyterFilesAreThere(root)).toBe(true);
    const [kernel = ""] = Object.keys(jupyterFiles(root));
    writeFileSync(kernel, jupyterFiles("/elsewhere")[kernel.replace(root, "/elsewhere")] ?? "");
    expect(jupyterFilesAreThere(root)).toBe(false);
  });

  test("Jupyter reads and writes nothing outside the project", () => {
    const { PATH, ...env } = jupyterEnvironment(root, { PATH: "/bin", HOME: "/home/me" });
    expect(PATH).toBe(`${join(root, "node_modules/.bin")}:/bin`);
    for (const [name, value] of Object.entries(env)) {
      if (/^(JUPYTER|IPYTHON)/.test(name)) expect(value?.startsWith(root)).toBe(true);
    }
  });
});

describe("work/", () => {
  const CHAPTER = "notebooks/01-tracker.ipynb";
  const EXERCISE = "exercises/01-tracker.ts";

  /** A notebook of one cell, executed or not. */
  function chapter(source: string, output?: string): string {
    const cell = {
      cell_type: "code",
      execution_count: output === undefined ? null : 3,
      id: "01-a",
      metadata: {},
      outputs:
        output === undefined ? [] : [{ name: "stdout", output_type: "stream", text: output }],
      source: [source],
    };
    const words = { cell_type: "markdown", id: "01-b", metadata: {}, source: ["Predict."] };
    const file = { cells: [cell, words], metadata: {}, nbformat: 4, nbformat_minor: 5 };
    return `${JSON.stringify(file, undefined, 1)}\n`;
  }

  beforeEach(() => {
    write(CHAPTER, chapter("first edition", "the answer"));
    write(EXERCISE, "stub");
    expect(copyMissing(root)).toEqual([EXERCISE, CHAPTER]);
  });

  test("gets a copy of each chapter and exercise, once, and of no output", () => {
    expect(read(`work/${CHAPTER}`)).toBe(chapter("first edition"));
    expect(read(CHAPTER)).toBe(chapter("first edition", "the answer"));
    expect(missingCopies(root)).toEqual([]);
    expect(copyMissing(root)).toEqual([]);
    expect(readdirSync(join(root, "work/notebooks"))).toEqual(["01-tracker.ipynb"]);
  });

  test("keeps what the learner wrote, and a newer edition is announced, not copied", () => {
    write(`work/${EXERCISE}`, "solved");
    expect(newerChapters(root)).toEqual([]);
    write(CHAPTER, chapter("second edition", "the answer"));
    write("exercises/02-znodes.ts", "stub 2");
    expect(copyMissing(root)).toEqual(["exercises/02-znodes.ts"]);
    expect(newerChapters(root)).toEqual(["01-tracker"]);
    expect(read(`work/${CHAPTER}`)).toBe(chapter("first edition"));
    expect(read(`work/${EXERCISE}`)).toBe("solved");
  });

  test("a chapter that was only executed, by the course or by the learner, is no newer edition", () => {
    write(CHAPTER, chapter("first edition", "another answer"));
    write(`work/${CHAPTER}`, chapter("first edition", "the learner's"));
    expect(newerChapters(root)).toEqual([]);
  });

  test("a reset brings the pristine file and keeps every older one beside it", () => {
    for (const mine of ["first try", "second try"]) {
      write(`work/${EXERCISE}`, mine);
      resetWork(root, "01-tracker");
    }
    expect(read(`work/${EXERCISE}`)).toBe("stub");
    expect(read("work/exercises/01-tracker.old-1.ts")).toBe("first try");
    expect(read("work/exercises/01-tracker.old-2.ts")).toBe("second try");
    expect(existsSync(join(root, "work/notebooks/01-tracker.old-1.ipynb"))).toBe(false);
  });

  test("a reset ends the announcement and brings back a deleted file", () => {
    write(CHAPTER, chapter("second edition", "the answer"));
    rmSync(join(root, `work/${EXERCISE}`));
    expect(resetWork(root, "01-tracker")).toEqual([
      { file: EXERCISE, kept: undefined },
      { file: CHAPTER, kept: "notebooks/01-tracker.old-1.ipynb" },
    ]);
    expect(newerChapters(root)).toEqual([]);
    expect(read(`work/${CHAPTER}`)).toBe(chapter("second edition"));
    expect(read(`work/${EXERCISE}`)).toBe("stub");
  });

  test("a name that the course does not have is refused with those that it has", () => {
    expect(() => resetWork(root, "../../etc/passwd")).toThrow(/expected one of 01-tracker/);
  });
});

describe("the lock", () => {
  test("is held by one at a time, and a dead holder's is taken over", async () => {
    const path = join(root, "setup.lock");
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(path, `${pid} left behind`);
    let waitedFor = 0;
    const release = await takeLock(path, () => {});
    const second = takeLock(path, (holder) => {
      waitedFor = holder;
      release();
    });
    (await second)();
    expect(waitedFor).toBe(process.pid);
    expect(readdirSync(root)).toEqual([]);
  });
});

describe("steps", () => {
  const screen = new Screen(new PassThrough() as unknown as NodeJS.WriteStream);

  function step(name: string, make: () => void | Promise<void> = () => {}) {
    const made = { name, count: 0 };
    const ready = () => (made.count > 0 ? `${name} is there` : undefined);
    const run = async () => {
      await make();
      made.count++;
    };
    return { made, step: { name, ready, make: run } };
  }

  test("a step that is done already is not done again", async () => {
    const { made, step: venv } = step("venv");
    for (const _ of [1, 2]) await setUp([[venv]], root, screen);
    expect(made.count).toBe(1);
    expect(readdirSync(join(root, ".quorumlab"))).toEqual([]);
  });

  test("when one fails, its neighbour is finished and nothing after it is begun", async () => {
    const bad = step("bad", () => {
      throw new Problem("no network");
    });
    const [neighbour, next] = [step("neighbour"), step("next")];
    const stages = [[bad.step, neighbour.step], [next.step]];
    await expect(setUp(stages, root, screen)).rejects.toThrow("no network");
    expect([neighbour.made.count, next.made.count]).toEqual([1, 0]);
  });

  test("two set-ups at the same time do a step once", async () => {
    const slow = step("slow", () => new Promise((resolve) => setTimeout(resolve, 20)));
    await Promise.all([1, 2].map(() => setUp([[slow.step]], root, screen)));
    expect(slow.made.count).toBe(1);
  });
});

describe("failures", () => {
  test("a full disk, an unwritable folder and a missing network are told apart", () => {
    expect(sentenceFor("npm error code ENOSPC", root)).toMatch(/^The disk is full/);
    expect(sentenceFor("EACCES: permission denied, mkdir '/x/y'", root)).toMatch(
      /^\/x\/y cannot be written/,
    );
    expect(sentenceFor("getaddrinfo EAI_AGAIN registry.example", root)).toMatch(/^The network/);
    expect(sentenceFor("something else", root)).toBeUndefined();
  });

  test("of an unknown failure the last lines are shown", () => {
    expect(failureOf("pip", "one\ntwo\n", root, "/log").message).toMatch(/\/log.*\none\ntwo$/s);
  });

  test("a port in use is a sentence with another port", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.on("listening", resolve));
    const { port } = server.address() as { port: number };
    await expect(claimPort(String(port))).rejects.toThrow(`Port ${port} is in use: choose another`);
    await new Promise((resolve) => server.close(resolve));
    await expect(claimPort(String(port))).resolves.toBeUndefined();
    await expect(claimPort("abc")).rejects.toThrow("expected a number from 0 to 65535");
  });

  test("the address carries the token, if one is asked for", () => {
    const url = "http://localhost:8888/";
    expect(addressIn(JSON.stringify({ url, token: "t" }))).toBe(`${url}?token=t`);
    expect(addressIn(JSON.stringify({ url, token: "" }))).toBe(url);
    expect(addressIn('{"url": "http://loc')).toBeUndefined();
  });

  test("an unknown command is a sentence and exit code 2", () => {
    for (const script of ["quorumlab.mjs", "setup.mjs"]) {
      const path = join(ROOT, "lib/tools", script);
      const run = spawnSync(process.execPath, [path, "nonsense"], { encoding: "utf8" });
      expect(run.status).toBe(2);
      expect(run.stderr).toMatch(/"nonsense" is no command: expected/);
    }
  });
});

describe("a program that set-up started", () => {
  test("gives its output and exit code", async () => {
    const lines: string[] = [];
    const { exited, output } = start(["sh", "-c", "echo one; echo two >&2; exit 7"], {
      ...{ cwd: root, log: join(root, "log") },
      onLine: (line) => lines.push(line),
    });
    expect(await exited).toBe(7);
    expect(lines.sort()).toEqual(["one", "two"]);
    expect(output()).toMatch(/one/);
  });

  test("stops when set-up is killed", async () => {
    const child = join(ROOT, "lib/tools/setup/child.mjs");
    const script = `import { start } from ${JSON.stringify(child)};
      start(["sh", "-c", "trap 'exit' TERM; echo up; while :; do sleep 0.1; done"], { cwd: "/" });`;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", script]);
    await new Promise((resolve) => parent.stdout.once("data", resolve));
    const closed = new Promise((resolve) => parent.stdout.on("close", resolve));
    parent.kill("SIGKILL");
    // The program inherited this pipe: it closes when the program is gone.
    await closed;
  });
});
