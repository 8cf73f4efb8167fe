/** A model beside the object that it describes. */

import type { Model } from "../../lib/check/index.ts";
import type { Real } from "./brute-force.ts";

/** A call and something that it may be seen to return, rightly or wrongly. */
export type Letter<Input, Output> = { readonly input: Input; readonly output: Output };

/** One model beside the object itself. */
export type Subject<State = unknown, Input = unknown, Output = unknown> = {
  readonly model: Model<State, Input, Output>;
  readonly fresh: () => Real<Input, Output>;
  readonly letters: readonly Letter<Input, Output>[];
};

export function subject<State, Input, Output>(parts: {
  readonly model: Model<State, Input, Output>;
  // The types come from the model alone.
  readonly fresh: () => Real<NoInfer<Input>, NoInfer<Output>>;
  readonly letters: readonly Letter<NoInfer<Input>, NoInfer<Output>>[];
}): Subject {
  return parts as unknown as Subject;
}
