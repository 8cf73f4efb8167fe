/** Paths of znodes, and which of them ZooKeeper accepts (org.apache.zookeeper.common.PathUtils). */

/** "/a" of "/a/b". The parent of a node under the root is "", which names the root as "/" does. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** "b" of "/a/b". */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whether a whole path may name a node: "/", or segments that are not empty, ".", "..", or made of unprintable characters. */
export function isPath(path: string): boolean {
  if (path === "/") return true;
  const [first, ...segments] = path.split("/");
  return first === "" && segments.length > 0 && segments.every(isSegment);
}

function isSegment(segment: string): boolean {
  // Control characters; surrogates with the private area; and the specials at the end of the plane.
  const forbidden = /\p{Cc}/u.test(segment) || /[\ud800-\uf8ff\ufff0-\uffff]/.test(segment);
  return segment !== "" && segment !== "." && segment !== ".." && !forbidden;
}

/** The nodes that ZooKeeper keeps for itself; they are not deleted. */
export const RESERVED: readonly string[] = [
  "/",
  "/zookeeper",
  "/zookeeper/quota",
  "/zookeeper/config",
];
