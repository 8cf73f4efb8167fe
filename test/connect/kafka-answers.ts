/** What a Kafka answers, about the topic "t" and the group "g". */

import { createRecordsBatch, Writer } from "@platformatic/kafka";

/** A code after which an answer says nothing more, as heartbeats do. */
export const coded = (code: number): Writer =>
  Writer.create().appendInt32(0).appendInt16(code).appendTaggedFields();

export const created = (code: number): Writer =>
  Writer.create()
    .appendInt32(0)
    .appendArray(["t"], (writer, topic) =>
      writer
        .appendString(topic)
        .appendUUID(null)
        .appendInt16(code)
        .appendString(null)
        .appendInt32(1)
        .appendInt16(1)
        .appendArray(null, () => {}),
    )
    .appendTaggedFields();

export const producerId = (id: bigint): Writer =>
  Writer.create().appendInt32(0).appendInt16(0).appendInt64(id).appendInt16(0).appendTaggedFields();

/** What a leader says of one partition, in an array of topics. */
function ofPartition(
  topic: string,
  partition: number,
  rest: (writer: Writer) => Writer,
): (writer: Writer) => Writer {
  return (writer) =>
    writer.appendArray([topic], (outer, name) =>
      outer
        .appendString(name)
        .appendArray([partition], (inner, id) => void rest(inner.appendInt32(id))),
    );
}

export const produced = (partition: number, code: number, offset: number): Writer =>
  ofPartition("t", partition, (writer) =>
    writer
      .appendInt16(code)
      .appendInt64(BigInt(offset))
      .appendInt64(-1n)
      .appendInt64(0n)
      .appendArray([], () => {})
      .appendString(null),
  )(Writer.create())
    .appendInt32(0)
    .appendTaggedFields();

/** Values at offsets from `base` on. */
export const fetched = (
  partition: number,
  code: number,
  base: number,
  values: readonly string[],
): Writer => {
  const messages = values.map((value) => ({
    topic: "t",
    value: Buffer.from(value),
    timestamp: 1n,
  }));
  const batch = values.length === 0 ? Buffer.alloc(0) : createRecordsBatch(messages).buffer;
  if (batch.length > 0) batch.writeBigInt64BE(BigInt(base));
  return ofPartition("t", partition, (writer) =>
    writer
      .appendInt16(code)
      .appendInt64(0n)
      .appendInt64(0n)
      .appendInt64(0n)
      .appendArray([], () => {})
      .appendInt32(-1)
      .appendBytes(batch),
  )(Writer.create().appendInt32(0).appendInt16(0).appendInt32(0)).appendTaggedFields();
};

export const listed = (partition: number, code: number, offset: number): Writer =>
  ofPartition("t", partition, (writer) =>
    writer.appendInt16(code).appendInt64(-1n).appendInt64(BigInt(offset)).appendInt32(5),
  )(Writer.create().appendInt32(0)).appendTaggedFields();

export const committed = (code: number): Writer =>
  ofPartition("t", 0, (writer) => writer.appendInt16(code))(
    Writer.create().appendInt32(0),
  ).appendTaggedFields();

/** @param offset -1 for nothing */
export const stored = (offset: number): Writer =>
  Writer.create()
    .appendInt32(0)
    .appendArray(["g"], (writer, group) => {
      writer.appendString(group);
      ofPartition("t", 0, (inner) =>
        inner.appendInt64(BigInt(offset)).appendInt32(-1).appendString("").appendInt16(0),
      )(writer).appendInt16(0);
    })
    .appendTaggedFields();

/**
 * To a member that has joined.
 *
 * @param members what each member of the group says of itself: to the one that leads
 */
export const joined = (
  code: number,
  generation: number,
  memberId: string,
  members: Readonly<Record<string, Buffer>> = {},
): Writer =>
  Writer.create()
    .appendInt32(0)
    .appendInt16(code)
    .appendInt32(generation)
    .appendString("consumer")
    .appendString("range")
    .appendString(Object.keys(members)[0] ?? "another")
    .appendString(memberId)
    .appendArray(Object.entries(members), (writer, [id, said]) => {
      writer.appendString(id).appendString(null).appendBytes(said);
    })
    .appendTaggedFields();

export const synced = (assignment: Buffer): Writer =>
  Writer.create()
    .appendInt32(0)
    .appendInt16(0)
    .appendString("consumer")
    .appendString("range")
    .appendBytes(assignment)
    .appendTaggedFields();
