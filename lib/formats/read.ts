/** From the events that a tool wrote down to a history and the model that it is judged by. */

import { type Call, type History, type Model, Recorder } from "quorumlab/check";
import { type Event, eventsOf } from "./events.ts";
import { Unreadable } from "./unreadable.ts";
import { VOCABULARIES, WRONG } from "./vocabulary.ts";

/** The names by which `readHistory` knows objects. */
export const MODEL_NAMES: readonly string[] = Object.keys(VOCABULARIES);

export type ReadHistory = {
  readonly history: History;
  readonly model: Model<unknown, unknown, unknown>;
};

type Open = { readonly event: Event; readonly call: Call<unknown> };

/**
 * Reads a history that a test tool wrote down. The lines stand in the order in which things happened;
 * a time that they name is not looked at. `ok` returned, `fail` did not happen, and of `info`, or of
 * an operation that does not end, nobody knows. In Jepsen's log, a cas that failed is one that
 * answered "it was not", and a read that failed tells nothing.
 *
 * @param text Jepsen's log, EDN (Jepsen's, or Porcupine's key–value format) or JSON lines: recognised
 *   from what is in it
 * @param name of the object: register, cas-register, kv, set, queue, mutex or log
 * @returns the history, its times being places in it, and the model
 * @throws Unreadable, with the place, when this is no history of such an object
 */
export function readHistory(text: string, name: string): ReadHistory {
  const vocabulary = Object.hasOwn(VOCABULARIES, name) ? VOCABULARIES[name] : undefined;
  if (vocabulary === undefined) {
    throw new Unreadable(
      `There is no model ${name}; one of ${MODEL_NAMES.join(", ")} was expected.`,
    );
  }
  const { format, events } = eventsOf(text);
  if (events.length === 0) throw new Unreadable("There are no events in it.");
  const recorder = new Recorder<unknown, unknown>();
  const open = new Map<string, Open>();
  const outputs: unknown[] = [];
  events.forEach((event, at) => {
    const { process, place, f, type } = event;
    const operation = Object.hasOwn(vocabulary.operations, f)
      ? vocabulary.operations[f]
      : undefined;
    if (operation === undefined) {
      const known = Object.keys(vocabulary.operations).join(", ");
      throw new Unreadable(`${place}: ${f} is no operation of a ${name}; those are ${known}.`);
    }
    const before = open.get(process);
    if (type === "invoke") {
      if (before !== undefined) {
        const since = `its ${before.event.f} of ${before.event.place} has not ended`;
        throw new Unreadable(`${place}: process ${process} invokes ${f}, but ${since}.`);
      }
      const input = operation.input(event);
      if (input === WRONG) throw wrong(event, "takes");
      open.set(process, { event, call: recorder.invoke(process, input, at) });
      return;
    }
    if (before?.event.f !== f) {
      const instead = before === undefined ? "nothing" : before.event.f;
      throw new Unreadable(`${place}: process ${process} ends ${f}, but ${instead} is under way.`);
    }
    open.delete(process);
    const answer = type === "fail" && format === "jepsen-log" ? failedInLog(f) : { type };
    if (answer.type === "fail") before.call.fail(at);
    if (answer.type === "info") before.call.info();
    if (answer.type === "ok") {
      const output = operation.output("value" in answer ? answer.value : event.value);
      if (output === WRONG) throw wrong(event, "returns");
      outputs.push(output);
      before.call.ok(output, at);
    }
  });
  return { history: recorder.history(), model: vocabulary.model(outputs) };
}

/** What Jepsen's log means by a failure: a cas was answered "it was not", and of a read nothing is known. */
function failedInLog(f: string): { readonly type: Event["type"]; readonly value?: unknown } {
  if (f === "cas") return { type: "ok", value: false };
  return { type: f === "read" ? "info" : "fail" };
}

function wrong({ place, f, key, value }: Event, verb: "takes" | "returns"): Unreadable {
  const of = key === undefined ? "" : ` of key ${key}`;
  return new Unreadable(
    `${place}: ${f}${of} with the value ${JSON.stringify(value)}, which is nothing that ${f} ${verb}.`,
  );
}
