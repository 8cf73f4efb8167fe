/** `quorumlab hint`: one more hint each time. */

import { command, Misuse, read } from "../command.ts";
import { exerciseNames, folderNamed } from "./command.ts";
import { loadExercise } from "./grade.ts";
import { countHint } from "./kept.ts";
import { DEFAULT_FOLDER, type GradeOptions } from "./settings.ts";

export const summary = "say a little more about an exercise, and more each time";

const HELP = `Usage: npx quorumlab hint NN-name [--exercises DIR]

Gives the next hint of an exercise; after the last one, all of them.`;

/** @returns the exit code: 0 fine, 2 misused */
export function main(args: string[], settings: Partial<GradeOptions> = {}): Promise<number> {
  return command("hint", async () => {
    const { values, positionals } = read(args, {
      exercises: { type: "string", default: DEFAULT_FOLDER },
      help: { type: "boolean", short: "h" },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    if (positionals.length !== 1) throw new Misuse("which one? Give a name such as 01-tracker.");
    const folder = folderNamed(values.exercises, " `npm start` makes work/exercises.");
    for (const name of await exerciseNames(positionals, settings.table)) {
      const { hints } = await loadExercise(name, settings.table);
      const number = countHint(name, folder);
      const next = hints[number - 1];
      if (next !== undefined) {
        console.log(`Hint ${number} of ${hints.length}: ${next}`);
      } else {
        console.log(`There are no more hints for ${name}.`);
        for (const [index, hint] of hints.entries()) console.log(`${index + 1}. ${hint}`);
      }
    }
    return 0;
  });
}
