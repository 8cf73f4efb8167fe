// Starts the course's kernel: node kernel.cjs kernel --config-path <connection file>
// Plain JavaScript, because a wrong Node must get a sentence and not a syntax error.

const NEEDED = 26;

const major = Number(process.versions.node.split(".")[0]);
if (major < NEEDED) {
  console.error(
    `The notebooks need Node ${NEEDED}; ${process.execPath} is ${process.version}. ` +
      "Run `npm start` in the project: it brings its own Node and points Jupyter at it.",
  );
  process.exit(1);
}

const at = process.argv.indexOf("--config-path");
const configPath = at < 0 ? undefined : process.argv[at + 1];
if (configPath === undefined) {
  console.error(
    "kernel.cjs is started by Jupyter, with --config-path and the file that says where to connect.",
  );
  process.exit(1);
}

require("./kernel/start.ts").start(configPath);
