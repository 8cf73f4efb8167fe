/** A process that does nothing but check one history, and says how many milliseconds the check took. */

import { casRegister, linearizable } from "../../check/index.ts";
import { registers } from "./checker.ts";

const [history = []] = registers();
const startMs = performance.now();
linearizable(history, casRegister(0));
console.log(performance.now() - startMs);
