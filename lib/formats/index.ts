/** Histories that other tools have written down: Jepsen's, Porcupine's, and JSON lines. */
export type { ReadHistory } from "./read.ts";
export { MODEL_NAMES, readHistory } from "./read.ts";
export { Unreadable } from "./unreadable.ts";
