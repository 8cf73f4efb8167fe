import type { Patch } from "../../../known-wrong/patch.ts";

const file = "test/tools/prove/room/index.ts";
const compare = "if (n > greatest.held)";
const origin = "made up";
const caughtBy = "it holds more than 50";

export const patches: readonly Patch[] = [
  { name: "it confuses types", file, from: compare, to: 'if (n > "1")', origin, caughtBy },
  { name: "it was elsewhere", file, from: "gratest", to: "greatest", origin, caughtBy },
  { name: "nobody minds", file, from: compare, to: "if (n > 0)", origin, caughtBy: "all is well" },
  {
    name: "it dies of 99",
    file,
    from: compare,
    to: "if (n === 99) (process as { kill(pid: number, by: string): void }).kill(process.pid, 'SIGKILL');\n  if (n > greatest.held)",
    origin,
    caughtBy,
  },
];
