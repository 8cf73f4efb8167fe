/** Mistakes in a tree of znodes. */

import type { Patch } from "./patch.ts";

const file = "solutions/02-znodes.ts";
const noParent = 'if (parent === undefined) return { error: "NoNode" };';
const exists = 'if (tree[path] !== undefined) return { error: "NodeExists" };';
const ephemeral = 'if (parent.owner !== 0) return { error: "NoChildrenForEphemerals" };';
const count = "parent.created += 1;";
const number = "String(parent.created)";
const badVersion =
  'if (asked.version !== ANY && asked.version !== node.version) return { error: "BadVersion" };';
const isParent = `const isParent = Object.keys(tree).some((path) => path.startsWith(\`\${asked.path}/\`));`;
const notEmpty = 'if (isParent) return { error: "NotEmpty" };';
const write = "node.data = asked.data;";

const created = "a create makes a node below one that stays, or says why not";
const numbered = "a sequential node gets a number that none of its siblings ever had";
const deleted = "a delete takes an empty node of the version asked for, or says why not";
const changed = "a write changes the data of the version asked for, or says why not";

/** Each is caught by `check`. */
export const patches: readonly Patch[] = [
  {
    name: "makes the parents that are missing",
    file,
    from: noParent,
    to: `if (parent === undefined) {
    const path = asked.path.slice(0, asked.path.lastIndexOf("/"));
    create(tree, session, { path, data: "", mode: "persistent" });
    return create(tree, session, asked);
  }`,
    origin: "mkdir -p, which clients offer under names like ensure_path (kazoo)",
    caughtBy: created,
  },
  {
    name: "takes the root for a parent that is missing",
    file,
    from: `|| "/"];\n  ${noParent}`,
    to: `|| "/"] ?? tree["/"];\n  ${noParent}`,
    origin: "flat stores whose keys only look like paths",
    caughtBy: created,
  },
  {
    name: "lets an ephemeral node have children",
    file,
    from: ephemeral,
    to: "",
    origin: "Chubby, whose ephemeral directories live until they are empty (Burrows, OSDI 2006)",
    caughtBy: created,
  },
  {
    name: "counts sequential nodes only",
    file,
    from: count,
    to: `if (number !== "") ${count}`,
    origin: "the beginner's first idea: a counter for the queue",
    caughtBy: created,
  },
  {
    name: "numbers by the children that are there now",
    file,
    from: number,
    to: 'String(Object.keys(tree).filter((each) => each !== "/" && each.startsWith(asked.path.replace(/[^/]*$/, ""))).length)',
    origin: "ZOOKEEPER-1046: the count is lost, and a sequential create finds its own name taken",
    caughtBy: numbered,
  },
  {
    name: "gives an ephemeral node that is sequential no owner",
    file,
    from: 'asked.mode.startsWith("ephemeral")',
    to: 'asked.mode === "ephemeral"',
    origin: "ZOOKEEPER-1496: an ephemeral node that outlives its client",
    caughtBy: numbered,
  },
  {
    name: "uses up a number, then looks whether it may",
    file,
    from: `${exists}\n  ${ephemeral}\n  ${count}`,
    to: `${count}\n  ${exists}\n  ${ephemeral}`,
    origin: "sequences of SQL databases, which have holes",
    caughtBy: numbered,
  },
  {
    name: "looks at the children before the version",
    file,
    from: `${badVersion}\n  ${isParent}\n  ${notEmpty}`,
    to: `${isParent}\n  ${notEmpty}\n  ${badVersion}`,
    origin: "rmdir's order; the real one is in PrepRequestProcessor",
    caughtBy: deleted,
  },
  {
    name: "takes a node that begins alike for a child",
    file,
    from: `path.startsWith(\`\${asked.path}/\`)`,
    to: "path !== asked.path && path.startsWith(asked.path)",
    origin: "prefixes of keys taken for directories, as in S3",
    caughtBy: deleted,
  },
  {
    name: "counts back when a child goes",
    file,
    from: "delete tree[asked.path];",
    to: `delete tree[asked.path];
  const parent = tree[asked.path.slice(0, asked.path.lastIndexOf("/")) || "/"];
  if (parent !== undefined) parent.created -= 1;`,
    origin: "ZOOKEEPER-3249: the count of a parent goes back when the log is replayed",
    caughtBy: deleted,
  },
  {
    name: "takes version 0 for no version",
    file,
    from: `${badVersion}\n  ${write}`,
    to: `${badVersion.replace("asked.version !== ANY", "asked.version > 0")}\n  ${write}`,
    origin: "zero taken for missing",
    caughtBy: changed,
  },
  {
    name: "refuses only a version from the future",
    file,
    from: `${badVersion}\n  ${write}`,
    to: `${badVersion.replace("!== node", "> node")}\n  ${write}`,
    origin: "two writers that read the same version: the last one wins",
    caughtBy: changed,
  },
  {
    name: "does not count a write of what is there",
    file,
    from: `${write}\n  node.version += 1;`,
    to: `if (node.data !== asked.data) node.version += 1;\n  ${write}`,
    origin: "caches that call it no change; here the version tells that somebody wrote",
    caughtBy: changed,
  },
  {
    name: "writes, then looks at the version",
    file,
    from: `${badVersion}\n  ${write}`,
    to: `${write}\n  ${badVersion}`,
    origin: "a check after the effect, with no transaction to undo it",
    caughtBy: changed,
  },
];
