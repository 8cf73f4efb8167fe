/**
 * Judges exercise 02-znodes against the ensemble's own tree: the same request on the same tree, a random one, must be
 * answered alike and must leave the same tree.
 */

import fc from "fast-check";
import {
  apply,
  type CreateMode,
  emptyTree,
  prepare,
  type Tree as Replica,
  type SessionId,
  type Write,
} from "quorumlab/ensemble";
import type { Tree, Znode } from "../../exercises/02-znodes.ts";
import { expectExample } from "./example.ts";
import { type Exercise, type Property, Violation } from "./exercise.ts";

type Module = typeof import("../../exercises/02-znodes.ts");

/** What one session asks. */
type Asked = { readonly session: SessionId; readonly op: Exclude<Write, { kind: "check" }> };

/** Few paths, so that requests meet; some begin alike, and some are what a sequential node may be called. */
const names = ["a", "ab", "n-", "n-0000000001"];
const path = fc.constantFrom(
  ...names.flatMap((name) => [`/${name}`, `/${name}`, `/a/${name}`]),
  "/ab/a",
  "/a/a/a",
  "/a/n-0000000001/n-",
);
const session = fc.integer({ min: 1, max: 2 });
const version = fc.constantFrom(-1, -1, 0, 1, 2);
const data = fc.constantFrom("", "x", "y");
/** Under persistent nodes grow others, and ephemeral ones must refuse to have any. */
const mode: fc.Arbitrary<CreateMode> = fc.constantFrom(
  ...(["persistent", "persistent", "persistent", "ephemeral", "ephemeral"] as const),
  ...(["persistentSequential", "ephemeralSequential"] as const),
);
const create = fc.record({ kind: fc.constant("create" as const), path, data, mode });
const remove = fc.record({ kind: fc.constant("delete" as const), path, version });
const setData = fc.record({ kind: fc.constant("setData" as const), path, data, version });

/** Requests of all kinds, so that the trees are those that come about. */
const requests: fc.Arbitrary<Asked[]> = fc.array(
  fc.record({
    session,
    op: fc.oneof(
      { weight: 5, arbitrary: create },
      { weight: 3, arbitrary: remove },
      { weight: 3, arbitrary: setData },
    ),
  }),
  { minLength: 1, maxLength: 40, size: "max" },
);

/** The ensemble's tree as the exercise has it, without what ZooKeeper keeps for itself. */
function plain({ nodes }: Replica): Tree {
  const own = [...nodes].filter(([path]) => !path.startsWith("/zookeeper"));
  return Object.fromEntries(
    own.map(([path, { data, version, created, ephemeralOwner: owner }]) => [
      path,
      { data: String(data), version, created, owner },
    ]),
  );
}

/** What the ensemble answers; its tree changes. */
function right(tree: Replica, { session, op }: Asked, zxid: number): unknown {
  const txn = prepare(tree, session, op, { zxid, timeMs: zxid });
  if (txn.kind === "error") return { error: txn.code };
  if (txn.kind === "create") return { ok: txn.path };
  return { ok: op.kind === "delete" ? true : tree.nodes.get(op.path)?.version };
}

function ask(module: Module, tree: Tree, { session, op }: Asked): unknown {
  if (op.kind === "create") {
    const { path, data, mode } = op;
    return module.create(tree, session, { path, data: String(data), mode });
  }
  const { path, version } = op;
  if (op.kind === "delete") return module.remove(tree, { path, version });
  return module.setData(tree, { path, data: String(op.data), version });
}

function sayCall({ session, op }: Asked): string {
  const { kind, ...rest } = op;
  const asked = JSON.stringify(rest);
  if (kind === "create") return `create(tree, ${session}, ${asked})`;
  return `${kind === "delete" ? "remove" : "setData"}(tree, ${asked})`;
}

function sayNode(path: string, node: Znode | undefined): string {
  if (node === undefined) return `no ${path}`;
  const { data, version, created, owner } = node;
  const parts = [
    ...(data === "" ? [] : [`data ${JSON.stringify(data)}`]),
    ...(version === 0 ? [] : [`version ${version}`]),
    ...(created === 0 ? [] : [`created ${created}`]),
    ...(owner === 0 ? [] : [`owner ${owner}`]),
  ];
  return parts.length === 0 ? path : `${path} (${parts.join(", ")})`;
}

function sayTree(tree: Tree): string {
  return Object.entries(tree)
    .map(([path, node]) => sayNode(path, node))
    .join(" · ");
}

