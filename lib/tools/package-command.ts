#!/usr/bin/env node
/** The `quorumlab` command of the published package: the course and its grader are not in it. */

import { main, summary } from "./check-history.ts";

const [name, ...args] = process.argv.slice(2);
if (name === "check-history") {
  main(args).then((code) => {
    process.exitCode = code;
  });
} else if (name === "--help" || name === "-h") {
  console.log(
    `Usage: npx quorumlab check-history FILE --model NAME\n\n  check-history   ${summary}`,
  );
} else {
  console.error(
    "quorumlab: expected check-history; `npx quorumlab check-history --help` says more.",
  );
  process.exitCode = 2;
}
