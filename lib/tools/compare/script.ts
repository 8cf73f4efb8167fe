/**
 * Random scripts for several sessions, as plain data: one step after the other, so that both systems are asked the
 * same in the same order, and all that is compared has one right answer.
 */

import type { CreateMode, Data, Request, Write } from "quorumlab/ensemble";
import { type Dice, diceOf } from "./dice.ts";

/**
 * A step of one session: a request, or something that happens to its connection. It is cut off and comes back
 * (`leave`, `back`), or comes back only when the session has expired (`expire`).
 */
export type Step = { readonly session: number } & (
  | {
      readonly request: Request;
      /** The events before its answer may come in any order: a set of nodes, or of watches, caused them. */
      readonly unordered?: true;
    }
  | { readonly fault: "leave" | "back" | "expire" }
);

export type Script = { readonly sessions: number; readonly steps: readonly Step[] };

/** How many steps are drawn; those that only wait for events are not counted. */
const LEAST = 30;
const MOST = 45;

/**
 * Draws a script.
 *
 * @param root the node under which everything happens, but for what is asked of ZooKeeper's own nodes
 * @param nth with the seed, decides everything else
 */
export function drawScript(seed: number, nth: number, root: string): Script {
  const dice = diceOf(seed, nth);
  const sessions = dice.upTo(2, 4);
  const drawing = new Drawing(dice, root, sessions);
  for (let left = dice.upTo(LEAST, MOST); left > 0; left--) drawing.step();
  drawing.end();
  return { sessions, steps: drawing.steps };
}

/** A script that is being drawn, and who is there to ask. */
class Drawing {
  readonly steps: Step[] = [];
  private readonly dice: Dice;
  /** Paths that may be there, the root first. */
  private readonly made: string[];
  private readonly here: Set<number>;
  private readonly over: number[] = [];
  private away: { readonly session: number; steps: number } | undefined;

  constructor(dice: Dice, root: string, sessions: number) {
    this.dice = dice;
    this.made = [root];
    this.here = new Set(Array.from({ length: sessions }, (_, session) => session));
    const request = { kind: "create", path: root, data: "", mode: "persistent" } as const;
    this.steps.push({ session: 0, request });
  }

  step(): void {
    const { dice, away, here, over } = this;
    if (away !== undefined && away.steps-- === 0) {
      this.back(away.session);
    } else if (away === undefined && here.size > 1 && dice.happens(0.08)) {
      this.strike(dice.any([...here]), dice.one({ leave: 6, expire: 2, close: 2 }));
    } else {
      const asking = over.length > 0 && dice.happens(0.03) ? over : [...here];
      this.steps.push({ session: dice.any(asking), request: drawRequest(dice, this.made) });
    }
  }

  end(): void {
    if (this.away !== undefined) this.back(this.away.session);
    this.settle();
  }

  private strike(session: number, what: "leave" | "expire" | "close"): void {
    this.settle();
    this.here.delete(session);
    if (what === "close") this.steps.push({ session, request: { kind: "closeSession" } });
    else this.steps.push({ session, fault: what });
    if (what === "leave") {
      this.away = { session, steps: this.dice.upTo(3, 8) };
    } else {
      this.over.push(session);
      this.settle(true);
    }
  }

  private back(session: number): void {
    this.steps.push({ session, fault: "back" });
    this.here.add(session);
    this.away = undefined;
    this.settle(true, [session]);
  }

  /** Whoever is answered has heard all events before. */
  private settle(unordered = false, who: Iterable<number> = this.here): void {
    for (const session of who) {
      const request = { kind: "sync", path: this.made[0] ?? "/" } as const;
      this.steps.push(unordered ? { session, request, unordered } : { session, request });
    }
  }
}

const READS = ["exists", "getData", "getChildren"] as const;
const PARTS = ["create", "delete", "setData", "check"] as const;
const VALUES: readonly Data[] = ["", "x", "ä€😀", new Uint8Array([255, 0, 128]), "1".repeat(40)];
const MODES = { persistent: 5, ephemeral: 3, persistentSequential: 2, ephemeralSequential: 2 };

function drawRequest(dice: Dice, made: string[]): Request {
  const kind = dice.one({ create: 30, delete: 12, setData: 12, read: 34, multi: 14, sync: 3 });
  const path = drawPath(dice, made);
  switch (kind) {
    case "read":
      return { kind: dice.any(READS), path, watch: isWatchable(path) && dice.happens(0.8) };
    case "sync":
      return { kind, path };
    case "multi": {
      const ops = Array.from({ length: dice.upTo(0, 4) }, () =>
        drawWrite(dice, made, dice.any(PARTS)),
      );
      return { kind, ops };
    }
    default:
      return drawWrite(dice, made, kind) as Exclude<Write, { kind: "check" }>;
  }
}

function drawWrite(dice: Dice, made: string[], kind: Write["kind"]): Write {
  const path = drawPath(dice, made);
  const data = dice.any(VALUES);
  // All scripts share ZooKeeper's own nodes: only a version that they never have leaves them as they are.
  const version = isZooKeepers(path) ? 2 ** 30 : Number(dice.one({ "-1": 5, 0: 3, 1: 2, 2: 1 }));
  if (kind === "create") {
    const mode: CreateMode = dice.one(MODES);
    // A numbered node beside the root would count in all scripts.
    const isOutside = path === made[0] || isZooKeepers(path);
    if (/^(\/[\w-]+)+$/.test(path) && !isOutside) made.push(path);
    return {
      kind,
      path,
      data,
      mode: isOutside && mode.endsWith("Sequential") ? "ephemeral" : mode,
    };
  }
  if (kind !== "setData") return { kind, path, version };
  // That node alone has an access list.
  return { kind, path: path === "/zookeeper/config" ? "/" : path, data, version };
}

/** What makes of a path one that no node can have. */
const BAD_TAILS = [
  "//a",
  "/",
  "/.",
  "/..",
  "/./a",
  "/a\u0001",
  "/\u007f",
  "/\ue000",
  "/\ufff0",
  "/a\0",
];
const BAD_PATHS = ["", "a", "a/b", "a\0"];
const ZOOKEEPERS = ["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"];

/** Whether a watch for it is to be compared: the others see changes of other scripts, or are refused by one server only. */
function isWatchable(path: string): boolean {
  return !isZooKeepers(path) && !path.includes("\0");
}

function isZooKeepers(path: string): boolean {
  return ZOOKEEPERS.includes(path);
}

/** Often a path that was created, or may have been; else one below it. */
function drawPath(dice: Dice, made: readonly string[]): string {
  const number = String(dice.upTo(0, 4)).padStart(10, "0");
  const names = { "": 14, "/a": 5, "/b": 3, [`/a${number}`]: 2, [`/${number}`]: 1 };
  // The earlier a path was made, the more is asked of it: so sessions meet.
  const path = made[dice.upTo(0, dice.upTo(0, made.length - 1))] + dice.one(names);
  switch (dice.one({ good: 90, bad: 6, foreign: 1, zookeepers: 3 })) {
    case "bad":
      return path + dice.any(BAD_TAILS);
    case "foreign":
      return dice.any(BAD_PATHS);
    case "zookeepers":
      return dice.any(ZOOKEEPERS);
    default:
      return path;
  }
}
