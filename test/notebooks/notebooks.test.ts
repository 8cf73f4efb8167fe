/** Every chapter of the course, from top to bottom in a fresh kernel: it runs, and shows what is stored in its file. */

import { basename } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { compare, NOTEBOOKS, notebooksIn } from "../../lib/tools/notebooks/command.ts";
import { type Executed, execute } from "../../lib/tools/notebooks/run.ts";

const paths = notebooksIn(NOTEBOOKS);
let executed: Executed[];

beforeAll(async () => {
  executed = await execute(paths, {
    onDone: ({ path, seconds }) => console.log(`${basename(path)} was executed in ${seconds} s`),
  });
}, 1_800_000);

test("there are chapters", () => expect(paths).not.toEqual([]));

test.each(paths.map((path, index) => ({ name: basename(path), index })))(
  "$name shows what is stored in its file",
  ({ index }) => {
    const trouble = compare(executed[index] as Executed);
    if (trouble !== undefined) {
      throw new Error(`${trouble}\n\`npx quorumlab notebooks --write\` stores what is shown now.`);
    }
  },
);
