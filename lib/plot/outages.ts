/** How long nothing was answered well: of the times between good answers, those that are longer than they should be. */

/** One answer to a client: good or refused, perhaps with a word for it, such as the name of an error. */
export type Answer = { readonly atMs: number; readonly ok: boolean; readonly label?: string };

/** A time without a good answer, and how many were refused in it. */
export type Pause = { readonly fromMs: number; readonly toMs: number; readonly refused: number };

/** When an answer came. Throws one sentence when that is no number. */
export function timeOf({ atMs }: Answer): number {
  if (Number.isFinite(atMs)) return atMs;
  throw new Error(`An answer is at ${atMs} ms; a finite number was expected.`);
}

/** A pause is an outage when it is more than so many times as long as the usual one. */
const UNUSUAL = 3;

/**
 * The outages among answers, in order of time. The time from one good answer to the next is an outage if something was
 * refused in between, or if it is more than three times as long as the median. Refusals before the first good answer
 * and after the last one make an outage that reaches as far as they do.
 *
 *   const [outage] = outagesOf(writes);
 *   const lengthMs = outage.toMs - outage.fromMs;
 */
export function outagesOf(answers: readonly Answer[]): Pause[] {
  const pauses = pausesOf(answers);
  const lengths = pauses.filter(({ refused }) => refused === 0).map(lengthOf);
  const usualMs = lengths.sort((a, b) => a - b)[lengths.length >> 1] ?? 0;
  return pauses.filter((pause) => pause.refused > 0 || lengthOf(pause) > UNUSUAL * usualMs);
}

/** Every time between neighbouring good answers, and those with refusals before the first and after the last. */
export function pausesOf(answers: readonly Answer[]): Pause[] {
  const pauses: Pause[] = [];
  let fromMs: number | undefined;
  let refused = 0;
  let toMs = 0;
  const times = answers.map((answer) => ({ atMs: timeOf(answer), ok: answer.ok }));
  for (const { atMs, ok } of times.sort((a, b) => a.atMs - b.atMs)) {
    toMs = atMs;
    if (ok && fromMs !== undefined) pauses.push({ fromMs, toMs, refused });
    if (ok) [fromMs, refused] = [atMs, 0];
    else [fromMs, refused] = [fromMs ?? atMs, refused + 1];
  }
  return fromMs !== undefined && refused > 0 ? [...pauses, { fromMs, toMs, refused }] : pauses;
}

export function lengthOf({ fromMs, toMs }: Pause): number {
  return toMs - fromMs;
}
