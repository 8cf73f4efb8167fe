/** Znodes in the order in which a tree shows them, every parent before its children, and the same in words. */

import { countText } from "./words.ts";

/** One znode. What the ensemble's own tree says of it fits: `[...nodes].map(([path, node]) => ({ path, ...node }))`. */
export type TreeNode = {
  readonly path: string;
  readonly data?: string | Uint8Array | undefined;
  /** The session that it goes with (a number is written as ZooKeeper does), or its name; left out, 0 or "", it stays. */
  readonly ephemeralOwner?: string | number | undefined;
  readonly version?: number | undefined;
  /** A word about it, such as "created last". */
  readonly note?: string | undefined;
};

export type Planting = {
  /** Paths that stand out. */
  readonly highlight?: readonly string[];
  /** Who waits for an event of which path. */
  readonly watchers?: readonly { readonly path: string; readonly by: string }[];
  /** What is written beside a name; left out, the data and the version. */
  readonly label?: (node: TreeNode) => string | undefined;
};

/** One row of the picture. */
export type Branch = {
  readonly path: string;
  /** The last part of its path. */
  readonly name: string;
  readonly depth: number;
  /** It is only watched or highlighted: there is no such znode. */
  readonly isAbsent: boolean;
  readonly isHighlighted: boolean;
  readonly isEphemeral: boolean;
  /** What it holds, and whom it belongs to, in words. */
  readonly held: string;
  readonly ties: string;
  readonly watchers: readonly string[];
};

/** The rows of a tree. Throws one sentence when a path is no absolute path, or is there twice. */
export function branchesOf(nodes: readonly TreeNode[], planting: Planting): Branch[] {
  const { highlight = [], watchers = [], label = heldIn } = planting;
  const given = new Map<string, TreeNode>();
  for (const node of nodes) {
    if (given.has(node.path)) throw new Error(`tree: the path "${node.path}" is there twice.`);
    given.set(node.path, node);
  }
  const present = new Set(["/", ...[...given.keys()].flatMap(wayTo)]);
  const wanted = [...highlight, ...watchers.map(({ path }) => path)];
  const paths = new Set([...present, ...wanted.flatMap(wayTo)]);
  return [...paths].sort(inOrder).map((path): Branch => {
    const node = given.get(path);
    const parts = partsOf(path);
    return {
      path,
      name: parts.at(-1) ?? "/",
      depth: parts.length,
      isAbsent: !present.has(path),
      isHighlighted: highlight.includes(path),
      isEphemeral: Boolean(node?.ephemeralOwner),
      held: (node && label(node)) ?? "",
      ties: present.has(path) ? tiesOf(node) : "does not exist",
      watchers: watchers.filter((each) => each.path === path).map(({ by }) => by),
    };
  });
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

/** The path and all its parents but the root. */
function wayTo(path: string): string[] {
  const parts = partsOf(String(path));
  if (path !== `/${parts.join("/")}`) {
    throw new Error(`tree: "${path}" is no path; one such as "/config/db-ip" was expected.`);
  }
  return parts.map((_, at) => `/${parts.slice(0, at + 1).join("/")}`);
}

/** A parent comes before its children, and siblings by their names. */
function inOrder(a: string, b: string): number {
  const [one, other] = [partsOf(a), partsOf(b)];
  const at = one.findIndex((part, n) => part !== other[n]);
  const [mine, theirs] = [one[at], other[at]];
  if (mine === undefined || theirs === undefined) return one.length - other.length;
  return mine < theirs ? -1 : 1;
}

function heldIn({ data, version }: TreeNode): string {
  const text = typeof data === "string" ? data : data && countText(data.length, "byte");
  return [text ? `= ${text}` : "", version === undefined ? "" : `(v${version})`].join(" ").trim();
}

function tiesOf(node: TreeNode | undefined): string {
  const { ephemeralOwner: owner, note } = node ?? {};
  const session = typeof owner === "number" ? `session 0x${owner.toString(16)}` : owner;
  return [...(owner ? [`of ${session}`] : []), ...(note ? [note] : [])].join(" · ");
}

/** A title that claims nothing: what was counted. */
export function tellTitle(branches: readonly Branch[]): string {
  const there = branches.filter(({ isAbsent }) => !isAbsent);
  const ephemeral = there.filter(({ isEphemeral }) => isEphemeral).length;
  const watches = branches.reduce((sum, { watchers }) => sum + watchers.length, 0);
  return [
    countText(there.length, "znode"),
    ...(ephemeral > 0 ? [`${ephemeral} ephemeral`] : []),
    ...(watches > 0 ? [countText(watches, "watch").replace(/watchs$/, "watches")] : []),
  ].join(", ");
}

/** The picture in sentences. */
export function tell(branches: readonly Branch[]): string {
  const told = branches.map(({ path, held, ties, isEphemeral, watchers }) => {
    const by = watchers.length > 0 ? `watched by ${watchers.join(", ")}` : "";
    return [path, held, isEphemeral ? "ephemeral" : "", ties, by].filter(Boolean).join(" ");
  });
  return `The znode tree, row by row: ${told.join("; ")}.`;
}
