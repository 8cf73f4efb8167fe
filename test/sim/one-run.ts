/** Run as a script: prints the digest of one busy run. @see busy.ts */

import { simulate } from "quorumlab/sim";
import { busy } from "./busy.ts";

const [seed = "1", text] = process.argv.slice(2);
simulate(busy(Number(seed), text)).then(({ digest }) => console.log(digest));
