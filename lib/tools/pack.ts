/**
 * Makes the package that `npm pack` packs. Within the project the library is TypeScript, which Node
 * runs as it is; but it runs none of it in `node_modules`. So before packing it is compiled, and the
 * package says where the JavaScript is; afterwards the package file is as before.
 *
 * Usage: node tools/pack.ts before|after, in the library's folder
 */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const LIBRARY = fileURLToPath(new URL("..", import.meta.url));
const PACKAGE = `${LIBRARY}package.json`;
/** The package file as it is in the project, while another stands in its place. */
const KEPT = `${LIBRARY}package.json.kept`;
const COMPILER = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

type PackageFile = { exports: Record<string, string>; [field: string]: unknown };

const COMMAND = new URL("./package-command.ts", import.meta.url);

/** What is not part of the package: it belongs to the course. */
const COURSE = ["./properties", "./tools/notebook"];

function restore(): void {
  if (existsSync(KEPT)) renameSync(KEPT, PACKAGE);
}

function compile(): void {
  rmSync(`${LIBRARY}dist`, { recursive: true, force: true });
  const args = [COMPILER, "--project", LIBRARY];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) throw new Error("The library does not compile; nothing was packed.");
}

/** Where a file of the library is in the package, without its ending. */
function built(file: URL): string {
  return `./dist/${relative(LIBRARY, fileURLToPath(file)).replace(/\.ts$/, "")}`;
}

function published(source: PackageFile): PackageFile {
  const rooms = Object.entries(source.exports).filter(([name]) => !COURSE.includes(name));
  const exports = rooms.map(([name, path]) => {
    const file = built(new URL(`../${path}`, import.meta.url));
    return [name, { types: `${file}.d.ts`, default: `${file}.js` }];
  });
  return {
    // With its scripts: whoever packs again after an interruption begins by restoring the file.
    ...source,
    bin: { quorumlab: `${built(COMMAND)}.js` },
    exports: Object.fromEntries(exports),
    engines: { node: ">=22" },
  };
}

restore();
if (process.argv[2] === "before") {
  compile();
  const source = readFileSync(PACKAGE, "utf8");
  writeFileSync(KEPT, source);
  writeFileSync(PACKAGE, `${JSON.stringify(published(JSON.parse(source)), null, 2)}\n`);
}
