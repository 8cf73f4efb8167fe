import type { Patch } from "../../../known-wrong/patch.ts";

const file = "test/tools/prove/room/index.ts";
const compare = "if (n > greatest.held)";
const origin = "made up";

export const patches: readonly Patch[] = [
  {
    name: "it holds the latest",
    file,
    from: compare,
    to: "if (n >= 0)",
    origin,
    caughtBy: "it holds the greatest",
  },
  {
    name: "it doesn't hear what comes after a hundred",
    file,
    from: compare,
    to: "if (n > greatest.held && greatest.held !== 100)",
    origin,
    caughtBy: "the order does not count",
  },
];
