/** How long each chapter runs, from top to bottom in a fresh kernel. */

import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { Row } from "../cell/table.ts";
import { NOTEBOOKS, notebooksIn } from "../notebooks/command.ts";
import { execute } from "../notebooks/run.ts";
import { project, ROOT } from "../setup/project.mjs";

/** Each chapter once, one after the other; a sentence where Jupyter is not set up. */
export async function benchChapters(): Promise<readonly Row[] | string> {
  if (!existsSync(project(ROOT).python)) {
    return "Chapters are left out: there is no .venv yet, `npm test` or `npm start` makes it.";
  }
  const rows: Row[] = [];
  for (const path of notebooksIn(NOTEBOOKS)) {
    const [executed] = await execute([path]);
    const row = { chapter: basename(path, ".ipynb"), seconds: executed?.seconds };
    const { failure } = executed ?? {};
    rows.push(failure === undefined ? row : { ...row, failed: `in cell ${failure.cell}` });
  }
  return rows;
}
