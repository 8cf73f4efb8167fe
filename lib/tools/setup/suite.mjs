// @ts-check
/** `npm test`: sets the course up, then format, types and tests under Node 26; the first that fails ends it. */

import { delimiter, dirname } from "node:path";
import { start } from "./child.mjs";
import { Problem, reporting } from "./problem.mjs";
import { project, ROOT } from "./project.mjs";
import { seconds } from "./screen.mjs";
import { courseStages } from "./stages.mjs";
import { setUp } from "./steps.mjs";

/** @param {string[]} args what goes to Vitest @returns {Promise<number>} the exit code */
export function main(args) {
  return reporting(ROOT, async () => {
    await setUp(courseStages(ROOT), ROOT);
    await pass("format", ["node_modules/@biomejs/biome/bin/biome", "check"]);
    await pass("types", ["node_modules/typescript/bin/tsc", "--project", "."]);
    await pass("tests", ["node_modules/vitest/vitest.mjs", "run", ...args]);
    return 0;
  });
}

/** @param {string} name @param {string[]} argv a script and its arguments @throws Problem when it fails */
async function pass(name, argv) {
  const { node } = project(ROOT);
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
  const since = performance.now();
  const code = await start([node, ...argv], { cwd: ROOT, env }).exited;
  const took = seconds(performance.now() - since);
  if (code !== 0) throw new Problem(`✗ ${name} failed after ${took}: see above.`);
  console.log(`✓ ${name} ${took}`);
}
