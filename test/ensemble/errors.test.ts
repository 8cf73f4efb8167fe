/** Errors by ZooKeeper's names and numbers (KeeperException.Code), and what a client may make of them. */

import { CODES, type ErrorCode, ZooKeeperError } from "quorumlab/ensemble";
import { expect, test } from "vitest";

const codes = Object.keys(CODES) as ErrorCode[];

test("an error has ZooKeeper's name and number", () => {
  expect(CODES).toEqual({
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
  });
  for (const code of codes) expect(new ZooKeeperError(code, "").number).toBe(CODES[code]);
});

test("an error says what was asked", () => {
  const error = new ZooKeeperError("NoNode", "getData /a");
  expect(error).toBeInstanceOf(Error);
  expect([error.name, error.code, error.message]).toEqual([
    "ZooKeeperError",
    "NoNode",
    "NoNode: getData /a",
  ]);
});

test("asking again can help when the server was the wrong one, and only then", () => {
  const retriable = codes.filter((code) => new ZooKeeperError(code, "").retriable);
  expect(retriable.sort()).toEqual(["ConnectionLoss", "NotReadOnly", "SessionMoved"]);
});

test("only after ConnectionLoss nobody knows whether the request took effect", () => {
  const unknown = codes.filter((code) => new ZooKeeperError(code, "").unknownOutcome);
  expect(unknown).toEqual(["ConnectionLoss"]);
});

test("of a failed multi the error tells the outcome of each operation", () => {
  const outcomes = ["Ok", "NoNode", "RuntimeInconsistency"] as const;
  expect(new ZooKeeperError("NoNode", "multi", outcomes).outcomes).toEqual(outcomes);
  expect(new ZooKeeperError("NoNode", "delete /a").outcomes).toBeUndefined();
});
