/** Chapter 00 as a learner sees it: JupyterLab in a real browser, every cell run, and what is then on the screen. */

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  accessSync,
  constants,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NOTEBOOKS } from "../../lib/tools/notebooks/command.ts";
import { fileText, readNotebook } from "../../lib/tools/notebooks/notebook.ts";
import { jupyterEnvironment } from "../../lib/tools/setup/jupyter.mjs";
import { project, ROOT } from "../../lib/tools/setup/project.mjs";

const CHAPTER = "00-start-here.ipynb";
const chapter = readNotebook(join(NOTEBOOKS, CHAPTER));
const codeCells = chapter.cells.filter(({ outputs }) => outputs !== undefined).length;
const { python, state } = project(ROOT);
const executablePath = findChromium();

const lookHere = test.skipIf(executablePath === undefined);
if (executablePath === undefined) {
  console.log("No Chromium or Chrome was found, so nobody has looked at chapter 00 in a browser.");
}

/** The browser of this machine, wherever its system puts it. */
function findChromium(): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  const paths = [...folders.flatMap((folder) => names.map((name) => join(folder, name))), mac];
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

let folder: string;
let lab: ChildProcess | undefined;
let browser: Browser | undefined;
let page: Page;
const foreign: string[] = [];

beforeAll(async () => {
  if (executablePath === undefined) return;
  folder = workFolder();
  const address = await openLab(folder);
  const { origin } = new URL(address);
  // A container has no sandbox to offer, and little shared memory.
  const args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
  browser = await chromium.launch({ executablePath, args });
  // Tall, because JupyterLab draws only the cells that are in sight.
  page = await browser.newPage({ viewport: { width: 1300, height: 12_000 } });
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && /^(https?|wss?):/.test(request.url())) {
      foreign.push(request.url());
    }
  });
  await page.goto(address);
  try {
    await runEveryCell(page);
  } finally {
    await page.screenshot({ path: join(state, "chapter-00.png") });
  }
}, 300_000);

afterAll(async () => {
  await browser?.close();
  if (lab !== undefined) await stop(lab);
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}, 30_000);

/** A learner's folder with the chapter, without its stored outputs, and the exercises. */
function workFolder(): string {
  mkdirSync(state, { recursive: true });
  const work = mkdtempSync(join(state, "browser-test-"));
  mkdirSync(join(work, "notebooks"));
  cpSync(join(ROOT, "exercises"), join(work, "exercises"), { recursive: true });
  const bare = chapter.cells.map((cell) =>
    cell.outputs === undefined ? cell : { ...cell, outputs: [] },
  );
  writeFileSync(join(work, "notebooks", CHAPTER), fileText({ cells: bare }));
  return work;
}

/** Starts JupyterLab in a folder. @returns the address of the chapter, once somebody answers there */
async function openLab(work: string): Promise<string> {
  const [port, token] = [await freePort(), randomUUID()];
  const server = spawn(
    python,
    [
      ...["-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"],
      ...[`--ServerApp.port=${port}`, "--ServerApp.port_retries=0"],
      ...[`--ServerApp.root_dir=${work}`, `--IdentityProvider.token=${token}`],
    ],
    {
      env: {
        ...jupyterEnvironment(ROOT),
        JUPYTERLAB_WORKSPACES_DIR: join(work, "workspaces"),
        JUPYTERLAB_SETTINGS_DIR: join(work, "settings"),
      },
      stdio: "ignore",
    },
  );
  lab = server;
  const origin = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${origin}/api`).catch(() => undefined))) {
    if (server.exitCode !== null) throw new Error(`JupyterLab ended: ${server.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return `${origin}/lab/tree/notebooks/${CHAPTER}?token=${token}`;
}

/** Asks JupyterLab to end. It ends its kernels, and then sometimes waits for ever for a thread of its own. */
async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = once(server, "exit");
  server.kill();
  const late = setTimeout(() => server.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(late);
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

const PROMPTS = ".jp-CodeCell .jp-InputPrompt";
/** JupyterLab draws errors and what was printed to standard error alike. */
const FAILURES = '[data-mime-type="application/vnd.jupyter.stderr"]';

async function runEveryCell(on: Page): Promise<void> {
  // Before the chapter is loaded, an empty one with an idle kernel stands in for it.
  await on
    .locator(PROMPTS)
    .nth(codeCells - 1)
    .waitFor({ timeout: 120_000 });
  await on.getByText("TypeScript (Quorumlab) | Idle").waitFor({ timeout: 120_000 });
  await on.getByText("Run", { exact: true }).first().click();
  await on.getByText("Run All Cells", { exact: true }).click();
  const ended = ([prompts = "", failures = ""]: string[]) => {
    const texts = [...document.querySelectorAll(prompts)].map((prompt) => prompt.textContent ?? "");
    const failed = document.querySelector(failures) !== null;
    return failed || (texts.length > 0 && texts.every((text) => /^\[\d+\]:$/.test(text.trim())));
  };
  await on.waitForFunction(ended, [PROMPTS, FAILURES], { timeout: 180_000 });
}

lookHere("every cell has run, and none failed", async () => {
  expect(await page.locator(FAILURES).allTextContents()).toEqual([]);
  expect(await page.locator(PROMPTS).count()).toBe(codeCells);
});

lookHere("a picture is in sight", async () => {
  const picture = page.locator('.jp-OutputArea-output[data-mime-type="image/svg+xml"] img').first();
  const box = await picture.boundingBox();
  expect(box?.width).toBeGreaterThan(200);
  expect(box?.height).toBeGreaterThan(80);
  const drawn = await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth);
  expect(drawn).toBeGreaterThan(200);
});

lookHere("the exercise says that it is the learner's turn", async () => {
  const verdict = page.locator(".jp-OutputArea-output", { hasText: "your turn" }).last();
  expect(await verdict.isVisible()).toBe(true);
});

lookHere("nothing is asked of any other machine", () => expect(foreign).toEqual([]));
