/** The ensemble. */
export type { ErrorCode } from "./errors.ts";
export { CODES, ZooKeeperError } from "./errors.ts";
export type * from "./messages.ts";
export { prepare } from "./prepare.ts";
export type { Tree, Znode } from "./tree.ts";
export { apply, emptyTree, nodeAt, statOf } from "./tree.ts";
export type * from "./zookeeper.ts";
export { counterOf, epochOf, zxid, zxidText } from "./zxid.ts";
