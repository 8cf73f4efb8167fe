// @ts-check
/** What set-up consists of: the prerequisites, the packages beside `.venv`, the kernel, and the learner's `work/`. */

import { existsSync } from "node:fs";
import { jupyterFilesAreThere, writeJupyterFiles } from "./jupyter.mjs";
import { installPackages, missingPackage } from "./packages.mjs";
import { Problem } from "./problem.mjs";
import { project } from "./project.mjs";
import { findPython, makeVenv, venvVersion } from "./python.mjs";
import { copyMissing, courseFiles, missingCopies } from "./work.mjs";

/** @typedef {import("./steps.mjs").Step} Step */

/**
 * What the course needs to run and to be tested.
 * @param {string} root the project folder @returns {Step[][]}
 */
export function courseStages(root) {
  return [
    [{ name: "prerequisites", ready: () => prerequisites(root), make: () => {} }],
    [
      {
        name: "npm packages",
        ready: () =>
          missingPackage(root) ? undefined : "npm packages and Node 26 in node_modules",
        make: (say) => installPackages(root, say),
      },
      {
        name: "JupyterLab",
        ready: () => (venvVersion(root) ? "JupyterLab in .venv" : undefined),
        make: (say) => makeVenv(root, say),
      },
    ],
    [
      {
        name: "TypeScript kernel",
        ready: () => (jupyterFilesAreThere(root) ? "TypeScript kernel" : undefined),
        make: () => writeJupyterFiles(root),
      },
    ],
  ];
}

/** @param {string} root @returns {string} what was found @throws Problem when something must be installed first */
function prerequisites(root) {
  if (process.platform === "win32") {
    throw new Problem(
      "On Windows Quorumlab runs inside WSL: `wsl --install`, then clone the course there.",
    );
  }
  return `Node ${process.versions.node}, Python ${venvVersion(root) ?? findPython().version}`;
}

/**
 * The learner's copies.
 * @param {string} root @returns {Step[]}
 */
export function workStage(root) {
  return [
    {
      name: "your work",
      ready: () =>
        missingCopies(root).length > 0 || !existsSync(project(root).work)
          ? undefined
          : `your copies of ${courseFiles(root).length} chapters and exercises in work/`,
      make: () => void copyMissing(root),
    },
  ];
}
