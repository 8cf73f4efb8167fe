/** What the room's callers may give. Bad input is refused at the door, in a sentence that names it. */

import { checkInput, shown } from "quorumlab/sim";
import { ZooKeeperError } from "./errors.ts";
import type { Request, Write } from "./messages.ts";
import { isPath } from "./path.ts";

export const A_PATH = 'a path such as "/config/db-ip"';
const MODES: readonly unknown[] = [
  "persistent",
  "ephemeral",
  "persistentSequential",
  "ephemeralSequential",
];
const WRITES: readonly unknown[] = ["create", "delete", "setData", "check"];

/** Refuses what is not a finite number of at least `least`, or above 0 without it. @throws RangeError */
export function checkNumber(name: string, value: number, least?: number): void {
  const range = least === undefined ? "above 0" : `of at least ${least}`;
  const isRight = Number.isFinite(value) && (least === undefined ? value > 0 : value >= least);
  checkInput(isRight, name, value, `a number ${range}`);
}

/** Refuses what is no path, and the root, which nobody makes. @throws RangeError */
export function checkPath(name: string, path: string): void {
  checkInput(typeof path === "string" && path !== "/" && isPath(path), name, path, A_PATH);
}

/** Refuses what cannot be the name of one node below another. @throws RangeError */
export function checkName(name: string, value: string): void {
  const isName = typeof value === "string" && !value.includes("/") && isPath(`/-/${value}`);
  checkInput(isName, name, value, "the name of one node");
}

/** Refuses what is none of the words known. @throws RangeError */
export function checkWord(name: string, word: string, ...known: readonly string[]): void {
  checkInput(known.includes(word), name, word, known.join(" or "));
}

/**
 * Refuses what no server could make sense of, and reads of what no node can be called. Of a write's path a server says
 * itself what is wrong, and in which order.
 *
 * @throws ZooKeeperError BadArguments
 */
export function checkRequest(request: Request, watcher: unknown): void {
  const check = (isRight: boolean, name: string, value: unknown, expected: string) => {
    if (isRight) return;
    const what = `${request.kind}: ${name} is ${shown(value)}; expected ${expected}`;
    throw new ZooKeeperError("BadArguments", what);
  };
  const checkOne = (one: Request | Write) => {
    const { kind, path, watch, data, mode, version } = one as Readonly<Record<string, unknown>>;
    const isNamed = typeof path === "string" && (watch === undefined || isPath(path));
    check(isNamed || kind === "closeSession", "the path", path, A_PATH);
    const hasData = kind === "create" || kind === "setData";
    const isData = typeof data === "string" || data instanceof Uint8Array;
    check(isData || !hasData, "the data", data, "a string or a Uint8Array");
    check(kind !== "create" || MODES.includes(mode), "the mode", mode, MODES.join(", "));
    const hasVersion = kind !== "create" && WRITES.includes(kind);
    check(!hasVersion || Number.isInteger(version), "the version", version, "a whole number");
  };
  const isCalled = watcher === undefined || typeof watcher === "function";
  check(isCalled, "the watcher", watcher, "a function");
  if (request.kind !== "multi") {
    checkOne(request);
    return;
  }
  check(Array.isArray(request.ops), "ops", request.ops, "a list of operations");
  for (const op of request.ops) {
    check(WRITES.includes(op?.kind), "an operation", op?.kind ?? op, WRITES.join(", "));
    checkOne(op);
  }
}
