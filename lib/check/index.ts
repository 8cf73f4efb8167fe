/** What "correct" means, judged from outside. */
export type { History, Operation, Verdict } from "./history.ts";
