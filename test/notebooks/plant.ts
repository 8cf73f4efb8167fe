/** Loaded before anything else by `plain.ts`: plants the mistake that the environment names. */

import { registerHooks } from "node:module";
import type { Mistake } from "./plain.ts";

const mistake = JSON.parse(process.env.QUORUMLAB_PLANT ?? "null") as Mistake | null;
const project = new URL("../../", import.meta.url);

if (mistake !== null) {
  const { file, from, to } = mistake;
  const planted = new URL(file, project).href;
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (url !== planted) return loaded;
      const parts = String(loaded.source).split(from);
      if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${from}`);
      return { ...loaded, source: parts.join(to) };
    },
  });
}
