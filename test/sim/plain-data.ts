/** Random plain data, of every kind that messages, state and records may be made of. */

import fc from "fast-check";

/** Zero has one sign here: the hash does not tell them apart. */
const number = fc.oneof(fc.integer(), fc.double()).map((value) => (value === 0 ? 0 : value));
const leaf = fc.oneof(
  number,
  fc.string(),
  fc.boolean(),
  fc.bigInt(),
  fc.constantFrom(null),
  fc.uint8Array({ maxLength: 8 }),
);

export const plain: fc.Arbitrary<unknown> = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("any"), { maxKeys: 4 }),
    fc.array(fc.tuple(fc.string(), tie("any")), { maxLength: 3 }).map((pairs) => new Map(pairs)),
    fc.array(leaf, { maxLength: 3 }).map((items) => new Set(items)),
  ),
})).any;
