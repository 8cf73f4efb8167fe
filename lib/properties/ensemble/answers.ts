/**
 * Whether every answer is what the committed history says. Writes are linearizable: each is one transaction, in an
 * order that respects who was answered before whom asked. Reads are those of the transaction that they name, and a
 * session never sees an older one than it has seen. Source: ZooKeeper Programmer's Guide, "Consistency Guarantees".
 */

import {
  apply,
  type Entry,
  emptyTree,
  nodeAt,
  type Request,
  type Result,
  type SessionId,
  statOf,
  type Tree,
  type Zxid,
  zxidText,
} from "quorumlab/ensemble";
import { hash } from "quorumlab/sim";
import { Violation } from "../exercise.ts";
import { type Conversation, type Exchange, keyOf, type Word } from "./wire.ts";

type Read = Extract<Request, { watch: boolean }>;

/** @throws Violation at the first answer that is not so */
export function checkAnswers(history: readonly Entry[], { words, exchanges }: Conversation): void {
  const results = replay(history, exchanges);
  for (const exchange of exchanges.values()) checkWrite(exchange, results);
  checkOrder(history, exchanges);
  for (const [client, said] of words) checkSession(client, said);
}

type Applied = { readonly zxid: Zxid; readonly result: unknown };

/** Applies the history, and judges every read at the transaction that it names. @returns what each write came to */
function replay(
  history: readonly Entry[],
  exchanges: ReadonlyMap<string, Exchange>,
): Map<string, Applied> {
  const reads = new Map<Zxid, Exchange[]>();
  for (const exchange of exchanges.values()) {
    if (exchange.reply === undefined || !("watch" in exchange.request)) continue;
    const { zxid } = exchange.reply;
    reads.set(zxid, [...(reads.get(zxid) ?? []), exchange]);
  }
  const tree = emptyTree();
  const results = new Map<string, Applied>();
  const judge = (zxid: Zxid) => {
    for (const exchange of reads.get(zxid) ?? []) checkRead(exchange, tree);
    reads.delete(zxid);
  };
  judge(0);
  for (const entry of history) {
    const result = apply(tree, entry);
    const { origin, zxid } = entry;
    // A client that begins anew may ask for a session with the number of an older question.
    if (origin !== undefined && origin.session !== 0) {
      const key = keyOf(origin.client, origin.session, origin.xid);
      if (results.has(key)) {
        throw new Violation(`Request ${key} became two transactions; expected at most one.`);
      }
      results.set(key, { zxid, result });
    }
    judge(zxid);
  }
  const [stray] = [...reads.values()].flat();
  if (stray !== undefined) {
    throw new Violation(
      `${say(stray)} was answered as of ${zxidText(stray.reply?.zxid ?? 0)}, which was never committed.`,
    );
  }
  return results;
}

function checkRead(exchange: Exchange, tree: Tree): void {
  const { kind, path } = exchange.request as Read;
  const node = nodeAt(tree, path);
  const got = exchange.reply?.result as Result;
  const expected =
    node === undefined
      ? { kind: "error", code: "NoNode" }
      : {
          kind,
          stat: statOf(node),
          ...(kind === "getData" && { data: node.data }),
          ...(kind === "getChildren" && { children: [...node.children].sort() }),
        };
  const sorted = got.kind === "getChildren" ? { ...got, children: [...got.children].sort() } : got;
  if (hash(sorted) === hash(expected)) return;
  throw new Violation(
    `${say(exchange)} was answered ${JSON.stringify(got)}; expected ${JSON.stringify(expected)}, as of ${zxidText(exchange.reply?.zxid ?? 0)}.`,
  );
}

/** An answered write is in the history, and its answer is what it came to there: so no acknowledged write is lost. */
function checkWrite(exchange: Exchange, results: ReadonlyMap<string, Applied>): void {
  const { request, reply, client, session, xid } = exchange;
  if (reply === undefined || "watch" in request || request.kind === "sync") return;
  if (reply.result.kind === "error" && reply.result.code === "NotReadOnly") return;
  const applied = results.get(keyOf(client, session, xid));
  if (applied === undefined) {
    throw new Violation(
      `${say(exchange)} was answered ${JSON.stringify(reply.result)}, but no transaction of it is in the history: it is lost.`,
    );
  }
  if (hash(applied.result) === hash(reply.result) && reply.zxid >= applied.zxid) return;
  throw new Violation(
    `${say(exchange)} was answered ${JSON.stringify(reply.result)} as of ${zxidText(reply.zxid)}; expected ${JSON.stringify(applied.result)} as of ${zxidText(applied.zxid)}.`,
  );
}

/** Real time: what is asked after an answer comes after it. And one session's requests are done in their order. */
function checkOrder(history: readonly Entry[], exchanges: ReadonlyMap<string, Exchange>): void {
  const asked = history.flatMap(({ origin, zxid, txn }) => {
    const exchange = origin && exchanges.get(keyOf(origin.client, origin.session, origin.xid));
    const isMoved = txn.kind === "error" && txn.code === "SessionMoved";
    return exchange === undefined || isMoved ? [] : [{ exchange, zxid }];
  });
  const moments = asked.flatMap(({ exchange, zxid }) => [
    { at: exchange.asked, isAsked: true, exchange, zxid },
    ...(exchange.answered === undefined
      ? []
      : [{ at: exchange.answered, isAsked: false, exchange, zxid }]),
  ]);
  let last: (typeof moments)[number] | undefined;
  const before = new Map<SessionId, (typeof moments)[number]>();
  for (const moment of moments.sort((a, b) => a.at - b.at)) {
    if (!moment.isAsked) {
      if (last === undefined || moment.zxid > last.zxid) last = moment;
      continue;
    }
    // A client that died may have left requests under way, which come after those of its next session.
    const { session } = moment.exchange;
    const own = before.get(session);
    before.set(session, moment);
    for (const earlier of [last, own]) {
      if (earlier === undefined || earlier.zxid < moment.zxid) continue;
      throw new Violation(
        `${say(moment.exchange)} is transaction ${zxidText(moment.zxid)}, but ${say(earlier.exchange)}, which came before it, is ${zxidText(earlier.zxid)}.`,
      );
    }
  }
}

/** A session never goes back to an older state, wherever it is connected. */
function checkSession(client: string, words: readonly Word[]): void {
  let seen = 0;
  for (const { way, message } of words) {
    if (way === "said") {
      if (message.kind === "connect" && message.session === 0) seen = 0;
    } else if (message.kind === "reply" || message.kind === "event") {
      if (message.zxid < seen) {
        throw new Violation(
          `${client} has seen ${zxidText(seen)} and was then answered as of ${zxidText(message.zxid)}; expected nothing older.`,
        );
      }
      seen = message.zxid;
    }
  }
}

function say({ client, xid, request }: Exchange): string {
  const path = "path" in request ? ` ${request.path}` : "";
  return `${client}'s request ${xid}, ${request.kind}${path},`;
}
