/** A connection over TCP: both ends first say who they are, then send plain values, each on a line of base64. */

import type { Socket } from "node:net";
import { deserialize, serialize } from "node:v8";
import type { NodeId } from "quorumlab/sim";

/** Everything here stays on this machine. */
export const LOOPBACK = "127.0.0.1";

/** What becomes of a connection: a refused call is only ever closed. */
export type Listener = {
  opened(peer: NodeId, socket: Socket): void;
  heard(peer: NodeId, socket: Socket, value: unknown): void;
  closed(peer: NodeId, socket: Socket): void;
};

/** Sends a value. */
export function say(socket: Socket, value: unknown): void {
  socket.write(`${serialize(value).toString("base64")}\n`);
}

/** Starts a conversation. @param called whom, if the call is ours */
export function converse(self: NodeId, socket: Socket, listener: Listener, called?: NodeId): void {
  let peer: NodeId | undefined;
  let rest = "";
  say(socket, self);
  socket.setEncoding("latin1").on("data", (text) => {
    const lines = `${rest}${text}`.split("\n");
    // What is behind the last line end has not arrived whole.
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const value = deserialize(Buffer.from(line, "base64"));
      if (peer !== undefined) listener.heard(peer, socket, value);
      else {
        peer = value as NodeId;
        listener.opened(peer, socket);
      }
    }
  });
  // An error is followed by the close, which says enough.
  socket.on("error", () => {});
  socket.once("close", () => {
    const who = peer ?? called;
    if (who !== undefined) listener.closed(who, socket);
  });
}