/** Asks the learner's function on a copy of the tree, and the ensemble; a violation where they differ. */
function compare(module: Module, tree: Replica, asked: Asked, zxid: number): unknown {
  const before = plain(tree);
  const mine = structuredClone(before);
  const answer = ask(module, mine, asked);
  const expected = right(tree, asked, zxid);
  const call = `In the tree ${sayTree(before)}, ${sayCall(asked)}`;
  if (JSON.stringify(answer) !== JSON.stringify(expected)) {
    throw new Violation(
      `${call} returned ${JSON.stringify(answer)}; expected ${JSON.stringify(expected)}.`,
    );
  }
  const after = plain(tree);
  for (const path of new Set(Object.keys({ ...mine, ...after }))) {
    const [seen, wanted] = [mine[path], after[path]].map((node) => sayNode(path, node));
    if (seen === wanted) continue;
    throw new Violation(
      `${call} returned ${JSON.stringify(answer)} and left ${seen}; expected ${wanted}.`,
    );
  }
  return expected;
}

/** A tree with two open sessions. */
function opened(): Replica {
  const tree = emptyTree();
  for (const zxid of [1, 2]) {
    apply(tree, { zxid, timeMs: zxid, txn: { kind: "createSession", timeoutMs: 4000 } });
  }
  return tree;
}

/** Requests in a row, of which those of one kind are judged, each by itself. */
function property(
  says: string,
  isJudged: (op: Asked["op"]) => boolean,
  situations: readonly string[],
): Property<Module> {
  return {
    says,
    points: 1,
    runs: 300,
    situations,
    of: (module, saw) =>
      fc.property(requests, (all) => {
        const tree = opened();
        for (const [i, asked] of all.entries()) {
          const zxid = 3 + i;
          const answer = isJudged(asked.op)
            ? compare(module, tree, asked, zxid)
            : right(tree, asked, zxid);
          const { error } = answer as { error?: string };
          if (isJudged(asked.op)) saw(error ?? "Ok");
        }
      }),
  };
}

const isSequential = (op: Asked["op"]) => op.kind === "create" && op.mode.endsWith("Sequential");

/** The exercise, for the grader. */
export const exercise: Exercise<Module> = {
  name: "02-znodes",
  title: "A tree of znodes",
  exports: ["create", "remove", "setData"],
  inPlace: ["create", "remove", "setData"],
  hints: [
    "Each function is a list of questions in the order of the contract. The first one that goes wrong returns; only behind the last one may you change anything.",
    'The parent\'s path ends before the last slash of the path. Of a node under the root nothing is left then, and that means "/".',
    'The next number of a sequential node is in the parent. Which creates count it up? String(7).padStart(10, "0") makes ten digits.',
    'A node has children if some path begins with its own path. Beware of "/a" and "/ab".',
  ],

  examples(module) {
    const znode = (version: number): Znode => ({ data: "x", version, created: 0, owner: 0 });
    const root = (): Tree => ({ "/": { ...znode(0), data: "" } });
    const tree = root();
    const a = { path: "/a", data: "x", mode: "persistent" } as const;
    expectExample('create of "/a"', module.create(tree, 7, a), { ok: "/a" });
    expectExample('create of "/a" makes a node that', tree["/a"], znode(0));
    const n = { path: "/n-", data: "", mode: "ephemeralSequential" } as const;
    expectExample('create of "/n-"', module.create(root(), 7, n), { ok: "/n-0000000000" });
    const again = { path: "/", data: "", mode: "persistent" } as const;
    expectExample('create of "/"', module.create(root(), 7, again), { error: "NodeExists" });
    const any = { path: "/a", version: -1 };
    const alone = { ...root(), "/a": znode(4) };
    expectExample('remove of "/a" without children', module.remove(alone, any), { ok: true });
    const full = { ...root(), "/a": { ...znode(4), created: 1 }, "/a/b": znode(0) };
    expectExample('remove of "/a" with a child', module.remove(full, any), { error: "NotEmpty" });
    const set = (version: number) =>
      module.setData({ ...root(), "/a": znode(4) }, { path: "/a", data: "y", version });
    expectExample('setData of "/a" at version 4, asked for any version,', set(-1), { ok: 5 });
    expectExample('setData of "/a" at version 4, asked for version 5,', set(5), {
      error: "BadVersion",
    });
  },

  properties: [
    property(
      "a create makes a node below one that stays, or says why not",
      (op) => op.kind === "create" && !isSequential(op),
      ["Ok", "NoNode", "NodeExists", "NoChildrenForEphemerals"],
    ),
    property("a sequential node gets a number that none of its siblings ever had", isSequential, [
      "Ok",
      "NoNode",
      "NoChildrenForEphemerals",
    ]),
    property(
      "a delete takes an empty node of the version asked for, or says why not",
      (op) => op.kind === "delete",
      ["Ok", "NoNode", "BadVersion", "NotEmpty"],
    ),
    property(
      "a write changes the data of the version asked for, or says why not",
      (op) => op.kind === "setData",
      ["Ok", "NoNode", "BadVersion"],
    ),
  ],
};
