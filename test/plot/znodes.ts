/** Pictures of znodes, of every kind that a tree has. */

import { type Picture, type TreeNode, tree } from "../../lib/plot/index.ts";

/** Configuration, and a master that two others watch. */
export function master(): Picture {
  const nodes: TreeNode[] = [
    { path: "/master", data: "db1", ephemeralOwner: "db1's session", version: 0 },
    { path: "/config/db-ip", data: "10.0.0.5", version: 2 },
    { path: "/config/aws-key", data: new Uint8Array(40), version: 0 },
  ];
  const watchers = [
    { path: "/master", by: "db2" },
    { path: "/master", by: "app1" },
    { path: "/config/db-ip", by: "app1" },
    { path: "/maintenance", by: "app1" },
  ];
  const title = "db1 is master as long as its session lives";
  return tree(nodes, { title, highlight: ["/master"], watchers });
}

/** Sequence nodes: each candidate watches the one before it. */
export function candidates(): Picture {
  const paths = [7, 3, 4].map((n) => `/election/candidate-${String(n).padStart(10, "0")}`);
  const nodes = paths.map((path, at): TreeNode => {
    const note = at === 1 ? "the lowest leads" : undefined;
    return { path, data: `db${at + 1}`, ephemeralOwner: 4294967297 + at, note };
  });
  const watchers = [
    { path: paths[1] as string, by: "db3" },
    { path: paths[2] as string, by: "db1" },
  ];
  return tree(nodes, { watchers });
}

/** All of them, and some with a text that is hard to draw. */
export function znodes(text: string): Picture[] {
  const path = `/a/${text}`;
  const node: TreeNode = { path, data: text, ephemeralOwner: text, version: 3, note: text };
  const many = Array.from({ length: 300 }, (_, n) => ({ path: `/queue/task-${n}`, data: text }));
  return [
    master(),
    candidates(),
    tree([]),
    tree([node], { watchers: [{ path, by: text }], highlight: [path, `/b${path}`], title: text }),
    tree([node], { watchers: [{ path, by: text }], width: 300, label: () => text }),
    tree([{ path: "/a".repeat(30), data: text }], { width: 300 }),
    tree(many),
  ];
}
