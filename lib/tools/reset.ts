/** `quorumlab reset NN-name`: the course's file again, with the learner's own kept beside it. */

import { parseArgs } from "node:util";
import { Problem, reporting } from "./setup/problem.mjs";
import { ROOT } from "./setup/project.mjs";
import { filesNamed, resetWork } from "./setup/work.mjs";

export const summary = "bring a pristine chapter or exercise into work/ and keep yours beside it";

const HELP = `Usage: npx quorumlab reset NN-name…

Copies the course's notebook and exercise of that name into work/. Your own file stays beside it
as NN-name.old-1, .old-2 and so on; none is ever overwritten. Reload the file in JupyterLab afterwards.`;

/** @returns the exit code: 0 fine, 1 failed, 2 misused */
export function main(args: string[]): Promise<number> {
  return reporting(ROOT, async () => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h" } },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    if (positionals.length === 0) {
      throw new Problem("reset: which one? Give a name such as 01-who-is-the-master.", 2);
    }
    // Before the first is touched: a name that is wrong changes nothing.
    for (const name of positionals) filesNamed(ROOT, name);
    for (const name of positionals) {
      for (const { file, kept } of resetWork(ROOT, name)) {
        console.log(`work/${file} is the course's${kept ? `; yours is work/${kept}` : ""}`);
      }
    }
    return 0;
  });
}
