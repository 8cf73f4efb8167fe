import { keyOf } from "quorumlab/check";

/** What is wrong with a history that somebody wrote down, in a sentence that names the place. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/** So much is shown in a sentence. */
const SHOWN = 60;

/** A value as a sentence shows it. */
export function shown(value: unknown): string {
  return clipped(keyOf(value));
}

/** A text as a sentence shows it, with a dot for what cannot be seen. */
export function quoted(text: string): string {
  return `"${clipped(text).replace(/\p{C}/gu, "·")}"`;
}

function clipped(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`;
}
