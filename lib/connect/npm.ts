/**
 * What is used of the npm client node-zookeeper-client 1.1.3: its connection, which finds servers, keeps watches and
 * comes back with the same session, and its records. Its operations are not used: they refuse bad paths before a
 * server has seen them, know no `sync`, and send version 0 in a transaction as "any".
 */

import {
  CODES,
  type ErrorCode,
  type Failure,
  type Request,
  type Result,
  type SessionId,
  type Stat,
  type Write,
} from "quorumlab/ensemble";
import { dataOf } from "./data.ts";

type Long = "czxid" | "mzxid" | "pzxid" | "ctime" | "mtime" | "ephemeralOwner";
type NpmStat = Readonly<Record<Long, Buffer> & Record<Exclude<keyof Stat, Long>, number>>;

/** An answer as the npm client reads it: what its kind has no use for is left out. A long is a buffer. */
type Answer = {
  readonly path?: string;
  readonly data?: Buffer;
  readonly children?: readonly string[];
  readonly stat?: NpmStat;
  /** Of a multi: what came of each operation; `err` when it failed as a whole. */
  readonly results?: readonly (Answer & { readonly err?: number })[];
};
type Callback = (
  error: { readonly code: number } | null,
  response?: { readonly payload: Answer | null },
) => void;
type Register = (path: string, watcher: (event: NpmEvent) => void) => void;

export type NpmEvent = { readonly type: number; readonly path: string };

export type NpmConnection = {
  readonly socket?: { destroy(): void };
  pendingBuffer: Buffer | null;
  readonly packetQueue: { readonly queue: unknown[] };
  queue(request: object, callback: Callback): void;
  setState(state: number): void;
  onSocketData(bytes: Buffer): void;
  registerDataWatcher: Register;
  registerChildWatcher: Register;
  registerExistenceWatcher: Register;
};

export type NpmClient = {
  readonly connectionManager: NpmConnection;
  connect(): void;
  on(event: "state", listener: (state: { readonly name: string }) => void): void;
  getSessionId(): Buffer;
  getSessionTimeout(): number;
};

export type Npm = {
  createClient(servers: string, options: object): NpmClient;
  readonly ACL: { readonly OPEN_ACL_UNSAFE: readonly { toRecord(): object }[] };
};

type Jute = {
  readonly OP_CODES: Readonly<Record<string, number>>;
  readonly protocol: Readonly<Record<string, new () => object>>;
  readonly Request: new (header: object, payload: object | null) => { toBuffer(): Buffer };
  readonly TransactionRequest: new (ops: readonly object[]) => object;
};

/** The npm client, and requests in its words. */
export type Loaded = {
  readonly npm: Npm;
  translated(request: Request): object;
};

/** Loads the npm client: whoever opens no session does without it. */
export async function loadNpm(): Promise<Loaded> {
  const load = async (path: string) => ((await import(path)) as { default: unknown }).default;
  const npm = (await load("node-zookeeper-client")) as Npm;
  const jute = (await load("node-zookeeper-client/lib/jute/index.js")) as Jute;
  return { npm, translated: (request) => translated(npm, jute, request) };
}

/** For each kind of request, its number and its record, by their names. */
const NAMES = {
  create: ["CREATE", "CreateRequest"],
  delete: ["DELETE", "DeleteRequest"],
  setData: ["SET_DATA", "SetDataRequest"],
  check: ["CHECK", "CheckVersionRequest"],
  exists: ["EXISTS", "ExistsRequest"],
  getData: ["GET_DATA", "GetDataRequest"],
  getChildren: ["GET_CHILDREN2", "GetChildren2Request"],
  // A sync is a path and nothing else, as the record that is named.
  sync: ["SYNC", "GetACLRequest"],
  closeSession: ["CLOSE_SESSION", ""],
  multi: ["MULTI", ""],
} as const;
const MODES = ["persistent", "ephemeral", "persistentSequential", "ephemeralSequential"];

