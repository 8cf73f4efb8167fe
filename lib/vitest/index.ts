/**
 * `expect(history).toBeLinearizable(model)` for Vitest. Import it once, in a test or in a set-up file:
 * `import "quorumlab/vitest";`
 */

import { type History, type Limits, linearizable, type Model, verdictText } from "quorumlab/check";
import { expect } from "vitest";

expect.extend({
  toBeLinearizable<State, Input, Output>(
    this: { readonly isNot: boolean },
    history: History<Input, Output>,
    model: Model<State, Input, Output>,
    limits?: Limits,
  ) {
    const result = linearizable(history, model, limits);
    // Whoever asks for a violation has not got one either when there is no verdict.
    const pass = result.verdict === "unknown" ? this.isNot : result.verdict === "ok";
    return { pass, message: () => verdictText(history, result) };
  },
});

declare module "vitest" {
  // Its parameters must be those that Vitest gives it.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * That some order of the history's operations explains it. Fails with the reason if there is
     * none, and also when a limit was reached before that was known.
     */
    toBeLinearizable<State, Input, Output>(model: Model<State, Input, Output>, limits?: Limits): R;
  }
}
