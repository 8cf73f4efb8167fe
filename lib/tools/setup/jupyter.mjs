// @ts-check
/** Jupyter's files of this project: the TypeScript kernel by absolute path, and settings that keep it to itself. */

import { delimiter, dirname, join } from "node:path";
import { project, textOf, writeWhole } from "./project.mjs";

/** The kernel's name as notebooks store it. */
export const KERNEL = "quorumlab";

/**
 * Every file that Jupyter needs, by path. They name absolute paths, so a moved project needs them anew.
 * @param {string} root @returns {Record<string, string>} the text of each
 */
export function jupyterFiles(root) {
  const { jupyter, node } = project(root);
  const launcher = join(root, "lib", "tools", "kernel.cjs");
  const files = {
    [`kernels/${KERNEL}/kernel.json`]: {
      argv: [node, launcher, "kernel", "--config-path", "{connection_file}"],
      display_name: "TypeScript (Quorumlab)",
      language: "typescript",
      interrupt_mode: "signal",
    },
    "config/jupyter_server_config.json": {
      KernelSpecManager: { ensure_native_kernel: false, allowed_kernelspecs: [KERNEL] },
      MultiKernelManager: { default_kernel_name: KERNEL },
      LanguageServerManager: { autodetect: false },
      // A cell that prints a lot in a short time would lose the rest of its output.
      ZMQChannelsWebsocketConnection: { limit_rate: false },
    },
    "config/labconfig/page_config.json": {
      disabledExtensions: { "@jupyterlab/apputils-extension:announcements": true },
    },
  };
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => {
      return [join(jupyter, path), `${JSON.stringify(content, undefined, 2)}\n`];
    }),
  );
}

/** @param {string} root @returns {boolean} */
export function jupyterFilesAreThere(root) {
  return Object.entries(jupyterFiles(root)).every(([file, text]) => textOf(file) === text);
}

/** @param {string} root */
export function writeJupyterFiles(root) {
  for (const [file, text] of Object.entries(jupyterFiles(root))) writeWhole(file, text);
}

/**
 * The environment in which Jupyter, nbclient and their kernels find this project's files and touch no others.
 * @param {string} root @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function jupyterEnvironment(root, env = process.env) {
  const { jupyter, node } = project(root);
  return {
    ...env,
    PATH: `${dirname(node)}${delimiter}${env.PATH ?? ""}`,
    JUPYTER_CONFIG_DIR: join(jupyter, "config"),
    // Not JUPYTER_PATH: that one is a list, which a colon in the project's path would cut.
    JUPYTER_DATA_DIR: jupyter,
    JUPYTER_RUNTIME_DIR: join(jupyter, "runtime"),
    IPYTHONDIR: join(jupyter, "ipython"),
    PYTHONNOUSERSITE: "1",
  };
}
