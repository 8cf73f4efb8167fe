import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lanes } from "quorumlab/plot";
import { application, database, tracker } from "quorumlab/recipes";
import { type Run, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";
import { expectStored } from "../plot/stored.ts";

const README = fileURLToPath(new URL("../../README.md", import.meta.url));

/** An application that keeps the tracker's first answer, and a tracker that loses sight of the master. */
function keptTooLong(): Promise<Run> {
  const app = application(async ({ call, sleep }) => {
    await sleep(70);
    const { master } = await call("tracker", { kind: "whoIsMaster" });
    for (let i = 1; i <= 4; i++) {
      await call(master ?? "db1", { kind: "write", key: `order ${i}`, value: "paid" });
      await sleep(12);
    }
  });
  return simulate({
    seed: 1,
    servers: {
      app,
      tracker: tracker(),
      db1: database({ copies: ["db2"] }),
      db2: database({ copies: ["db1"] }),
    },
    faults: [{ kind: "cut", from: ["tracker"], to: ["db1"], atMs: 60 }],
    forMs: 160,
  });
}

test("the picture in the README is drawn from the run that it tells of", async () => {
  const { trace } = await keptTooLong();
  const title = "db2 is master, but the application goes on writing to db1";
  const shown = ["whoIsMaster", "masterIs", "write", "written", "appointed", "copy"];
  const only = (body: unknown) => shown.includes((body as { kind: string }).kind);
  const picture = lanes(trace, { title, only, window: { fromMs: 65, toMs: 160 } });
  expectStored("two-masters", picture);
});

test("the README is at most 100 lines", () => {
  expect(readFileSync(README, "utf8").split("\n").length).toBeLessThanOrEqual(101);
});
