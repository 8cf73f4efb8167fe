/**
 * What an object is, said by what one operation at a time does to it. A model is a value with a
 * pure `step`. Everything else in it is optional, and makes a check faster without changing its
 * verdict, unless that was unknown: each says under which condition.
 */

/** What a call gave its client; left out when nobody knows. */
export type Returned<Output> = { readonly output: Output };

/** The state after an operation, or why the operation is impossible. */
export type Step<State> =
  | { readonly ok: true; readonly state: State }
  /**
   * `why` is a full sentence without its end, such as "read returned 3, but the register holds 1".
   */
  | { readonly ok: false; readonly why: string };

/** One operation without its client and its time. */
export type Deed<Input, Output> = {
  readonly input: Input;
  readonly returned: Returned<Output> | undefined;
};

/**
 * The specification of an object that clients use one at a time. States, inputs and outputs are
 * plain data and are never changed in place.
 */
export type Model<State, Input, Output> = {
  readonly name: string;
  readonly init: State;
  /**
   * Does `input` alone in `state`. With `returned` undefined the outcome is unknown: then the step
   * must be possible wherever it is possible for some output. The state after it must not depend on
   * the output: a queue that hands out any of its values is no such model.
   */
  step(state: State, input: Input, returned: Returned<Output> | undefined): Step<State>;
  /**
   * A text that two states share exactly when they are equal. Left out, states are compared by what
   * they hold.
   */
  key?(state: State): string;
  /**
   * A text that two inputs share only if they do the same in every state, when nobody knows what they
   * returned. Left out, inputs are compared by what they hold.
   */
  inputKey?(input: Input): string;
  /**
   * Whether this operation leaves every state in which it is possible as it was. Left out, none
   * does.
   */
  isReadOnly?(input: Input, returned: Returned<Output> | undefined): boolean;
  /**
   * The independent object that an operation touches, such as a key; undefined when it touches more
   * than one. When each operation of a history touches exactly one, it is checked object by object.
   */
  partition?(input: Input): string | undefined;
  /**
   * For an object from which comes out in the same order what goes in: for each deed the places of
   * those that took what it put in. They must have returned. None claims that nobody took it, not
   * even one of unknown outcome; undefined claims nothing, and is right for a deed that puts nothing
   * in, and whenever the same was put in twice. If this is wrong, so is the verdict: nothing checks it.
   */
  takers?(deeds: readonly Deed<Input, Output>[]): readonly (readonly number[] | undefined)[];
  /**
   * A smaller model for clients that do only these deeds: two states are one if none of the deeds, in
   * any order and number, can tell them apart. So each deed, with its outcome or with an unknown one,
   * must be possible in it exactly where it is possible in the model, and lead to the corresponding
   * state. What it says as `why` is never shown.
   */
  quotient?(deeds: readonly Deed<Input, Output>[]): Model<unknown, Input, Output>;
};

/** Throws one sentence when this is no model. */
export function validateModel(model: unknown): void {
  const { step } = (model ?? {}) as { readonly step?: unknown };
  if (typeof step === "function") return;
  throw new Error(
    `The model is ${typeof model}, without a step; a value with a function step was expected.`,
  );
}

/** Throws one sentence when a step did not answer as a step does. */
export function validateStep(step: unknown, model: { readonly name: string }): void {
  const { ok } = (step ?? {}) as { readonly ok?: unknown };
  if (typeof ok === "boolean") return;
  const found = step instanceof Promise ? "a promise" : typeof step;
  throw new Error(
    `The step of the model ${model.name} returned ${found}; ` +
      "{ ok: true, state } or { ok: false, why } was expected.",
  );
}
