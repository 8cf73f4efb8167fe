/** ElectLeaders, version 2: the one request of ours that the npm client does not know. Source: ElectLeadersRequest.json. */

import type * as npm from "@platformatic/kafka";

type Answer = {
  readonly errorCode: number;
  readonly results: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly errorCode: number }[];
  }[];
};

/** @returns the request: of which election (0 preferred, 1 unclean) and of which partition */
export function electLeaders(
  kafka: typeof npm,
): npm.API<[election: number, topic: string, partition: number, timeoutMs: number], Answer> {
  const request = (election: number, topic: string, partition: number, timeoutMs: number) =>
    kafka.Writer.create()
      .appendInt8(election)
      .appendArray([topic], (writer, name) => {
        writer.appendString(name);
        writer.appendArray([partition], (inner, id) => inner.appendInt32(id), true, false);
      })
      .appendInt32(timeoutMs)
      .appendTaggedFields();
  const answer = (_call: number, _key: number, _version: number, reader: npm.Reader): Answer => {
    reader.readInt32();
    const errorCode = reader.readInt16();
    const results = reader.readArray((each) => ({
      topic: each.readString(),
      partitions: each.readArray((inner) => {
        const found = { partition: inner.readInt32(), errorCode: inner.readInt16() };
        inner.readNullableString();
        return found;
      }),
    }));
    return { errorCode, results };
  };
  return kafka.createAPI(43, 2, request, answer);
}
