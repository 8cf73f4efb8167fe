/** As much of a ZooKeeper server as a client can be tested with: sessions are granted, and a test answers the rest. */

import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

export const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
export const long = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};
/** A string or a buffer: its length, and what is in it. */
export const text = (value: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([int(bytes.length), bytes]);
};
/** A Stat whose fields are all 0 but for its owner. */
export const stat = (owner = 0n): Buffer =>
  Buffer.concat([Buffer.alloc(44), long(owner), Buffer.alloc(16)]);

export const OP = { create: 1, exists: 3, getData: 4, sync: 9, multi: 14, close: -11 };

/** A request as it came: `body` is what follows the header. */
export type Asked = { readonly xid: number; readonly type: number; readonly body: Buffer };

/** What is answered: a code and a body, and frames that leave with it. */
export type Given = { readonly code?: number; readonly body?: Buffer; readonly after?: Buffer };

export class FakeServer {
  /** Every request but heartbeats, and how often a client has come. */
  readonly asked: Asked[] = [];
  connections = 0;
  /** What the next client is granted; a timeout of 0 tells it that its session has expired. */
  timeoutMs = 30_000;
  session = 0x0100_0191_2345_0001n;
  /** Answers a request; undefined leaves it without an answer. */
  answer: (asked: Asked) => Given | undefined = () => ({});
  /** Whether it hears, and says nothing. */
  isSilent = false;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => this.serve(socket));

  async listen(): Promise<string> {
    await once(this.server.listen(0, "127.0.0.1"), "listening");
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Ends every connection. */
  drop(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  close(): void {
    this.drop();
    this.server.close();
  }

  private serve(socket: Socket): void {
    this.connections += 1;
    this.sockets.add(socket);
    socket.on("error", () => {}).on("close", () => this.sockets.delete(socket));
    let bytes = Buffer.alloc(0);
    let isGreeted = false;
    socket.on("data", (more: Buffer) => {
      bytes = Buffer.concat([bytes, more]);
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE()) {
        const frame = bytes.subarray(4, 4 + bytes.readInt32BE());
        bytes = bytes.subarray(4 + frame.length);
        if (isGreeted) this.hear(socket, frame);
        else this.greet(socket);
        isGreeted = true;
      }
    });
  }

  private greet(socket: Socket): void {
    if (this.isSilent) return;
    const session = this.timeoutMs === 0 ? 0n : this.session;
    socket.write(
      text(Buffer.concat([int(0), int(this.timeoutMs), long(session), text(Buffer.alloc(16))])),
    );
  }

  private hear(socket: Socket, frame: Buffer): void {
    const asked = { xid: frame.readInt32BE(), type: frame.readInt32BE(4), body: frame.subarray(8) };
    const isHeartbeat =
      asked.type === OP.exists && asked.body.equals(Buffer.concat([text("/"), Buffer.from([0])]));
    if (!isHeartbeat) this.asked.push(asked);
    const given = isHeartbeat ? { body: stat() } : this.answer(asked);
    if (given === undefined || this.isSilent) return;
    const { code = 0, body = Buffer.alloc(0), after = Buffer.alloc(0) } = given;
    const reply = Buffer.concat([int(asked.xid), long(7n), int(code), body]);
    socket.write(Buffer.concat([text(reply), after]));
  }
}

/** The frame of an event: 1 created, 2 deleted, 3 data changed, 4 children changed. */
export const event = (type: number, path: string): Buffer =>
  text(Buffer.concat([int(-1), long(-1n), int(0), int(type), int(3), text(path)]));
