/** tslab, set up for the course: it compiles a cell and runs it; what went wrong is said in the cell's own lines. */

import { createRequire } from "node:module";
import { format } from "node:util";
import type { Converter } from "tslab/dist/converter.js";
import type { Executor } from "tslab/dist/executor.js";
import type { Cells, Maps } from "./cells.ts";
import { courseTypeScript } from "./compiler.ts";
import { type Explained, explainTypes, type TypeProblem } from "./explain.ts";

const require = createRequire(import.meta.url);
const tslab = createRequire(require.resolve("tslab/dist/main.js"));

export type Jupyter = typeof import("tslab/dist/jupyter.js");

export type Tslab = {
  readonly jupyter: Jupyter;
  readonly executor: Executor;
  /** Runs a cell. @param number as the notebook counts @returns what went wrong, nothing when all is well */
  execute(code: string, number: number): Promise<readonly Explained[]>;
};

/** Loads tslab. @param explain puts what a cell threw into words */
export function openTslab(cells: Cells, explain: (thrown: unknown) => Explained): Tslab {
  const mapsOf = installTypeScript();
  let running = { number: 0, problems: [] as readonly TypeProblem[], said: [] as unknown[][] };
  const { createConverter }: typeof import("tslab/dist/converter.js") = tslab("./converter.js");
  const { createExecutor }: typeof import("tslab/dist/executor.js") = tslab("./executor.js");
  const inner = createConverter();
  const node: Converter = {
    ...inner,
    convert(declared, code) {
      const made = inner.convert(declared, code);
      running.problems = made.diagnostics;
      if (made.output === undefined) return made;
      return { ...made, output: cells.add(running.number, code, made.output, mapsOf(made.output)) };
    },
  };
  const converters = { node, browser: node, close: () => inner.close() };
  const executor = createExecutor(process.cwd(), converters, {
    log: (value) => console.log(value),
    error: (...said) => running.said.push(said),
  });

  return {
    jupyter: tslab("./jupyter.js"),
    executor,
    async execute(code, number) {
      running = { number, problems: [], said: [] };
      let ok = false;
      try {
        ok = await executor.execute(code);
      } catch (error) {
        running.said.push([error]);
      }
      const { problems, said } = running;
      if (!ok && problems.length > 0) return [explainTypes(code, problems)];
      if (!ok) return said.map(([thrown]) => explain(thrown));
      // Only a cell that defines a module of its own goes on after a type error.
      for (const words of said) console.error(format(...words));
      return [];
    },
  };
}

/** Puts the course's TypeScript in the place of tslab's own. @returns the source maps of what was compiled last */
function installTypeScript(): (code: string) => Maps {
  let last: { code: string; maps: Maps } | undefined;
  const id = tslab.resolve("@tslab/typescript-for-tslab");
  const ts = courseTypeScript(tslab(id), (code, maps) => {
    last = { code, maps };
  });
  const loaded = require.cache[id];
  if (loaded === undefined) throw new Error(`Node has forgotten ${id}, which it has just loaded`);
  loaded.exports = ts;
  return (code) => (last?.code === code ? last.maps : []);
}
