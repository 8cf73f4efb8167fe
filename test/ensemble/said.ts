/** What servers and clients say to each other, and what a server asks for, in short words to compare. */

import { type EnsembleMessage, type Ordered, type Request, zxidText } from "quorumlab/ensemble";
import type { Effect } from "quorumlab/sim";

type Entries = readonly { readonly zxid: number }[];

/** "propose 0x100000001 createSession" */
export function said(message: EnsembleMessage): string {
  switch (message.kind) {
    case "notification": {
      const { leader, epoch, zxid } = message.vote;
      return `${message.part}, round ${message.round}: ${leader} (${epoch}, ${zxidText(zxid)})`;
    }
    case "followerInfo":
      return `followerInfo ${message.acceptedEpoch}`;
    case "ackEpoch": {
      const { promised, currentEpoch, last } = message;
      return `ackEpoch ${promised ? "" : "without a promise "}(${currentEpoch}, ${zxidText(last)})`;
    }
    case "diff":
      return `diff${listed(message.entries)}`;
    case "trunc":
      return `trunc to ${zxidText(message.to)}${listed(message.entries)}`;
    case "snap":
      return `snap ${zxidText(message.zxid)}${listed(message.entries)}`;
    case "leaderInfo":
    case "newLeader":
    case "ackNewLeader":
      return `${message.kind} ${message.epoch}`;
    case "upToDate":
      return `upToDate ${zxidText(message.committed)}`;
    case "propose":
      return `propose ${zxidText(message.entry.zxid)} ${message.entry.txn.kind}`;
    case "ack":
    case "commit":
      return `${message.kind} ${zxidText(message.zxid)}`;
    case "ping":
    case "pong":
      return `${message.kind} ${message.ping}`;
    default:
      return saidOfClients(message);
  }
}

function saidOfClients(message: EnsembleMessage): string {
  switch (message.kind) {
    case "request":
    case "forward":
      return `${message.kind} ${message.xid} ${asked(message.request)}`;
    case "reply": {
      const { xid, zxid, result } = message;
      return `reply ${xid} ${result.kind === "error" ? result.code : "ok"} as of ${zxidText(zxid)}`;
    }
    case "connect": {
      const { session, lastZxid } = message;
      return `connect ${zxidText(session)}${lastZxid > 0 ? `, seen ${zxidText(lastZxid)}` : ""}`;
    }
    case "connected":
      return `connected ${zxidText(message.session)}${message.readOnly ? " to read" : ""}`;
    case "heartbeat":
      return `heartbeat ${message.beat}`;
    case "heard":
      return `heard ${message.beat}${message.counted ? "" : ", not counted"}`;
    case "touched":
      return `touched ${message.beat}${message.counted ? "" : ", not counted"}`;
    case "touch":
      return `touch ${message.beat}`;
    case "event":
      return `event ${message.type} ${message.path}`;
    case "setWatches":
      return `setWatches since ${zxidText(message.lastZxid)}`;
    case "revalidate":
      return `revalidate ${zxidText(message.session)}`;
    case "revalidated":
      return `revalidated ${zxidText(message.session)}, ${message.timeoutMs} ms`;
    default:
      return message.kind;
  }
}

function listed(entries: Entries): string {
  return entries.length === 0 ? "" : ` + ${entries.map(({ zxid }) => zxidText(zxid)).join(" ")}`;
}

function asked(request: Request | Ordered): string {
  return "path" in request ? `${request.kind} ${request.path}` : request.kind;
}

/** "s1: ack 0x100000001", "append 0x100000001": timers are left out. */
export function effects(list: readonly Effect<EnsembleMessage>[]): string[] {
  return list.flatMap((effect) => {
    switch (effect.kind) {
      case "send":
        return `${effect.to}: ${said(effect.message)}${effect.beforeSync ? ", at once" : ""}`;
      case "connect":
      case "close":
        return `${effect.kind} ${effect.to}`;
      case "append":
        return `append ${zxidText((effect.entry as Entries[number]).zxid)}`;
      case "cutTail":
        return `cut from ${effect.from}`;
      case "dropHead":
        return `drop before ${effect.before}`;
      case "put":
        return typeof effect.value === "number"
          ? `put ${effect.cell} ${effect.value}`
          : `put ${effect.cell}`;
      default:
        return [];
    }
  });
}
