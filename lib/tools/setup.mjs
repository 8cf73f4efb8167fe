// @ts-check
/**
 * The door of `npm start` and `npm test`: it runs before anything is installed, on any Node that can parse it.
 * Usage: node lib/tools/setup.mjs lab|test [arguments]
 */

const OLDEST_NODE = 20;
const COMMANDS = { lab: "./lab.mjs", test: "./setup/suite.mjs" };

/** @param {string[]} args @returns {Promise<number>} the exit code */
async function main([name = "", ...args]) {
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
    console.error(
      `Node ${process.versions.node} is too old: install Node ${OLDEST_NODE} or newer from https://nodejs.org.`,
    );
    return 1;
  }
  const module = COMMANDS[/** @type {keyof typeof COMMANDS} */ (name)];
  if (module === undefined) {
    console.error(
      `setup: "${name}" is no command: expected ${Object.keys(COMMANDS).join(" or ")}.`,
    );
    return 2;
  }
  const { main: run } = await import(module);
  return run(args);
}

main(process.argv.slice(2)).then((code) => process.exit(code));
