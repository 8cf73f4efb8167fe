/**
 * A toy database: it takes whatever write it is sent, answers at once, copies the write to its standbys when it can,
 * and copies the master when a tracker says that another one is it. It believes its clients and its tracker; what
 * that costs is the story of the first chapters.
 */

import type { Data } from "quorumlab/ensemble";
import type { NodeId, Protocol } from "quorumlab/sim";
import type { TrackerMessage } from "./tracker.ts";

export type DatabaseRequest = Readonly<
  | { kind: "write"; call: number; key: string; value: Data }
  | { kind: "read"; call: number; key: string }
>;
export type Written = Readonly<{ kind: "written"; call: number }>;
export type Value = Readonly<{ kind: "value"; call: number; value: Data | null }>;
/** Between databases: one write to copy, or a standby that wants everything. */
type Copying = Readonly<
  | { kind: "copy"; key: string; value: Data }
  | { kind: "copyAll" }
  | { kind: "all"; data: Record<string, Data> }
>;
export type DatabaseMessage = DatabaseRequest | Written | Value | Copying | TrackerMessage;

export type DatabaseState = {
  /** What it takes itself for: what a tracker last told it. */
  role: "master" | "standby";
  readonly self: NodeId;
  master: NodeId | null;
  data: Record<string, Data>;
  connected: NodeId[];
};

export type DatabaseOptions = {
  /** Whom to send heartbeats: the server called "tracker" unless told. */
  readonly trackers?: readonly NodeId[];
  /** The other databases, which get a copy of every write: none unless told. */
  readonly copies?: readonly NodeId[];
};

const HEARTBEAT_MS = 20;

/** A database. */
export function database(options: DatabaseOptions = {}): Protocol<DatabaseState, DatabaseMessage> {
  const { trackers = ["tracker"], copies = [] } = options;

  return {
    wire: "connection",

    onStart(self, _saved, _nowMs, out) {
      for (const peer of [...trackers, ...copies]) out.connect(peer);
      out.setTimer("heartbeat", HEARTBEAT_MS);
      return { role: "standby", self: self.id, master: null, data: {}, connected: [] };
    },

    onMessage(state, _nowMs, from, message, out) {
      switch (message.kind) {
        case "write":
          state.data[message.key] = message.value;
          out.send(from, { kind: "written", call: message.call });
          for (const to of copies.filter((copy) => state.connected.includes(copy))) {
            out.send(to, { kind: "copy", key: message.key, value: message.value });
          }
          return;
        case "read":
          out.send(from, {
            kind: "value",
            call: message.call,
            value: state.data[message.key] ?? null,
          });
          return;
        case "copy":
          // A master takes no copies: it believes that it alone is written to.
          if (state.role === "standby") state.data[message.key] = message.value;
          return;
        case "copyAll":
          out.send(from, { kind: "all", data: state.data });
          return;
        case "all":
          if (from === state.master) state.data = message.data;
          return;
        case "appointed":
          state.master = message.master;
          state.role = state.master === state.self ? "master" : "standby";
          if (state.role === "standby" && state.master !== null) {
            out.send(state.master, { kind: "copyAll" });
          }
      }
    },

    onTimer(state, _nowMs, _name, out) {
      for (const peer of [...trackers, ...copies]) {
        // Opening a connection that is open does nothing, so this also mends what broke.
        out.connect(peer);
        if (trackers.includes(peer) && state.connected.includes(peer)) {
          out.send(peer, { kind: "heartbeat" });
        }
      }
      out.setTimer("heartbeat", HEARTBEAT_MS);
    },

    onConnected(state, _nowMs, peer, out) {
      state.connected.push(peer);
      if (trackers.includes(peer)) out.send(peer, { kind: "heartbeat" });
    },

    onDisconnected(state, _nowMs, peer) {
      state.connected = state.connected.filter((node) => node !== peer);
    },
  };
}
