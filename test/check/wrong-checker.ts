/**
 * A process with a mistake in its checker: compares it with brute force and with the plain search, as
 * the tests do, and says the first thing that is not so. Its argument is
 * the number of the mistake, or "eager" for the checker that does everything at once.
 */

import { pathToFileURL } from "node:url";
import { plant } from "../../lib/tools/grade/plant.ts";
import { PROJECT } from "../../lib/tools/grade/settings.ts";
import { EAGER, WRONG } from "./wrong-checkers.ts";

const HISTORIES = 400;

const [mistake] = process.argv.slice(2);
const wrong = WRONG.filter((_, number) => String(number) === mistake);
const isEager = mistake === "eager" || wrong.some((one) => one.isEager);
plant([...wrong, ...(isEager ? EAGER : [])], pathToFileURL(PROJECT).href);

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