function translated({ ACL }: Npm, jute: Jute, request: Request): object {
  const acls = ACL.OPEN_ACL_UNSAFE;
  const fields = (one: Request | Write) => {
    const type = jute.OP_CODES[NAMES[one.kind][0]];
    const data = "data" in one ? Buffer.from(one.data as string) : undefined;
    const mode = one.kind === "create" ? MODES.indexOf(one.mode) : 0;
    return {
      ...one,
      type,
      data,
      mode,
      flags: mode,
      acls,
      acl: acls.map((each) => each.toRecord()),
    };
  };
  const record = (name: string, own: object) => {
    const Record = jute.protocol[name];
    return Record === undefined ? null : Object.assign(new Record(), own);
  };
  const { type } = fields(request);
  const header = record("RequestHeader", { type }) ?? {};
  const sent = new jute.Request(
    header,
    request.kind === "multi"
      ? new jute.TransactionRequest(request.ops.map(fields))
      : record(NAMES[request.kind][1], fields(request)),
  );
  if (request.kind !== "sync") return sent;
  // The npm client sends a sync, but cannot read its answer: it takes it for that of a delete, which says nothing.
  const bytes = () => {
    const whole = jute.Request.prototype.toBuffer.call(sent);
    Object.assign(header, { type: jute.OP_CODES.DELETE });
    return whole;
  };
  return Object.assign(sent, { toBuffer: bytes });
}

/**
 * An answer in the ensemble's words.
 *
 * @param code 0 when all is well
 */
export function resultOf(request: Request, code: number, answer: Answer): Result | Failure {
  if (code !== 0) return { kind: "error", code: codeOf(code) };
  if (request.kind !== "multi") return partOf(request.kind, answer);
  const { results = [] } = answer;
  if (results.every(({ err }) => err === undefined)) {
    const parts = results.map((part, at) => partOf(request.ops[at]?.kind ?? "check", part));
    return { kind: "multi", results: parts };
  }
  const outcomes = results.map(({ err = 0 }) => (err === 0 ? "Ok" : codeOf(err)));
  const failed = outcomes.find((outcome) => outcome !== "Ok") ?? "SystemError";
  return { kind: "error", code: failed, outcomes };
}

function codeOf(number: number): ErrorCode {
  const known = Object.entries(CODES).find(([, each]) => each === number);
  return (known?.[0] as ErrorCode | undefined) ?? "SystemError";
}

/** What is missing was not asked for by this kind, but for a created node's Stat: the npm client cannot ask for it. */
function partOf(
  kind: Result["kind"],
  { path, data = Buffer.alloc(0), children, stat }: Answer,
): Result {
  return { kind, path, data: dataOf(data), children, stat: stat && statOf(stat) } as Result;
}

function statOf(stat: NpmStat): Stat {
  const long = (bytes: Buffer) => Number(bytes.readBigInt64BE());
  const { version, cversion, aversion, dataLength, numChildren } = stat;
  return {
    czxid: long(stat.czxid),
    mzxid: long(stat.mzxid),
    pzxid: long(stat.pzxid),
    ctime: long(stat.ctime),
    mtime: long(stat.mtime),
    ephemeralOwner: sessionId(stat.ephemeralOwner),
    ...{ version, cversion, aversion, dataLength, numChildren },
  };
}

/**
 * A session's id as a number. A server's ids are its own number (8 bits), the time in milliseconds when it started
 * (40) and a counter (16). The server's number goes to the high bits of the time, so that two sessions share an id
 * only if their servers were started in such milliseconds days apart, and have counted alike.
 *
 * Source: SessionTrackerImpl.initializeNextSessionId.
 */
export function sessionId(bytes: Buffer): SessionId {
  const id = bytes.readBigUInt64BE();
  return Number(BigInt.asUintN(53, id ^ ((id >> 56n) << 45n)));
}
