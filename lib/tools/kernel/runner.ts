/**
 * Runs cells one at a time and answers for each. A cell has failed when it did not compile, when it threw, and
 * also when a promise that it left behind was rejected and nothing waited for it.
 */

import type { Explained } from "./explain.ts";

/** What a cell shows: one thing in several forms, by MIME type, of which a notebook takes the best. */
export type Shown = {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What is shown under an id can be replaced later. */
  readonly transient: { readonly display_id?: string };
};

/** Where the output of one cell goes. */
export type Out = {
  print(stream: "stdout" | "stderr", text: string): void;
  show(content: Shown, replace: boolean): void;
  fail(error: Explained): void;
};

export type Request = { readonly code: string; readonly stop_on_error?: boolean };

export type Reply =
  | { readonly status: "ok"; readonly execution_count: number }
  | (Explained & { readonly status: "error"; readonly execution_count: number })
  | { readonly status: "aborted" };

/** What a runner needs: to run a cell (no errors means that it went well), and to hear where its output goes. */
export type Cell = {
  attach(out: Out): void;
  execute(code: string, number: number): Promise<readonly Explained[]>;
  explain(thrown: unknown): Explained;
};

/** "Run all" sends every cell at once: after a failure, those that arrive this soon belong to the same run. */
const SAME_RUN_MS = 50;

export class Runner {
  readonly #cell: Cell;
  #last: Promise<unknown> = Promise.resolve();
  #cells = 0;
  #failures = 0;
  #floating: Map<Promise<unknown>, unknown> | undefined;
  readonly #blamed: Explained[] = [];

  constructor(cell: Cell) {
    this.#cell = cell;
  }

  /** Runs a cell after those before it; "aborted" when one of those failed. */
  run(request: Request, out: Out): Promise<Reply> {
    const failures = this.#failures;
    const reply = this.#last.then((): Reply | Promise<Reply> =>
      failures === this.#failures ? this.#next(request, out) : { status: "aborted" },
    );
    this.#last = reply;
    return reply;
  }

  async #next(request: Request, out: Out): Promise<Reply> {
    this.#cells += 1;
    this.#cell.attach(out);
    this.#floating = new Map();
    const errors = [...(await this.#cell.execute(request.code, this.#cells))];
    await new Promise((resolve) => setImmediate(resolve));
    for (const reason of this.#floating.values()) errors.push(floating(this.#cell.explain(reason)));
    this.#floating = undefined;
    errors.push(...this.#blamed.splice(0));
    const [first] = errors;
    if (first === undefined) return { status: "ok", execution_count: this.#cells };
    for (const error of errors) out.fail(error);
    await new Promise((resolve) => setTimeout(resolve, SAME_RUN_MS));
    if (request.stop_on_error !== false) this.#failures += 1;
    return { status: "error", execution_count: this.#cells, ...first };
  }

  /** A promise was rejected and nothing waits for it. @returns whether a running cell takes the blame */
  rejected(promise: Promise<unknown>, reason: unknown): boolean {
    this.#floating?.set(promise, reason);
    return this.#floating !== undefined;
  }

  /** The cell that runs now, or the next one, fails with this error as well. */
  blame(error: Explained): void {
    this.#blamed.push(error);
  }

  /** Something waits for the promise after all. */
  handled(promise: Promise<unknown>): void {
    this.#floating?.delete(promise);
  }
}

/** Says of an error that it came from a promise without an `await`. */
export function floating(error: Explained): Explained {
  const [head = "", ...rest] = error.traceback;
  const said = "A promise was rejected, and nothing awaited it";
  return { ...error, ename: "Not awaited", traceback: [`${said}. ${head}`, ...rest] };
}
