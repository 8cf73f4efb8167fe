/** What can go wrong in operation, by ZooKeeper's own names and numbers (KeeperException.Code). */

/**
 * The codes that this ensemble uses, with the numbers that travel on ZooKeeper's wire; and, of what a real ZooKeeper
 * can answer besides, NoAuth, and SystemError for anything else.
 */
export const CODES = {
  SystemError: -1,
  RuntimeInconsistency: -2,
  ConnectionLoss: -4,
  Unimplemented: -6,
  BadArguments: -8,
  NoNode: -101,
  NoAuth: -102,
  BadVersion: -103,
  NoChildrenForEphemerals: -108,
  NodeExists: -110,
  NotEmpty: -111,
  SessionExpired: -112,
  SessionMoved: -118,
  NotReadOnly: -119,
} as const;

export type ErrorCode = keyof typeof CODES;

/** Asking again can help: the session may still live, and another server may answer. */
const RETRIABLE: readonly ErrorCode[] = ["ConnectionLoss", "SessionMoved", "NotReadOnly"];

/** An operation that did not succeed, or whose outcome nobody knows. */
export class ZooKeeperError extends Error {
  readonly code: ErrorCode;
  /** ZooKeeper's number for the code. */
  readonly number: number;
  /** Whether the same request can succeed later, in the same session. Whether it is safe to repeat is another question. */
  readonly retriable: boolean;
  /** Whether the request may have taken effect all the same. */
  readonly unknownOutcome: boolean;
  /** Of a failed multi: what became of each operation; those before the failed one are "Ok" and undone. */
  readonly outcomes: readonly (ErrorCode | "Ok")[] | undefined;

  constructor(code: ErrorCode, what: string, outcomes?: readonly (ErrorCode | "Ok")[]) {
    super(`${code}: ${what}`);
    this.name = "ZooKeeperError";
    this.code = code;
    this.number = CODES[code];
    this.retriable = RETRIABLE.includes(code);
    this.unknownOutcome = code === "ConnectionLoss";
    this.outcomes = outcomes;
  }
}
