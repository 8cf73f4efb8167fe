import type { Patch } from "./patch.ts";

const file = "solutions/11-property.ts";
const loses = "it tells an ensemble that loses what it acknowledged from ours";
const parts = "it tells an ensemble whose servers part from ours";
const outlives = "it tells an ensemble whose nodes outlive their sessions from ours";

export const patches: readonly Patch[] = [
  {
    name: "who is behind is taken to have lost something",
    file,
    from: "return applied.length > most.length ? applied : most;",
    to: "return most.length === 0 || applied.length < most.length ? applied : most;",
    origin: "a test that looks at one replica, and is flaky ever after",
    caughtBy: loses,
  },
  {
    name: "what was never answered must be there",
    file,
    from: 'answer === "created" && !paths.has(path)',
    to: "!paths.has(path) && answer !== null",
    origin: "Jepsen's first rule, broken: an unknown outcome is no outcome",
    caughtBy: loses,
  },
  {
    name: "what was acknowledged must be there in the end, whoever owned it",
    file,
    from: 'const paths = new Set(longest.map((each) => (each.kind === "create" ? each.path : "")));',
    to: "const paths = new Set(shown(longest));",
    origin: "a test that forgets that ephemeral nodes go",
    caughtBy: loses,
  },
  {
    name: "what was acknowledged is not asked for",
    file,
    from: "return lost === undefined ? null :",
    to: "return lost === undefined || longest.length > 0 ? null :",
    origin: "replicas that are compared with each other, and never with what clients were told",
    caughtBy: loses,
  },
  {
    name: "histories are compared by the numbers of their transactions",
    file,
    from: "const place = applied.findIndex((each, i) => !same(each, longest[i]));",
    to: "const place = applied.findIndex((each, i) => each.zxid !== longest[i]?.zxid);",
    origin:
      "a checksum of the numbers only: what ZOOKEEPER-3512's digest of the tree was added for",
    caughtBy: parts,
  },
  {
    name: "all servers must have applied the same",
    file,
    from: "const place = applied.findIndex((each, i) => !same(each, longest[i]));",
    to: "const place = longest.findIndex((each, i) => !same(each, applied[i]));",
    origin: "the beginner's idea of a replica: always a copy",
    caughtBy: parts,
  },
  {
    name: "only the last transaction of every server is looked at",
    file,
    from: "!same(each, longest[i]));",
    to: "i === applied.length - 1 && !same(each, longest[i]));",
    origin: "a comparison of positions: equal offsets are taken for equal logs",
    caughtBy: parts,
  },
  {
    name: "nodes are compared with those of the server that is furthest",
    file,
    from: "if (!same(shown(applied), [...nodes].sort()))",
    to: "if (!same(shown(longest), [...nodes].sort()))",
    origin: "a test that looks at one replica, and is flaky ever after",
    caughtBy: outlives,
  },
  {
    name: "nodes that nobody created are looked for, not those that should be gone",
    file,
    from: "for (const [path, owner] of owners) if (owner === each.session) owners.delete(path);",
    to: "for (const [path, owner] of owners) if (owner === each.session && !applied.includes(each)) owners.delete(path);",
    origin: "ZOOKEEPER-2355: an ephemeral node that is never deleted",
    caughtBy: outlives,
  },
  {
    name: "nodes are counted",
    file,
    from: "if (!same(shown(applied), [...nodes].sort()))",
    to: "if (shown(applied).length > nodes.length)",
    origin: "a comparison in one direction: what is missing is noticed, what is too much is not",
    caughtBy: outlives,
  },
];
