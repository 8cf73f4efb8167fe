/** What the cells of a notebook import. */

export { check } from "./cell/check.ts";
export { hint } from "./cell/hint.ts";
export { reload } from "./cell/reload.ts";
export { type Show, show } from "./cell/show.ts";
