/**
 * What the house rules ask of a source file: its imports, its exports, its functions. It is read by the compiler
 * that cells use, since TypeScript 7 has no interface for programs; so what it cannot parse, cells cannot import.
 */

import { posix } from "node:path";
import ts from "@tslab/typescript-for-tslab";
import { files, textOf } from "./tree.ts";

export { ts };

const parsed = new Map<string, ts.SourceFile>();

/** The syntax tree of a source file of the tree. */
export function syntaxOf(path: string): ts.SourceFile {
  const known = parsed.get(path);
  if (known !== undefined) return known;
  const kind = path.endsWith(".ts") ? ts.ScriptKind.TS : ts.ScriptKind.JS;
  const tree = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest, true, kind);
  parsed.set(path, tree);
  return tree;
}

/** What the compiler could not parse. */
export function problemsOf(path: string): string[] {
  const { parseDiagnostics = [] } = syntaxOf(path) as { parseDiagnostics?: ts.Diagnostic[] };
  return parseDiagnostics.map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, " "),
  );
}

/** Every node of a file, parents before children. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  node.forEachChild((child) => {
    children.push(child);
  });
  for (const child of children) yield* nodesOf(child);
}

/** "lib/sim/world.ts:12", for a person to click on. */
export function placeOf(node: ts.Node): string {
  const file = node.getSourceFile();
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** One import, re-export, dynamic import or import type. */
export type Import = {
  readonly place: string;
  readonly specifier: string;
  /** The file of the tree that it names; undefined for packages and for Node's own modules. */
  readonly target: string | undefined;
  /** Nothing of it is left when the program runs. */
  readonly typeOnly: boolean;
  /** What it takes; "all" when that cannot be told. */
  readonly names: readonly string[] | "all";
};

/** The imports of a source file. */
export function importsOf(path: string): Import[] {
  return [...nodesOf(syntaxOf(path))].flatMap((node) => {
    const taken = taking(node);
    if (taken === undefined) return [];
    return [{ place: placeOf(node), target: targetOf(taken.specifier, path), ...taken }];
  });
}

type Taking = Pick<Import, "specifier" | "typeOnly" | "names">;

function taking(node: ts.Node): Taking | undefined {
  if (ts.isImportDeclaration(node)) {
    const { importClause: clause } = node;
    const { namedBindings } = clause ?? {};
    const names =
      namedBindings === undefined || ts.isNamespaceImport(namedBindings)
        ? "all"
        : namesOf(namedBindings.elements);
    return { specifier: text(node.moduleSpecifier), typeOnly: clause?.isTypeOnly === true, names };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    const { exportClause: clause, isTypeOnly: typeOnly } = node;
    const names =
      clause !== undefined && ts.isNamedExports(clause) ? namesOf(clause.elements) : "all";
    return { specifier: text(node.moduleSpecifier), typeOnly, names };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    const names =
      node.qualifier === undefined ? "all" : [node.qualifier.getText().split(".")[0] ?? ""];
    return { specifier: text(node.argument.literal), typeOnly: true, names };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [specifier] = node.arguments;
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return undefined;
    return { specifier: specifier.text, typeOnly: false, names: "all" };
  }
  return undefined;
}

function text(node: ts.Node): string {
  return ts.isStringLiteral(node) ? node.text : "";
}

function namesOf(elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]): string[] {
  return elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}

const { exports: entries } = JSON.parse(textOf("lib/package.json")) as {
  exports: Record<string, string>;
};

/** The public entries of the library, by import path such as "quorumlab/sim". */
export const publicEntries: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(entries).map(([key, file]) => [
    posix.join("quorumlab", key),
    posix.join("lib", file),
  ]),
);

/** The file of the tree that a text means as a path or an import, seen from another file. */
export function targetOf(specifier: string, from: string): string | undefined {
  const target = specifier.startsWith(".")
    ? posix.join(posix.dirname(from), specifier)
    : (publicEntries[specifier] ?? specifier);
  return files.includes(target) ? target : undefined;
}

/** What a file exports under a name, with the place where it does so. */
export function exportsOf(path: string): { readonly name: string; readonly place: string }[] {
  return syntaxOf(path).statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause: clause } = statement;
      if (clause === undefined || !ts.isNamedExports(clause)) return [];
      return clause.elements.map((each) => ({ name: each.name.text, place: placeOf(each) }));
    }
    if (!isExported(statement)) return [];
    const names = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.flatMap(({ name }) => boundBy(name))
      : [(statement as ts.DeclarationStatement).name?.getText() ?? "default"];
    return names.map((name) => ({ name, place: placeOf(statement) }));
  });
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function boundBy(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((each) => (ts.isBindingElement(each) ? boundBy(each.name) : []));
}
