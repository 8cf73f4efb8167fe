/** What stands behind `check` and `hint`: the grader, and its report and the failing run on the screen. */

import { loadExercise } from "../grade/grade.ts";
import { checkExercise } from "../grade/kept.ts";
import { picturesOf } from "../grade/pictures.ts";
import { sayProgress } from "../grade/print.ts";
import { area, escapeHtml, type Forms } from "./display.ts";
import { exercisesFolder } from "./reload.ts";
import { show } from "./show.ts";
import { verdict } from "./verdict.ts";

/** Judges an exercise: shows how far it is, then the verdict in the same place, then the failing run. */
export async function judge(name: string, options: { readonly seed?: number }): Promise<void> {
  await loadExercise(name);
  const put = area();
  const stop = new AbortController();
  const interrupted = () => stop.abort();
  process.once("SIGINT", interrupted);
  try {
    put(words(`Checking ${name} …`));
    const report = await checkExercise(name, {
      ...options,
      folder: exercisesFolder(),
      signal: stop.signal,
      onProgress: (progress) => put(words(`Checking ${sayProgress(progress)} …`)),
    });
    if (stop.signal.aborted) return;
    put(verdict(report), "last");
    for (const picture of report.properties.flatMap(picturesOf)) show(picture);
  } finally {
    process.off("SIGINT", interrupted);
  }
}

function words(text: string): Forms {
  return { "text/html": `<em>${escapeHtml(text)}</em>`, "text/plain": text };
}

const given = new Map<string, number>();

/** Shows the next hint of an exercise; after the last one, all of them. */
export async function giveHint(name: string): Promise<void> {
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
