/** Three clients of one group that do as clients do, and worse; and a judge who knows only what they asked and heard. */

import type { Answer, Caller, GroupRequest, MemberId } from "../../lib/broker/messages.ts";
import { Coordinator, JOINING } from "./coordinator.ts";

export const WHAT = [
  "goOn",
  "repeat",
  "change",
  "leave",
  "commit",
  "zombie",
  "wait",
  "store",
  "fail",
  "failOver",
] as const;

/** What happens: to which client, and how long, how many or which. */
export type Step = {
  readonly what: (typeof WHAT)[number];
  readonly who: number;
  readonly n: number;
};

type Identity = { readonly memberId: MemberId; readonly generation: number };

const NOBODY: Identity = { memberId: "", generation: -1 };

class Client {
  readonly name: string;
  identity: Identity;
  /** Whether it must join, has joined and must sync, or has its assignment. */
  stage: "out" | "joined" | "in" = "out";
  /** The members, when it leads. */
  members: readonly MemberId[] = [];
  topics: readonly string[] = ["t"];
  /** The call whose answer it waits for. */
  call: number | undefined;
  /** What it has been. */
  readonly past: Identity[] = [];

  constructor(name: string) {
    this.name = name;
    this.identity = { memberId: name, generation: -1 };
  }

  obey(answer: Answer): void {
    this.call = undefined;
    if (answer.kind === "joined") {
      const { memberId, generation, members } = answer;
      this.identity = { memberId, generation };
      this.members = [...members.keys()];
      this.stage = "joined";
    } else if (answer.kind === "synced") {
      this.stage = "in";
      this.past.push(this.identity);
    } else if (answer.kind === "error") {
      this.stage = "out";
      if (answer.code === "UNKNOWN_MEMBER_ID") this.identity = { ...this.identity, generation: -1 };
    }
  }
}

type Asked = { readonly request: GroupRequest; readonly client?: Client; readonly atMs: number };

/** Of the commits, by their offsets: every one is greater than those before. */
type Outcome = "open" | "done" | "refused" | "unknown";

const REFUSALS = ["UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION", "REBALANCE_IN_PROGRESS"];

export class Members {
  readonly coordinator = new Coordinator();
  readonly clients = ["a", "b", "c"].map((name) => new Client(name));
  /** The situations that have occurred. */
  readonly seen = new Set<string>();
  private readonly asked = new Map<number, Asked>();
  private readonly commits: Outcome[] = [];
  /** The assignments that were told, by generation. Every one that a leader makes has a number of its own. */
  private readonly told = new Map<number, number>();
  private numbers = 0;
  /** The newest generation of which anybody was told the assignment. */
  private newest = 0;
  /** The newest that this coordinator has begun. */
  private begun = { generation: 0, leader: "" };
  /** The newest offset that was shown. */
  private shown = -1;

  constructor() {
    this.coordinator.onAnswer = (to, answer) => this.hear(to, answer);
  }

  do({ what, who, n }: Step): void {
    const { coordinator, clients } = this;
    const client = clients[who % clients.length] as Client;
    if (what === "goOn" && client.call === undefined) this.goOn(client);
    if (what === "repeat") this.goOn(client);
    if (what === "change") {
      client.topics = n % 2 === 0 ? ["t"] : ["t", "u"];
      this.join(client);
    }
    if (what === "leave") this.leave(client);
    if (what === "commit") this.commit(client.identity);
    if (what === "zombie") this.commit(client.past[n % (client.past.length || 1)] ?? NOBODY);
    if (what === "wait") coordinator.waits(10 * (n + 1));
    if (what === "store") coordinator.stores(n + 1);
    if (what === "fail") coordinator.fails("REQUEST_TIMED_OUT", 1);
    if (what === "failOver") this.failOver(n);
    this.ask({ kind: "offsetFetch", group: "g", topic: "t", partition: 0 });
    this.lookForLate();
    this.seen.add(coordinator.group.state);
  }

  /** From now on everybody does what it should, and everything is stored. */
  calmDown(ms: number): void {
    const endMs = this.coordinator.nowMs + ms;
    while (this.coordinator.nowMs < endMs) {
      for (let who = 0; who < this.clients.length; who++) this.do({ what: "goOn", who, n: 0 });
      this.do({ what: "store", who: 0, n: 99 });
      this.do({ what: "wait", who: 0, n: 1 });
    }
  }

  private goOn(client: Client): void {
    const as = { group: "g", ...client.identity };
    if (client.stage === "out") this.join(client);
    else if (client.stage === "in") this.ask({ kind: "heartbeat", ...as }, client);
    else {
      this.numbers += 1;
      const share = [{ topic: "t", partition: this.numbers }];
      const assignments = new Map(client.members.map((id) => [id, share]));
      this.ask({ kind: "syncGroup", ...as, assignments }, client);
    }
  }

