/** Plants bugs: a text of a file is replaced when the file is loaded, so that no file has a hook for it. */

import { registerHooks } from "node:module";
import type { Patch } from "./job.ts";

/**
 * Takes over how modules are read, before their types are stripped. To load a file whose patch does not fit throws.
 *
 * @param project the folder that the patches name their files from, as a URL
 * @returns asks which patches were not planted so far, because nothing loaded their file
 */
export function plant(patches: readonly Patch[], project: string): () => readonly Patch[] {
  const waiting = new Set(patches);
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      // What follows the name tells two instances of one file apart.
      const [file] = url.split("?");
      const own = patches.filter((patch) => new URL(patch.file, project).href === file);
      if (own.length === 0) return loaded;
      for (const patch of own) waiting.delete(patch);
      return { ...loaded, source: own.reduce(planted, String(loaded.source)) };
    },
  });
  return () => [...waiting];
}

/** A source with a bug in it. @throws Error unless the patch's text occurs exactly once */
export function planted(source: string, { file, from, to }: Patch): string {
  const parts = source.split(from);
  if (parts.length !== 2) {
    throw new Error(
      `patch of ${file}: expected its text exactly once, found ${parts.length - 1} times`,
    );
  }
  return parts.join(to);
}
