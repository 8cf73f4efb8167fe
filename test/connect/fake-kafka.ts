/** As much of a Kafka broker as a client can be tested with: it leads and coordinates everything, and a test answers the rest. */

import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Reader, Writer } from "@platformatic/kafka";
import type { KafkaError } from "quorumlab/broker";
import { afterEach, beforeEach, expect } from "vitest";

/** The numbers of Kafka's requests. */
const API = {
  ...{ produce: 0, fetch: 1, listOffsets: 2, metadata: 3, offsetCommit: 8, offsetFetch: 9 },
  ...{ findCoordinator: 10, joinGroup: 11, heartbeat: 12, leaveGroup: 13, syncGroup: 14 },
  ...{ createTopics: 19, initProducerId: 22, electLeaders: 43 },
} as const;
type Name = keyof typeof API;

/** A request: what follows its header. */
export type Asked = { readonly name: Name | undefined; readonly body: Buffer };

const compact = true;
const noTags = false;

export class FakeKafka {
  /** Every request but those about who leads and coordinates, in order. */
  readonly asked: Asked[] = [];
  address = "";
  /** The topics that there are, and how many partitions each has. */
  topics: Record<string, number> = { t: 10 };
  /** Answers a request; undefined leaves it without an answer, and "end" ends the connection instead. */
  answer: (name: Name, body: Reader) => Writer | undefined | "end" = () => undefined;
  private readonly sockets = new Set<Socket>();
  private readonly opened: { close(): Promise<void> }[] = [];
  private server = createServer();

  async begin(): Promise<void> {
    this.server = createServer((socket) => this.serve(socket));
    await once(this.server.listen(0, "127.0.0.1"), "listening");
    this.address = `127.0.0.1:${this.port()}`;
  }

  /** A client that is closed before the broker is gone. */
  closes<T extends { close(): Promise<void> }>(client: T): T {
    this.opened.push(client);
    return client;
  }

  async end(): Promise<void> {
    this.answer = () => "end";
    await Promise.allSettled(this.opened.splice(0).map((each) => each.close()));
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    this.asked.length = 0;
    this.topics = { t: 10 };
  }

  /** The bodies of all requests of one kind. */
  of(name: Name): Reader[] {
    return this.asked.filter((each) => each.name === name).map(({ body }) => Reader.from(body));
  }

  private port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("error", () => {}).on("close", () => this.sockets.delete(socket));
    let bytes = Buffer.alloc(0);
    socket.on("data", (more: Buffer) => {
      bytes = Buffer.concat([bytes, more]);
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE()) {
        const frame = bytes.subarray(4, 4 + bytes.readInt32BE());
        bytes = bytes.subarray(4 + frame.length);
        this.hear(socket, frame);
      }
    });
  }

  private hear(socket: Socket, frame: Buffer): void {
    const reader = Reader.from(frame);
    const [key, , call] = [reader.readInt16(), reader.readInt16(), reader.readInt32()];
    reader.readNullableString(false);
    reader.readTaggedFields();
    const body = frame.subarray(reader.position);
    const name = (Object.keys(API) as Name[]).find((each) => API[each] === key);
    const known = this.known(name, Reader.from(body));
    if (known === undefined) this.asked.push({ name, body });
    const given = known ?? this.answer(name as Name, Reader.from(body));
    if (given === "end") socket.destroy();
    if (given === undefined || given === "end") return;
    const reply = Writer.create().appendInt32(call).appendTaggedFields().appendFrom(given);
    socket.write(reply.prependLength().buffer);
  }

  /** What every broker knows. */
  private known(name: Name | undefined, body: Reader): Writer | undefined {
    if (name === "metadata") return this.metadata(body.readArray((each) => each.readString()));
    if (name !== "findCoordinator") return undefined;
    return Writer.create()
      .appendInt32(0)
      .appendArray([""], (writer, key) =>
        writer
          .appendString(key)
          .appendInt32(1)
          .appendString("127.0.0.1")
          .appendInt32(this.port())
          .appendInt16(0)
          .appendString(null),
      )
      .appendTaggedFields();
  }

  private metadata(topics: readonly string[]): Writer {
    return Writer.create()
      .appendInt32(0)
      .appendArray([1], (writer, id) =>
        writer
          .appendInt32(id)
          .appendString("127.0.0.1")
          .appendInt32(this.port())
          .appendString(null),
      )
      .appendString("cluster")
      .appendInt32(1)
      .appendArray([...topics], (writer, topic) => {
        const ids = [...Array(this.topics[topic] ?? 0).keys()];
        writer
          .appendInt16(ids.length === 0 ? 3 : 0)
          .appendString(topic)
          .appendBoolean(false)
          .appendArray(ids, partitionInfo)
          .appendInt32(0);
      })
      .appendInt32(0)
      .appendTaggedFields();
  }
}

function partitionInfo(writer: Writer, id: number): void {
  const replicas = (each: Writer, replica: number) => each.appendInt32(replica);
  writer.appendInt16(0).appendInt32(id).appendInt32(1).appendInt32(5);
  for (const ids of [[1], [1], []]) writer.appendArray(ids, replicas, compact, noTags);
}

/** A broker for each test of a file. */
export function withBroker(): FakeKafka {
  const broker = new FakeKafka();
  beforeEach(() => broker.begin());
  afterEach(() => broker.end());
  return broker;
}

/** How a call fails. */
export async function failure(asked: Promise<unknown>): Promise<KafkaError> {
  return asked.then(
    (value) => expect.fail(`it gave ${JSON.stringify(value)}`),
    (error: KafkaError) => error,
  );
}
