/** House rules about sizes: files and functions that a reader can hold in mind, and a library that can be finished. */

import { expect, test } from "vitest";
import { nodesOf, placeOf, syntaxOf, ts } from "./syntax.ts";
import { filesIn, linesOf, nothingBreaks, rooms } from "./tree.ts";

const FILE_LINES = 250;
const FUNCTION_LINES = 40;
const SWITCH_LINES = 60;
const TEACHING_LINES = 8_500;

/** Files that are longer, each with the reason why they are one. */
const LONGER: Readonly<Record<string, string>> = {
  "test/known-wrong/broker.ts": "a list of mistakes, each read alone",
  "test/known-wrong/ensemble.ts": "a list of mistakes, each read alone",
  "test/tools/grade.test.ts":
    "a list of cases, each read alone: every way in which a submission can be wrong",
  "test/tools/setup.test.ts":
    "a list of cases, each read alone: every way in which set-up can go wrong",
};

const sources = filesIn(["lib", "exercises", "solutions", "test"], ".ts", ".mjs", ".cjs", ".py");

test("a file fits into a reader's head", () => {
  const offences = sources
    .filter((path) => linesOf(path) > FILE_LINES && LONGER[path] === undefined)
    .map((path) => `${path} has ${linesOf(path)} lines`);
  nothingBreaks(`Split it where it has two ideas: at most ${FILE_LINES} lines.`, offences);
  const needless = Object.keys(LONGER).filter(
    (path) => !sources.includes(path) || linesOf(path) <= FILE_LINES,
  );
  nothingBreaks("Take it out of LONGER: it is not longer any more.", needless);
});

function span(node: ts.Node): number {
  const file = node.getSourceFile();
  const lineAt = (position: number) => file.getLineAndCharacterOfPosition(position).line;
  return lineAt(node.getEnd()) - lineAt(node.getStart()) + 1;
}

/** The lines of a function, those of named ones in it left out: a protocol's handlers are measured one by one. */
function lengthOf(node: ts.Node): number {
  let lines = span(node);
  node.forEachChild(function leaveOut(child) {
    if (ts.isMethodDeclaration(child) || ts.isFunctionDeclaration(child)) lines -= span(child);
    else child.forEachChild(leaveOut);
  });
  return lines;
}

function isOneSwitch(node: ts.FunctionLikeDeclaration): boolean {
  const { body } = node;
  return body !== undefined && ts.isBlock(body) && body.statements.some(ts.isSwitchStatement);
}

test("a function fits onto a screen", () => {
  const paths = filesIn(["lib", "exercises", "solutions"], ".ts", ".mjs", ".cjs");
  const offences = paths.flatMap((path) =>
    [...nodesOf(syntaxOf(path))].filter(ts.isFunctionLike).flatMap((node) => {
      const most = isOneSwitch(node as ts.FunctionLikeDeclaration) ? SWITCH_LINES : FUNCTION_LINES;
      const lines = lengthOf(node);
      const name = node.name?.getText() ?? node.parent.getText().split(/[\s(=]/)[0];
      return lines > most ? [`${placeOf(node)} ${name} has ${lines} lines`] : [];
    }),
  );
  nothingBreaks(
    `Give a part of it a name: at most ${FUNCTION_LINES} lines, or ${SWITCH_LINES} around one switch.`,
    offences,
  );
});

/** How many lines have code: blank lines, comments and what names other files are not counted. */
function codeLinesOf(path: string): number {
  const tree = syntaxOf(path);
  const lines = new Set<number>();
  const add = (node: ts.Node): void => {
    const parts = node.getChildren(tree);
    if (parts.length === 0 && node.getEnd() > node.getStart(tree)) {
      const last = tree.getLineAndCharacterOfPosition(node.getEnd()).line;
      let line = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line;
      for (; line <= last; line++) lines.add(line);
    }
    for (const part of parts) if (part.kind !== ts.SyntaxKind.JSDoc) add(part);
  };
  for (const statement of tree.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) add(statement);
  }
  return lines.size;
}

test("what the chapters teach can be read to its end", () => {
  const lines = Object.fromEntries(
    [...rooms, "tools"].map((room) => {
      const own = filesIn([`lib/${room}`], ".ts", ".mjs", ".cjs");
      return [room, own.reduce((sum, path) => sum + codeLinesOf(path), 0)];
    }),
  );
  const teaching = ["sim", "storage", "ensemble", "broker", "recipes"];
  const taught = teaching.reduce((sum, room) => sum + (lines[room] ?? 0), 0);
  const table = Object.entries(lines).map(([room, count]) => `${room} ${count}`);
  console.log(
    `Lines of code per room: ${table.join(" · ")}. The chapters teach ${taught} of them.`,
  );
  expect(taught, "Build less, and say it once.").toBeLessThanOrEqual(TEACHING_LINES);
});
