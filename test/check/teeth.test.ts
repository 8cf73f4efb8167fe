import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { WRONG } from "./wrong-checkers.ts";

const script = fileURLToPath(new URL("./wrong-checker.ts", import.meta.url));

function judged(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test.each([[], ["eager"]])(
  "the checker as it is differs nowhere from brute force %j",
  (...args) => {
    expect(judged(...args)).toEqual({ status: 0, stdout: "", stderr: "" });
  },
);

test.each(WRONG.map(({ name }, number) => ({ name, number })))(
  "a checker is caught in which $name",
  ({ number }) => {
    const { status, stdout, stderr } = judged(String(number));
    expect(stderr).toBe("");
    expect(stdout).not.toBe("");
    expect(status).toBe(1);
  },
);
