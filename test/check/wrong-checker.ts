/**
 * A process with a mistake in its checker: compares it with brute force and with the plain search, as
 * the tests do, and says the first thing that is not so. Its argument is the number of the mistake.
 */

import { pathToFileURL } from "node:url";
import { plant } from "../../lib/tools/grade/plant.ts";
import { PROJECT } from "../../lib/tools/grade/settings.ts";
import { WRONG } from "./wrong-checkers.ts";

const HISTORIES = 400;

const [mistake] = process.argv.slice(2).map(Number);
plant(
  mistake === undefined ? [] : [WRONG[mistake] as (typeof WRONG)[0]],
  pathToFileURL(PROJECT).href,
);

// Only now, so that the mistake is in them.
const { differences } = await import("./differences.ts");
try {
  const [first] = differences(HISTORIES);
  if (first !== undefined) throw new Error(first);
} catch (error) {
  // The checker's own doubts about a model count as well.
  console.log((error as Error).message);
  process.exit(1);
}
