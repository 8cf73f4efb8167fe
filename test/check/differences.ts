/** What the checker gets wrong, by brute force and by the plain search. */

import { type History, linearizable, type Reduction } from "../../lib/check/index.ts";
import { refutation } from "../../lib/check/refutation.ts";
import { Search } from "../../lib/check/search.ts";
import { Timeline } from "../../lib/check/timeline.ts";
import { Transitions } from "../../lib/check/transitions.ts";
import { explained } from "./brute-force.ts";
import { lastReturned, mistakeIn } from "./compare.ts";
import { larger, randomHistories } from "./histories.ts";
import { subjects } from "./objects.ts";
import { plainSearch } from "./plain-search.ts";
import type { Subject } from "./subject.ts";

function seenBy(history: History, { model }: Subject) {
  const line = new Timeline(history, model, new Set<Reduction>());
  const quotient = model.quotient?.(line.deeds) ?? model;
  line.pair(quotient);
  const table = new Transitions(quotient, line.deeds);
  return { line, table };
}

/** What a search on the quotient says, which a check begins only when a history is not easy. */
export function isOkOnQuotient(history: History, subject: Subject): boolean {
  const { line, table } = seenBy(history, subject);
  const contradiction = line.takeOrder?.contradiction(line.returns);
  if (contradiction !== undefined) return false;
  const ending = new Search(line, table, true, line.takeOrder).advance(Infinity, Infinity);
  return ending?.kind === "found";
}

/** The return at which a history is refuted, if it is; a check looks for it only in a hard one. */
export function refutedAt(history: History, subject: Subject, most = 4096): number | undefined {
  const { line, table } = seenBy(history, subject);
  return refutation(line, table, most);
}

/** Parts fail with the return with which the whole does. */
function mistakeInParts(history: History, { model }: Subject): string | undefined {
  const inParts = linearizable(history, model);
  const atOnce = linearizable(history, model, { without: ["partitions"] });
  if (inParts.verdict !== "violated" || atOnce.verdict !== "violated") return undefined;
  const [a, b] = [lastReturned(inParts.prefix).id, lastReturned(atOnce.prefix).id];
  return a === b
    ? undefined
    : `the parts fail with the return of ${a}, the whole with that of ${b}`;
}

/** Every difference, in so many small histories of each object and as many larger ones. */
export function* differences(histories: number): Generator<string> {
  for (const subject of subjects) {
    const { model, fresh } = subject;
    for (const history of randomHistories(subject, histories)) {
      const right = explained(history, fresh);
      const says = (what: string) => `${model.name}: ${what}: ${JSON.stringify(history)}`;
      const mistake = mistakeIn(history, subject, right) ?? mistakeInParts(history, subject);
      if (mistake !== undefined) yield says(mistake);
      if (isOkOnQuotient(history, subject) !== right) yield says("wrong on the quotient");
      if (right && refutedAt(history, subject) !== undefined) yield says("refuted, and right");
    }
    for (const history of larger(subject, histories)) {
      const right = plainSearch(history, model);
      const isOk = linearizable(history, model).verdict === "ok";
      if (isOk !== right || isOkOnQuotient(history, subject) !== right) {
        yield `${model.name}: ${right} is right: ${JSON.stringify(history)}`;
      }
    }
  }
}
