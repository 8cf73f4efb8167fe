/** House rules about single words: what a simulated room may not call, and what no file may say. */

import { test } from "vitest";
import { nodesOf, placeOf, problemsOf, syntaxOf, ts } from "./syntax.ts";
import { files, filesIn, nothingBreaks, textOf } from "./tree.ts";

const sources = filesIn(["lib", "exercises", "solutions", "test"], ".ts");

/** The places in these files where something is said, by a test of every node. */
function places(paths: readonly string[], isSaid: (node: ts.Node) => boolean): string[] {
  return paths.flatMap((path) =>
    [...nodesOf(syntaxOf(path))]
      .filter(isSaid)
      .map((node) => `${placeOf(node)} ${node.getText().split("\n")[0]}`),
  );
}

/** Rooms whose code runs in a world, where time, luck and everything outside belong to the world. */
const SIMULATED = ["sim", "recipes", "storage", "ensemble", "broker"].map((room) => `lib/${room}`);

/** It stands in for the clocks and the luck of the real world, so it must name them. */
const GUARD = "lib/sim/guard.ts";

const REAL_CALLS = ["Math.random", "Date.now", "performance.now", "Temporal.Now"];
const REAL_NAMES = ["setTimeout", "setInterval", "setImmediate", "process", "crypto", "fetch"];

function isReal(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return REAL_CALLS.includes(node.getText());
  if (ts.isNewExpression(node) || ts.isCallExpression(node))
    return node.expression.getText() === "Date";
  if (!ts.isIdentifier(node) || !REAL_NAMES.includes(node.text)) return false;
  // `host.process` is somebody's property, and `process: 1` the name of one.
  const { parent } = node;
  const isProperty = ts.isPropertyAccessExpression(parent) && parent.name === node;
  return !isProperty && !("name" in parent && parent.name === node);
}

test("what runs in a world reads no clock, draws no luck and touches no process of its own", () => {
  const paths = filesIn(SIMULATED, ".ts").filter((path) => path !== GUARD);
  nothingBreaks(
    "Use what the handler is given (nowMs, timers, luck), or in a program its host's sleep, now and random.",
    places(paths, isReal),
  );
});

test("nothing is of type any", () => {
  nothingBreaks(
    "Say what it is, or `unknown` and look before you use it.",
    places(sources, (node) => node.kind === ts.SyntaxKind.AnyKeyword),
  );
});

test("cells and CommonJS can load the library", () => {
  const paths = filesIn(["lib"], ".ts").filter((path) => !path.endsWith(".d.ts"));
  const isAwaitedByTheFile = (node: ts.Node) => {
    if (!ts.isAwaitExpression(node) && !(ts.isForOfStatement(node) && node.awaitModifier))
      return false;
    return ts.findAncestor(node, ts.isFunctionLike) === undefined;
  };
  nothingBreaks(
    "Await it in a function: a file that awaits cannot be required.",
    places(paths, isAwaitedByTheFile),
  );
  const strange = paths.flatMap((path) => problemsOf(path).map((problem) => `${path}: ${problem}`));
  nothingBreaks("Write it as TypeScript 5.0 understands it, which checks the cells.", strange);
});

test("exports have names", () => {
  const isDefault = (node: ts.Node) =>
    ts.isExportAssignment(node) ||
    (node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent));
  nothingBreaks(
    "Export it by its name: `export function …`, `export const …`.",
    places(sources, isDefault),
  );
});

test("no test is left out and none runs alone", () => {
  const RUNNERS = ["test", "it", "describe", "suite"];
  const isLeftOut = (node: ts.Node) =>
    ts.isPropertyAccessExpression(node) &&
    ["only", "skip", "todo", "fails"].includes(node.name.text) &&
    RUNNERS.includes(node.expression.getText());
  nothingBreaks(
    "Repair the test or remove it; one that needs something which may be missing uses `skipIf` and says so.",
    places(filesIn(["test"], ".ts"), isLeftOut),
  );
});

/** The lines of the tree's text files that match, as "file:line text". */
function lines(pattern: RegExp, paths: readonly string[] = files): string[] {
  return paths.flatMap((path) =>
    textOf(path)
      .split("\n")
      .flatMap((line, index) => {
        const [found] = pattern.exec(line) ?? [];
        return found === undefined ? [] : [`${path}:${index + 1} ${found}`];
      }),
  );
}

test("nothing is put off in a comment", () => {
  const marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X"].join("|");
  nothingBreaks("Do it now, or open an issue.", lines(new RegExp(`\\b(${marks})\\b`)));
});

test("the tree knows no machine", () => {
  // Nobody's home is /home/me.
  const folder = /(?<![\w.~<-])\/(root|work|(home|Users)\/(?!me\b))\/?[\w.-]+/;
  nothingBreaks("Make the path from the project's folder, or from os.tmpdir().", lines(folder));
});

test("the tree knows no package registry", () => {
  const names = "registry|npmjs|yarnpkg|pypi|pythonhosted|artifactory|nexus|verdaccio";
  const host = new RegExp(
    `[\\w-]*(${names})[\\w-]*(\\.[\\w-]+)*\\.(org|com|net|io|dev|lan|local|internal)\\b`,
  );
  nothingBreaks(
    "Leave it out: whoever installs has one of their own (package-lock.json: omit `resolved`).",
    lines(host),
  );
});
