/**
 * A server whose watches a learner keeps, beside the ensemble's own: clients read and watch, nodes change, connections
 * are lost and made again, and every client must be told the same.
 */

import {
  addWatch,
  apply,
  type Change,
  dropWatches,
  emptyTree,
  fire,
  nodeAt,
  noWatches,
  prepare,
  resetWatches,
  type Write,
} from "quorumlab/ensemble";
import type { Server, Told } from "../../exercises/02-watches.ts";
import { Violation } from "./exercise.ts";
import { Story } from "./story.ts";

type Module = typeof import("../../exercises/02-watches.ts");
type Read = Parameters<Module["watch"]>[2];

export const CLIENTS = ["c1", "c2"] as const;

/** From one step of the picture to the next. */
const STEP_MS = 10;

export type Step =
  | { readonly kind: "read"; readonly client: string; readonly read: Read }
  | { readonly kind: "write"; readonly op: Write }
  /** The client's connection is lost; or made again, if it was lost. */
  | { readonly kind: "connection"; readonly client: string };

/** A client, as far as it knows: what it waits for, and what it had seen when its connection was lost. */
type Known = {
  readonly data: Set<string>;
  readonly exist: Set<string>;
  readonly child: Set<string>;
  goneAt: number | undefined;
};

type Play = {
  readonly module: Module;
  /** Whether order and number of what one change tells a client are judged, too. */
  readonly isExact: boolean;
  saw(situation: string): void;
  readonly mine: Server;
  readonly right: ReturnType<typeof noWatches>;
  readonly tree: ReturnType<typeof emptyTree>;
  readonly clients: ReadonlyMap<string, Known>;
  readonly story: Story;
  zxid: number;
  /** When the step happens, in the picture. */
  atMs: number;
};

/** Plays the steps; a violation at the first time that a client is told something else. */
export function play(
  module: Module,
  steps: readonly Step[],
  isExact: boolean,
  saw: (situation: string) => void,
): void {
  const tree = emptyTree();
  apply(tree, { zxid: 1, timeMs: 0, txn: { kind: "createSession", timeoutMs: 4000 } });
  const stranger = (): Known => {
    return { data: new Set(), exist: new Set(), child: new Set(), goneAt: undefined };
  };
  const clients = new Map(CLIENTS.map((client) => [client, stranger()]));
  const lists = { mine: { watches: [] }, right: noWatches() };
  const run: Play = {
    module,
    isExact,
    saw,
    tree,
    clients,
    ...lists,
    story: new Story(),
    zxid: 1,
    atMs: 0,
  };
  for (const step of steps) {
    run.atMs += STEP_MS;
    if (step.kind === "write") write(run, step.op);
    else if (step.kind === "read") read(run, step.client, step.read);
    else reconnect(run, step.client);
  }
}

function read(run: Play, client: string, { kind, path }: Read): void {
  const known = run.clients.get(client) as Known;
  if (known.goneAt !== undefined) return;
  const isThere = nodeAt(run.tree, path) !== undefined;
  run.story.tell(run.atMs, client, "server", `${kind} ${path}`);
  run.module.watch(run.mine, client, { kind, path }, isThere);
  if (!isThere) run.saw(kind === "exists" ? "a client waited for a node to come" : "a read failed");
  if (!isThere && kind !== "exists") return;
  const of = kind === "getChildren" ? "child" : "data";
  addWatch(run.right[of], path, client);
  known[isThere ? of : "exist"].add(path);
}

function write(run: Play, op: Write): void {
  run.zxid += 1;
  const stamp = { zxid: run.zxid, timeMs: 0 };
  const txn = prepare(structuredClone(run.tree), 1, op, stamp);
  const changes: Change[] = [];
  apply(run.tree, { ...stamp, txn }, (change) => changes.push(change));
  for (const change of changes) {
    run.story.note(run.atMs, "server", `${change.path} ${change.kind}`);
    const told = run.module.fire(run.mine, change);
    const call = `fire(server, ${JSON.stringify(change)})`;
    compare(run, call, told, fire(run.right, change), run.isExact);
  }
}

function reconnect(run: Play, client: string): void {
  const known = run.clients.get(client) as Known;
  if (known.goneAt === undefined) {
    run.story.note(run.atMs, client, "connection lost");
    known.goneAt = run.zxid;
    dropWatches(run.right, client);
    run.mine.watches = run.mine.watches.filter((watch) => watch.client !== client);
    return;
  }
  run.story.tell(run.atMs, client, "server", "back");
  const lists = { data: [...known.data], exist: [...known.exist], child: [...known.child] };
  const waiting = { lastZxid: known.goneAt, ...lists };
  known.goneAt = undefined;
  const expected = resetWatches(run.right, run.tree, client, { kind: "setWatches", ...waiting });
  for (const { type } of expected) run.saw(`${type} was missed`);
  const nodes = Object.fromEntries(
    [...run.tree.nodes]
      .filter(([path]) => !path.startsWith("/zookeeper"))
      .map(([path, { mzxid, pzxid }]) => [path, { mzxid, pzxid }]),
  );
  const told = run.module.catchUp(run.mine, client, waiting, nodes);
  const words = [client, waiting, nodes].map((each) => JSON.stringify(each));
  compare(run, `catchUp(server, ${words.join(", ")})`, told, expected, true);
}

/** A violation unless every client is told what it ought to be. */
function compare(
  run: Play,
  call: string,
  answer: unknown,
  expected: readonly Told[],
  isExact: boolean,
): void {
  const told = Array.isArray(answer) ? (answer as readonly Told[]) : [];
  for (const [i, { client, type, path }] of told.entries()) {
    run.story.tell(run.atMs + i + 1, "server", String(client), `${type} ${path}`);
  }
  if (!Array.isArray(answer))
    fail(run, `${call} returned ${JSON.stringify(answer)}; expected a list`);
  for (const client of new Set([...CLIENTS, ...told.map(({ client }) => client)])) {
    const [heard, wanted] = [told, expected].map((all) => heardBy(client, all));
    const same = (list: string[] = []) => (isExact ? list : [...new Set(list)].sort()).join(", ");
    if (same(heard) === same(wanted)) continue;
    const [seen, right] = [heard, wanted].map((list = []) => list.join(", ") || "nothing");
    if (run.clients.has(client)) run.story.note(run.atMs + 1, client, `expected ${right}`);
    fail(run, `${call} told ${client} ${seen}; expected ${right}`);
  }
  for (const { client, type, path } of expected) {
    const { data, exist, child } = run.clients.get(client) as Known;
    if (type !== "NodeChildrenChanged") for (const set of [data, exist]) set.delete(path);
    if (type === "NodeChildrenChanged" || type === "NodeDeleted") child.delete(path);
  }
  for (const client of CLIENTS) {
    if (heardBy(client, expected).length > 1) run.saw("a client was told two things at once");
  }
}

function heardBy(client: string, told: readonly Told[]): string[] {
  return told.filter((one) => one.client === client).map(({ type, path }) => `${type} ${path}`);
}

function fail({ story, atMs }: Play, says: string): never {
  throw new Violation(`${says}.`, { trace: story.trace(["c1", "server", "c2"], atMs + STEP_MS) });
}
