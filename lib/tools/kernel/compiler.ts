/**
 * tslab's compiler with the course's settings. tslab offers no way to set them, so the functions of TypeScript that
 * it calls are wrapped before it loads.
 */

import { fileURLToPath } from "node:url";
import type typescript from "@tslab/typescript-for-tslab";
import type { Maps } from "./cells.ts";

type TypeScript = typeof typescript;

/** What a cell may use: DOM types because pictures have them, `.ts` endings because the library imports so. */
const OPTIONS: typescript.CompilerOptions = {
  strict: true,
  allowImportingTsExtensions: true,
  inlineSourceMap: true,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
};

/** Types of what Node has and TypeScript 5.0 has not heard of. */
const NEWER = fileURLToPath(new URL("./newer.d.ts", import.meta.url));

/** "Could not find a declaration file": a package that has no types may be used without types. */
const UNTYPED_PACKAGE = 7016;

/** The file that tslab compiles a cell as. */
const CELL = /(^|\/)__tslab__\.ts$/;

const MAP_COMMENT = /\n\/\/# sourceMappingURL=(?:data:application\/json;base64,)?(\S+)\s*$/;

/** TypeScript as tslab is to see it. @param keep is given what was compiled, and its source maps, last step first */
export function courseTypeScript(
  ts: TypeScript,
  keep: (code: string, maps: Maps) => void,
): TypeScript {
  return {
    ...ts,
    createWatchCompilerHost: withOptions(ts),
    getPreEmitDiagnosticsOfFiles: aboutCells(ts),
    transpileModule: withMaps(ts, keep),
    visitEachChild: withNames(ts),
  };
}

function withOptions(ts: TypeScript): TypeScript["createWatchCompilerHost"] {
  const host = (...given: unknown[]) => {
    const [files, options, ...rest] = given as [string[], typescript.CompilerOptions];
    const ours = [[...files, NEWER], { ...options, ...OPTIONS }, ...rest];
    return Reflect.apply(ts.createWatchCompilerHost, ts, ours);
  };
  return host as TypeScript["createWatchCompilerHost"];
}

/** Only the cell is checked: the library has been, by a newer TypeScript, and tslab would not show its errors. */
function aboutCells(ts: TypeScript): TypeScript["getPreEmitDiagnosticsOfFiles"] {
  return (program, files, ...rest) => {
    const cells = files.filter((file) => CELL.test(file.fileName));
    const found = ts.getPreEmitDiagnosticsOfFiles(program, cells, ...rest);
    seeShorthands(ts, program.getTypeChecker());
    return found.filter((problem) => problem.code !== UNTYPED_PACKAGE);
  };
}

/** tslab compiles a cell to modern JavaScript, and that with this function to a CommonJS module. */
function withMaps(
  ts: TypeScript,
  keep: (code: string, maps: Maps) => void,
): TypeScript["transpileModule"] {
  return (input, options) => {
    const first = MAP_COMMENT.exec(input)?.[1];
    const compilerOptions = { ...options.compilerOptions, sourceMap: true };
    const out = ts.transpileModule(input.replace(MAP_COMMENT, ""), { ...options, compilerOptions });
    const code = out.outputText.replace(MAP_COMMENT, "");
    if (first !== undefined && out.sourceMapText !== undefined) {
      const texts = [out.sourceMapText, Buffer.from(first, "base64").toString()];
      keep(
        code,
        texts.map((text) => JSON.parse(text)),
      );
    }
    return { ...out, outputText: code };
  };
}

/**
 * tslab turns the name of what an earlier cell declared into `exports.name`; but not in `{ name }`, where it must, and
 * also in `const { name: other }`, where it must not.
 */
function withNames(ts: TypeScript): TypeScript["visitEachChild"] {
  const visitEachChild = (
    node: typescript.Node,
    visit: typescript.Visitor,
    context: typescript.TransformationContext,
  ) => {
    if (ts.isBindingElement(node)) {
      const visitOthers: typescript.Visitor = (child) =>
        child === node.propertyName ? child : visit(child);
      return ts.visitEachChild(node, visitOthers, context);
    }
    if (!ts.isShorthandPropertyAssignment(node)) return ts.visitEachChild(node, visit, context);
    const value = visit(node.name) as typescript.Expression;
    return value === node.name ? node : ts.factory.createPropertyAssignment(node.name.text, value);
  };
  return visitEachChild as TypeScript["visitEachChild"];
}

const seeing = new WeakSet<typescript.TypeChecker>();

/** Lets `{ name }` stand for the variable and not for the property that it makes. */
function seeShorthands(ts: TypeScript, checker: typescript.TypeChecker): void {
  if (seeing.has(checker)) return;
  seeing.add(checker);
  const symbolAt = checker.getSymbolAtLocation;
  checker.getSymbolAtLocation = (node) =>
    node.parent !== undefined && ts.isShorthandPropertyAssignment(node.parent)
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : symbolAt(node);
}
