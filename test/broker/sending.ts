/** Messages for a scripted broker, and what may happen to the requests that bring them. */

import type { KafkaHost } from "../../lib/broker/client.ts";
import type { Produce, Request } from "../../lib/broker/messages.ts";
import { createProducer, type ProducerOptions } from "../../lib/broker/producer.ts";
import { outcomeOf, play, REFUSED, type Scene, type Script, valuesIn } from "./scripted.ts";

const brokers = ["b"];

/** Sends the values to partition 0, none waiting for the one before. A batch has one message unless told. */
export async function send(
  values: readonly string[],
  options: Partial<ProducerOptions> = {},
  { everyMs = 0, ...scene }: Scene & { readonly everyMs?: number } = {},
) {
  const outcomes: unknown[] = [];
  const program = async (host: KafkaHost) => {
    const producer = createProducer(host, { brokers, batchBytes: 1, ...options });
    const sent = values.map(async (value, i) => {
      await host.sleep(i * everyMs);
      return (await producer.send({ topic: "t", value, partition: 0 })).offset;
    });
    outcomes.push(...(await Promise.all(sent.map(outcomeOf))));
    await producer.close();
  };
  const { kept, run } = await play(program, scene);
  return { outcomes, written: valuesIn(kept), asked: kept.asked, run };
}

/** Something else happens to the produce requests of these numbers, counted from 0. */
export function to(nths: readonly number[], what: Script): Script {
  let nth = -1;
  return (request, healthy) => {
    if (request.kind !== "produce") return healthy();
    nth += 1;
    return nths.includes(nth) ? what(request, healthy) : healthy();
  };
}

export const refuse: Script = () => REFUSED("NOT_ENOUGH_REPLICAS");
export const loseRequest: Script = () => null;
export const loseAnswer: Script = (_, healthy) => {
  healthy();
  return null;
};

export function produced(asked: readonly Request[]): Produce[] {
  return asked.filter((request): request is Produce => request.kind === "produce");
}
