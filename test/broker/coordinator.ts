/**
 * One coordinator without a broker: requests go in, answers come out, and the test says when a store is committed. The
 * members are called as their clients are.
 */

import { checkGeneration } from "../../lib/broker/decisions.ts";
import type { ErrorCode } from "../../lib/broker/errors.ts";
import {
  type Coordinating,
  type Group,
  type Groups,
  handle,
  type Stored,
  storeEnded,
  unload,
} from "../../lib/broker/groups.ts";
import { passTime } from "../../lib/broker/membership.ts";
import type {
  Answer,
  Caller,
  GroupRequest,
  JoinGroup,
  LogRecord,
} from "../../lib/broker/messages.ts";
import { load } from "../../lib/broker/offsets.ts";

/** What a member asks for unless told. */
export const JOINING = {
  kind: "joinGroup",
  group: "g",
  sessionTimeoutMs: 100,
  rebalanceTimeoutMs: 300,
  protocols: ["range"],
  metadata: { topics: ["t"], owned: [], generation: -1 },
} as const;

/** The partitions of topic t that each member gets. */
type Shares = Readonly<Record<string, readonly number[]>>;

export class Coordinator {
  groups: Groups = new Map();
  /** The partition of __consumer_offsets, whether committed or not. */
  readonly log: LogRecord[] = [];
  /** What is under way, and where each ends in the partition; everything before `committed` is committed. */
  readonly under: { readonly then: Stored; readonly end: number }[] = [];
  committed = 0;
  nowMs = 0;
  onAnswer: (to: Caller, answer: Answer) => void = () => {};
  calls = 0;
  private told: string[] = [];

  get group(): Group {
    const group = this.groups.get("g");
    if (group === undefined) throw new Error("Nobody has asked for the group g.");
    return group;
  }

  /** Does something. @returns who was told what: "a: done" */
  step(act: (turn: Coordinating) => void): string[] {
    this.told = [];
    act({
      nowMs: this.nowMs,
      groups: this.groups,
      checkGeneration,
      answer: (to, answer) => {
        this.told.push(`${to.from}: ${said(answer)}`);
        this.onAnswer(to, answer);
      },
      store: (records, then) => {
        this.log.push(...records);
        this.under.push({ then, end: this.log.length });
      },
    });
    return this.told;
  }

  asks(from: string, request: GroupRequest): string[] {
    return this.step((turn) => {
      this.calls += 1;
      handle(turn, request, { from, call: this.calls });
    });
  }

  join(from: string, changes: Partial<JoinGroup> = {}): string[] {
    return this.asks(from, { ...JOINING, memberId: from, ...changes });
  }

  sync(from: string, generation: number, shares: Shares = {}): string[] {
    const assignments = new Map(
      Object.entries(shares).map(([name, partitions]) => [
        name,
        partitions.map((partition) => ({ topic: "t", partition })),
      ]),
    );
    return this.asks(from, { kind: "syncGroup", ...this.as(from), generation, assignments });
  }

  heartbeat(from: string, generation: number): string[] {
    return this.asks(from, { kind: "heartbeat", ...this.as(from), generation });
  }

  leave(from: string): string[] {
    return this.asks(from, { kind: "leaveGroup", ...this.as(from) });
  }

  commit(
    from: string,
    generation: number,
    offset: number,
    memberId = generation < 0 ? "" : from,
  ): string[] {
    const offsets = [{ topic: "t", partition: 0, offset }];
    return this.asks(from, { kind: "offsetCommit", group: "g", memberId, generation, offsets });
  }

  offset(from = "x", partition = 0): string[] {
    return this.asks(from, { kind: "offsetFetch", group: "g", topic: "t", partition });
  }

  /** What is under way is committed, all of it or the first few. */
  stores(count: number = this.under.length): string[] {
    return this.step((turn) => {
      for (const { then, end } of this.under.splice(0, count)) {
        this.committed = end;
        storeEnded(turn, then);
      }
    });
  }

  /** The coordinator gives it up; it stays in the partition. */
  fails(code: ErrorCode, count: number = this.under.length): string[] {
    return this.step((turn) => {
      for (const { then } of this.under.splice(0, count)) {
        storeEnded(turn, then, code);
      }
    });
  }

  /** Time passes, in ticks of 10 ms. */
  waits(ms: number): string[] {
    const endMs = this.nowMs + ms;
    const told: string[] = [];
    while (this.nowMs < endMs) {
      this.nowMs += 10;
      told.push(...this.step(passTime));
    }
    return told;
  }

  /** The leader of the partition dies, and another broker takes over. @param kept how many records it has */
  failsOver(kept: number = this.log.length): string[] {
    const told = [...this.fails("NOT_LEADER_OR_FOLLOWER"), ...this.step(unload)];
    this.log.length = kept;
    this.committed = kept;
    this.groups = load(this.log, this.nowMs);
    return told;
  }

  /** A group whose members have joined and have their shares, in the order of the names. */
  stable(shares: Shares): this {
    for (let round = 0; round < 2; round++) {
      for (const name of Object.keys(shares)) this.join(name);
    }
    const { generation } = this.group;
    for (const name of Object.keys(shares)) this.sync(name, generation, shares);
    this.stores();
    return this;
  }

  private as(name: string): { group: string; memberId: string } {
    return { group: "g", memberId: name };
  }
}

/** "joined 2 of a for range: a b", "synced t-0 t-1", "ILLEGAL_GENERATION" */
function said(answer: Answer): string {
  switch (answer.kind) {
    case "error":
      return answer.code;
    case "joined": {
      const { generation, leader, protocol, members } = answer;
      const listed = [...members.keys()].join(" ");
      return `joined ${generation} of ${leader} for ${protocol}${listed && `: ${listed}`}`;
    }
    case "synced":
      return `synced ${answer.assignment.map((each) => `${each.topic}-${each.partition}`).join(" ")}`;
    case "offset":
      return `offset ${answer.offset}`;
    default:
      return answer.kind;
  }
}
