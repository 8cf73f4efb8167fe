/** Many objects of one kind that have nothing to do with each other. */

import type { Deed, Model } from "./model.ts";
import { keyOf } from "./value.ts";

/** What is asked for, of the object with this key. */
export type Keyed<Input> = Input & { readonly key: string };

type States<State> = ReadonlyMap<string, State>;

/**
 * An object like this one for each key, as Jepsen's `independent` has it: judged key by key.
 *
 * @param model of one of them. Its inputs are objects, without a field `key` of their own; parts that it
 *   has itself are not told apart.
 */
export function independent<State, Input, Output>(
  model: Model<State, Input, Output>,
): Model<States<State>, Keyed<Input>, Output> {
  return {
    ...byKey(model.name, () => model),
    quotient(deeds) {
      const groups = Map.groupBy(deeds, ({ input }) => input.key);
      const smaller = new Map([...groups].map(([key, own]) => [key, model.quotient?.(own)]));
      const whole = model as Model<unknown, Input, Output>;
      const all = byKey("", (key) => smaller.get(key) ?? whole);
      return all as Model<unknown, Keyed<Input>, Output>;
    },
    takers(deeds) {
      const places = Map.groupBy(deeds.keys(), (place) => deeds[place]?.input.key);
      const found: (readonly number[] | undefined)[] = deeds.map(() => undefined);
      for (const own of places.values()) {
        const takers = model.takers?.(own.map((place) => deeds[place] as Deed<Input, Output>));
        takers?.forEach((rows, at) => {
          found[own[at] as number] = rows?.map((row) => own[row] as number);
        });
      }
      return found;
    },
  };
}

function byKey<State, Input, Output>(
  name: string,
  modelOf: (key: string) => Model<State, Input, Output>,
): Model<States<State>, Keyed<Input>, Output> {
  const nameOf = (key: string, state: State) => modelOf(key).key?.(state) ?? keyOf(state);
  return {
    name,
    init: new Map(),
    step(states, input, returned) {
      const { key } = input;
      const model = modelOf(key);
      const before = states.has(key) ? (states.get(key) as State) : model.init;
      const step = model.step(before, input, returned);
      if (!step.ok) return { ok: false, why: `of ${key}, ${step.why}` };
      if (step.state === before) return { ok: true, state: states };
      return { ok: true, state: new Map(states).set(key, step.state) };
    },
    // An object that is as it began is as good as one that nobody has touched.
    key(states) {
      const names = [...states].map(([key, state]) => [key, nameOf(key, state)] as const);
      return keyOf(new Map(names.filter(([key, own]) => own !== nameOf(key, modelOf(key).init))));
    },
    inputKey: (input) => keyOf([input.key, modelOf(input.key).inputKey?.(input) ?? keyOf(input)]),
    isReadOnly: (input, returned) => modelOf(input.key).isReadOnly?.(input, returned) === true,
    partition: ({ key }) => key,
  };
}
