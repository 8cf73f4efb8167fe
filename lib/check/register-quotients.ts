/**
 * Smaller models of what holds one value, or one for each key: each function makes one for one
 * history, and says why it is enough.
 */

import type { Deed, Model } from "./model.ts";
import type { CasRegisterInput, KeyValueInput } from "./models.ts";
import { numbering, stepIf } from "./numbering.ts";
import { EMPTY, Prefixes } from "./prefixes.ts";
import { keyOf } from "./value.ts";

/**
 * A register holds the number of its value. A value that no read returned and no cas asks for is as
 * good as any other such value: a read that would return it does not exist, and every cas finds that
 * it is not what it asks for.
 */
export function registerQuotient<Value>(
  initial: Value,
  deeds: readonly Deed<CasRegisterInput<Value>, unknown>[],
): Model<unknown, CasRegisterInput<Value>, unknown> {
  const number = numbering(
    deeds.flatMap(({ input, returned }) => {
      if (input.kind === "cas") return [input.from];
      return input.kind === "read" && returned !== undefined ? [returned.output] : [];
    }),
  );
  return {
    name: "",
    init: number(initial),
    inputKey(input) {
      if (input.kind === "read") return "read";
      if (input.kind === "write") return `write ${number(input.value)}`;
      return `cas ${number(input.from)} ${number(input.to)}`;
    },
    step(state, input, returned) {
      if (input.kind === "write") return { ok: true, state: number(input.value) };
      if (input.kind === "read") {
        return stepIf(returned === undefined || number(returned.output) === state, state);
      }
      const swaps = number(input.from) === state;
      const next = swaps ? number(input.to) : state;
      return stepIf(returned === undefined || returned.output === swaps, next);
    },
  };
}

/** The number of a key's value when there is none. */
const ABSENT = -2;

/**
 * A key holds the number of its value as a beginning of what its gets and cas look at. Whatever else
 * it holds is looked at by nobody: no get returned it, no cas asks for it, and it stays so however
 * much is appended, until a put or a delete takes its place. So all such values are one.
 *
 * @param absent what a get of an absent key returns
 */
export function keyValueQuotient(
  absent: null | "",
  deeds: readonly Deed<KeyValueInput, unknown>[],
): Model<unknown, KeyValueInput, unknown> {
  const looks = new Map<string, string[]>();
  for (const { input, returned } of deeds) {
    const looked = looks.get(input.key) ?? [];
    looks.set(input.key, looked);
    const got = input.kind === "get" ? returned?.output : undefined;
    const value = input.kind === "cas" ? input.from : got;
    if (typeof value === "string") looked.push(value);
  }
  const places = new Map([...looks.keys()].map((key, place) => [key, place]));
  const prefixes = [...looks.values()].map((looked) => new Prefixes(looked));
  const none = absent === null ? ABSENT : EMPTY;
  return {
    name: "",
    init: prefixes.map(() => none),
    key: (state) => (state as readonly number[]).join(),
    inputKey(input) {
      const prefix = prefixes[places.get(input.key) as number] as Prefixes;
      // What occurs nowhere makes any value one that nobody looks at.
      const isSeen = input.kind !== "append" || prefix.contain(input.value);
      const does = input.kind === "put" ? { kind: "put", value: prefix.of(input.value) } : input;
      return isSeen ? keyOf({ ...does, key: input.key }) : keyOf([input.key]);
    },
    step(state, input, returned) {
      const values = state as readonly number[];
      const place = places.get(input.key) as number;
      const prefix = prefixes[place] as Prefixes;
      const value = values[place] as number;
      const put = (next: number) => values.with(place, next);
      const is = (looked: unknown) =>
        typeof looked === "string"
          ? value === prefix.of(looked)
          : value === ABSENT && looked === null;
      switch (input.kind) {
        case "put":
          return { ok: true, state: put(prefix.of(input.value)) };
        case "append":
          return {
            ok: true,
            state: put(prefix.after(value === ABSENT ? EMPTY : value, input.value)),
          };
        case "delete":
          return { ok: true, state: put(none) };
        case "get":
          return stepIf(returned === undefined || is(returned.output), state);
        case "cas": {
          const next = is(input.from) ? put(prefix.of(input.to)) : state;
          return stepIf(returned === undefined || returned.output === is(input.from), next);
        }
      }
    },
  };
}
