/** What a half of a proof says: its tables, and then that all is well, or what is not. */

export type Said = { readonly text: string; readonly isProved: boolean };

/**
 * @param wrong what is not as it should be, a line or more for each
 * @param good the sentence when nothing is wrong
 * @param parts what comes first: a heading and tables
 */
export function said(wrong: readonly string[], good: string, parts: readonly string[]): Said {
  const verdict = wrong.length === 0 ? good : ["Not so:", ...wrong].join("\n");
  return { text: [...parts, verdict, ""].join("\n\n").trimEnd(), isProved: wrong.length === 0 };
}
