/** The `quorumlab` command line: a table of commands, each a module that is loaded when it is asked for. */

type Command = {
  /** What it is for, in a line. */
  readonly summary: string;
  /** @returns the exit code: 0 fine, 1 failed, 2 misused, 3 unknown */
  main(args: string[]): Promise<number>;
};

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  lab: () => import("./lab.mjs"),
  reset: () => import("./reset.ts"),
  check: () => import("./grade/check.ts"),
  hint: () => import("./grade/hint.ts"),
  grade: () => import("./grade/grade-command.ts"),
  replay: () => import("./grade/replay.ts"),
  "check-history": () => import("./check-history.ts"),
  notebooks: () => import("./notebooks/command.ts"),
  bench: () => import("./bench.ts"),
  prove: () => import("./prove.ts"),
  compare: () => import("./compare.ts"),
};

async function help(): Promise<string> {
  const rows = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]) => {
      return `  ${name.padEnd(14)} ${(await load()).summary}`;
    }),
  );
  return [
    "Usage: npx quorumlab <command> [arguments]",
    "",
    ...rows,
    "",
    "`npx quorumlab <command> --help` says more.",
    "Exit codes: 0 fine, 1 failed, 2 misused, 3 unknown.",
  ].join("\n");
}

async function main([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(await help());
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    const names = Object.keys(COMMANDS).join(", ");
    console.error(`quorumlab: "${name}" is no command: expected one of ${names}.`);
    return 2;
  }
  return (await load()).main(args);
}

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
