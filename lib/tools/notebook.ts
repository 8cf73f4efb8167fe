/** What the cells of a notebook import. */

export { check, hint } from "./cell/check.ts";
export { reload } from "./cell/reload.ts";
export { type Show, show } from "./cell/show.ts";
