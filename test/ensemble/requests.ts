/** Random requests on a few paths, so that they meet: sessions come and go, nodes are made, changed and taken away. */

import fc from "fast-check";
import type { Ordered, Write } from "quorumlab/ensemble";
import type { Heard, Leader } from "./leader.ts";

/** What a session asks; which session, by its number among all that were opened. */
type Asked = { readonly by: number; readonly request: Ordered };

const path = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom("/a", "/a", "/b", "/a/x", "/a/y", "/a/x/z") },
  fc.constantFrom("/b/", "/a//x", "b"),
);
const version = fc.constantFrom(-1, -1, 0, 1, 2);
const data = fc.constantFrom("", "one", new Uint8Array([1, 2]));
const mode = fc.constantFrom(
  "persistent" as const,
  "ephemeral" as const,
  "persistentSequential" as const,
  "ephemeralSequential" as const,
);

const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("create" as const), path, data, mode }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), path, version }) },
  fc.record({ kind: fc.constant("setData" as const), path, data, version }),
  fc.record({ kind: fc.constant("check" as const), path, version }),
);

export const multis: fc.Arbitrary<Ordered & { kind: "multi" }> = fc.record({
  kind: fc.constant("multi" as const),
  ops: fc.array(write, { maxLength: 5 }),
});

const request: fc.Arbitrary<Ordered> = fc.oneof(
  { weight: 6, arbitrary: write },
  multis,
  fc.constant({ kind: "createSession" as const, timeoutMs: 4000 }),
  fc.constant({ kind: "closeSession" as const }),
);

export const requests: fc.Arbitrary<Asked[]> = fc.array(fc.record({ by: fc.nat(2), request }), {
  maxLength: 30,
});

/** Asks them one after the other; the first session is open. */
export function play(
  leader: Leader,
  asked: readonly Asked[],
  each: (heard: Heard) => void = () => {},
): Leader {
  const opened = [leader.open()];
  for (const { by, request } of asked) {
    if (request.kind === "createSession") opened.push(leader.open());
    else each(leader.ask(opened[by % opened.length] ?? 0, request));
  }
  return leader;
}
