/** Servers alone that follow or lead: the others are played by the test. */

import {
  type EnsembleMessage,
  type EnsembleOptions,
  type Entry,
  type Request,
  zxid,
} from "quorumlab/ensemble";
import { type Alone, alone, type Born, entries } from "./alone.ts";

const vote = (leader: string): EnsembleMessage => {
  const own = { leader, epoch: 9, zxid: 0 };
  return { kind: "notification", part: "looking", round: 1, vote: own };
};

/** s2 of three, which has just been told to follow s3. */
export function following(born: Born = {}, options: EnsembleOptions = {}): Alone {
  const s2 = alone(["s2", "s1", "s3"], born, options);
  turnsTo(s2);
  return s2;
}

function turnsTo(s2: Alone): void {
  s2.connected("s1", "s3");
  s2.hears("s3", vote("s3"));
  s2.timer("decide");
}

/** s2 when it follows s3 in this epoch, and has what s3 has. */
export function followed(born: Born = {}, options: EnsembleOptions = {}, epoch = 1): Alone {
  const s2 = alone(["s2", "s1", "s3"], born, options);
  follows(s2, epoch, born.entries?.at(-1)?.zxid ?? 0);
  return s2;
}

/** s2, which looks, follows s3, whose history it has already. */
export function follows(s2: Alone, epoch: number, committed: number): void {
  turnsTo(s2);
  s2.hears("s3", { kind: "leaderInfo", epoch });
  s2.hears("s3", { kind: "diff", entries: [] });
  s2.hears("s3", { kind: "newLeader", epoch });
  s2.hears("s3", { kind: "upToDate", committed });
}

/** The greatest of the servers s1 … sN, which has just been elected and has not been called by anybody. */
export function elected(born: Born = {}, options: EnsembleOptions = {}, count = 3): Alone {
  const others = Array.from({ length: count - 1 }, (_, i) => `s${i + 1}`);
  const leader = alone([`s${count}`, ...others], born, options);
  leader.connected(...others);
  const own = leader.state.part.kind === "looking" ? leader.state.part.vote : undefined;
  for (const other of others) leader.hears(other, { ...vote(""), vote: own } as EnsembleMessage);
  leader.timer("decide");
  return leader;
}

/** A follower comes, accepts the epoch, and gets the history. @returns what the leader said to the last two */
export function join(leader: Alone, from: string, last = 0, currentEpoch = 0): string[] {
  leader.hears(from, { kind: "followerInfo", acceptedEpoch: currentEpoch });
  const history = leader.hears(from, { kind: "ackEpoch", promised: true, currentEpoch, last });
  return [...history, ...leader.hears(from, { kind: "ackNewLeader", epoch: epochOf(leader) })];
}

/** s3 of three, or the greatest of so many, when it leads with the lower majority behind it. */
export function led(born: Born = {}, options: EnsembleOptions = {}, count = 3): Alone {
  const leader = elected(born, options, count);
  const { currentEpoch = 0 } = born;
  const last = born.entries?.at(-1)?.zxid ?? 0;
  const behind = Array.from({ length: Math.floor(count / 2) }, (_, i) => `s${i + 1}`);
  for (const id of behind) {
    leader.hears(id, { kind: "followerInfo", acceptedEpoch: currentEpoch });
  }
  for (const id of behind) {
    leader.hears(id, { kind: "ackEpoch", promised: true, currentEpoch, last });
  }
  for (const id of behind) leader.hears(id, { kind: "ackNewLeader", epoch: epochOf(leader) });
  return leader;
}

/** A client comes to a server and asks for a session, or brings one. */
export function comes(
  server: Alone,
  client: string,
  how: Partial<Extract<EnsembleMessage, { kind: "connect" }>> = {},
): string[] {
  const fresh = { session: 0, timeoutMs: 400, lastZxid: 0, readOnly: false };
  return server.hears(client, { kind: "connect", xid: 1, ...fresh, ...how });
}

function epochOf({ state }: Alone): number {
  return state.part.kind === "leading" ? state.part.epoch : 0;
}

export const SESSION = zxid(1, 1);

/** s2, which follows s3, with a client "c" whose session is 1.1. */
export function withClient(options: EnsembleOptions = {}): Alone {
  const s2 = followed({}, options);
  comes(s2, "c");
  commits(s2, "1.1", { kind: "createSession", timeoutMs: 400 }, 1, 0);
  return s2;
}

/** The leader proposes what a client of this server asked, and commits it. @returns what the clients hear */
export function commits(
  server: Alone,
  id: string,
  txn: Entry["txn"],
  xid: number,
  session = SESSION,
  client = "c",
): string[] {
  const origin = { server: "s2", client, session, xid };
  const entry = { ...(entries(id)[0] as Entry), txn, origin };
  server.hears("s3", { kind: "propose", entry });
  return server.hears("s3", { kind: "commit", zxid: entry.zxid });
}

export const asks = (server: Alone, xid: number, request: Request, client = "c") =>
  server.hears(client, { kind: "request", xid, request });
export const create = (path: string, ephemeralOwner = 0) =>
  ({ kind: "create", path, data: "", ephemeralOwner }) as const;
export const making = (path: string): Request => ({
  kind: "create",
  path,
  data: "",
  mode: "persistent",
});
export const reading = (
  kind: "exists" | "getData" | "getChildren",
  path: string,
  watch = false,
): Request => ({ kind, path, watch });
