/** `hint("NN-name")`: one more hint each time. */

import type { Exercises } from "../exercises.ts";
import { show } from "./show.ts";

const given = new Map<string, number>();

/** Shows the next hint of an exercise; after the last one, all of them. */
export async function hint(name: keyof Exercises): Promise<void> {
  const { loadExercise } = await import("../grade/grade.ts");
  const { hints } = await loadExercise(name);
  const number = (given.get(name) ?? 0) + 1;
  given.set(name, number);
  const next = hints[number - 1];
  if (next !== undefined) {
    show(`**Hint ${number} of ${hints.length}.** ${next}`);
  } else {
    const all = hints.map((text, index) => `${index + 1}. ${text}`);
    show([`**There are no more hints for ${name}.**`, "", ...all].join("\n"));
  }
}