  private join(client: Client): void {
    const { identity, topics } = client;
    const metadata = { ...JOINING.metadata, topics };
    this.ask({ ...JOINING, memberId: identity.memberId, metadata }, client);
  }

  private leave(client: Client): void {
    this.ask({ kind: "leaveGroup", group: "g", memberId: client.identity.memberId }, client);
    client.stage = "out";
    client.identity = { ...client.identity, generation: -1 };
  }

  private commit(identity: Identity): void {
    const offset = this.commits.push("open") - 1;
    const offsets = [{ topic: "t", partition: 0, offset }];
    this.ask({ kind: "offsetCommit", group: "g", ...identity, offsets });
    if (identity.generation === -1 || identity.generation >= this.newest) return;
    this.seen.add("stale commit");
    if (this.commits[offset] === "refused") return;
    throw new Error(`A commit of generation ${identity.generation} is taken after ${this.newest}.`);
  }

  private failOver(n: number): void {
    const { coordinator } = this;
    this.seen.add(`failover of ${coordinator.groups.get("g")?.state ?? "Empty"}`);
    this.begun = { generation: 0, leader: "" };
    const tail = coordinator.log.length - coordinator.committed;
    coordinator.failsOver(coordinator.committed + (n % (tail + 1)));
  }

  private ask(request: GroupRequest, client?: Client): void {
    const { coordinator } = this;
    const call = coordinator.calls + 1;
    this.asked.set(call, { request, ...(client && { client }), atMs: coordinator.nowMs });
    if (client !== undefined) client.call = call;
    coordinator.asks(client?.name ?? "x", request);
  }

  private hear({ call }: Caller, answer: Answer): void {
    const asked = this.asked.get(call);
    if (asked === undefined) throw new Error(`Call ${call} is answered twice.`);
    this.asked.delete(call);
    const { request, client } = asked;
    if (request.kind === "offsetCommit") this.noteCommit(request.offsets[0]?.offset ?? -1, answer);
    if (answer.kind === "joined") this.judgeJoined(answer);
    if (answer.kind === "offset") this.judgeOffset(answer.offset ?? -1);
    if (request.kind === "syncGroup" && answer.kind === "synced") {
      this.judgeSynced(request.generation, answer.assignment[0]?.partition ?? -1);
    }
    if (client?.call === call) client.obey(answer);
  }

  private noteCommit(offset: number, answer: Answer): void {
    const isRefused = answer.kind === "error" && REFUSALS.includes(answer.code);
    const outcome = answer.kind === "done" ? "done" : isRefused ? "refused" : "unknown";
    this.commits[offset] = outcome;
    this.seen.add(`${outcome} commit`);
  }

  private judgeJoined({ generation, leader }: Extract<Answer, { kind: "joined" }>): void {
    const { begun, newest } = this;
    if (generation < Math.max(begun.generation, newest)) {
      throw new Error(`Generation ${generation} begins after ${begun.generation} and ${newest}.`);
    }
    if (generation === begun.generation && leader !== begun.leader) {
      throw new Error(`Generation ${generation} is led by ${begun.leader} and by ${leader}.`);
    }
    this.begun = { generation, leader };
  }

  private judgeSynced(generation: number, number: number): void {
    const told = this.told.get(generation) ?? number;
    if (generation < this.newest || told !== number) {
      const before = `${told} of it and of generation ${this.newest}`;
      throw new Error(`Assignment ${number} of generation ${generation} is told after ${before}.`);
    }
    this.told.set(generation, number);
    this.newest = generation;
  }

  private judgeOffset(offset: number): void {
    const { commits, shown } = this;
    const done = commits.lastIndexOf("done");
    const outcome = commits[offset] ?? "done";
    if (offset < Math.max(done, shown) || outcome === "open" || outcome === "refused") {
      throw new Error(
        `Offset ${offset} (${outcome}) is shown after ${done} was done, ${shown} shown.`,
      );
    }
    if (outcome === "unknown") this.seen.add("unknown commit that counts");
    this.shown = offset;
  }

  /** Whoever waits for others waits no longer than a rebalance takes, unless it has given the call up. */
  private lookForLate(): void {
    const { coordinator } = this;
    const isStoring = coordinator.under.some(({ then }) => then.kind === "generation");
    for (const [call, { request, client, atMs }] of this.asked) {
      const waitedMs = coordinator.nowMs - atMs;
      if (client?.call !== call || waitedMs <= JOINING.rebalanceTimeoutMs + 10) continue;
      if (request.kind === "syncGroup" && isStoring) continue;
      throw new Error(`${request.kind} of ${client.name} has waited for ${waitedMs} ms.`);
    }
  }
}
