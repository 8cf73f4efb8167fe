/** What a log is: one value at an offset, each value once, and a producer's records in sequence. */

import type { Findings } from "./findings.ts";
import { type Partition, type Place, type Places, shown } from "./partition.ts";

/** Finds offsets with two values and values at two offsets. */
export function judgeContents({ name }: Partition, places: Places, found: Findings): void {
  const placeOfValue = new Map<string, Place>();
  let last: Place | undefined;
  for (const place of places) {
    const { offset, value, write, evidence } = place;
    if (last?.offset === offset) {
      const why = `Offset ${offset} of ${name} is ${shown(last)} and ${shown(place)}.`;
      const ids = [last.write?.send.id, write?.send.id, last.evidence?.id, evidence?.id];
      found.add("inconsistent-offsets", ids, why);
    }
    last = place;
    const other = placeOfValue.get(value);
    placeOfValue.set(value, place);
    if (other === undefined) continue;
    const at = ({ offset, evidence }: Place) => `offset ${offset} (${evidence?.who})`;
    const sender = write === undefined ? "" : `, though ${write.send.client} sent it once`;
    const why = `${value} is at ${at(other)} and at ${at(place)} of ${name}${sender}.`;
    found.add("duplicate", [write?.send.id, other.evidence?.id, evidence?.id], why);
  }
}

/** A record of an idempotent producer, the last one in the log so far. */
type Step = {
  readonly epoch: number;
  readonly sequence: number;
  readonly offset: number;
  /** How many places stand before it. */
  readonly index: number;
  readonly id?: number;
};

/**
 * Finds breaks in the sequences of idempotent producers. A number is missing only if it cannot be
 * at an offset of which nothing is known.
 */
export function judgeSequences({ name, lost }: Partition, places: Places, found: Findings): void {
  const steps = new Map<number, Step>();
  for (const [index, { offset, value, write }] of places.entries()) {
    const send = write?.send;
    if (send?.producer === undefined) continue;
    const { id: producer, epoch, sequence } = send.producer;
    const last = steps.get(producer) ?? { epoch, sequence: -1, offset: -1, index: -1 };
    const wrong = (saying: string) => {
      const record = `${value} of ${send.client} at offset ${offset} of ${name}`;
      const why = `${record} has sequence ${sequence} of epoch ${epoch}, but ${saying}.`;
      found.add("producer-sequence", [last.id, send.id], why);
    };
    if (epoch < last.epoch) {
      wrong(`epoch ${last.epoch} had begun at offset ${last.offset}`);
      continue;
    }
    const due = epoch === last.epoch ? last.sequence + 1 : 0;
    const unknown = Math.max(0, offset - last.offset - (index - last.index));
    if (sequence < due) wrong(`sequence ${last.sequence} is at offset ${last.offset} already`);
    // A leader that has lost a producer's records takes any sequence from it.
    else if (sequence > due + unknown && lost.epoch < 0)
      wrong(`sequence ${due} is nowhere before it`);
    steps.set(producer, { epoch, sequence, offset, index, id: send.id });
  }
}
