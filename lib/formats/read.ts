/** From the events that a tool wrote down to a history and the model that it is judged by. */

import { type Call, type History, keyOf, type Model, Recorder } from "quorumlab/check";
import { type Event, eventsOf } from "./events.ts";
import { shown, Unreadable } from "./unreadable.ts";
import { type Operation, VOCABULARIES, type Vocabulary, WRONG } from "./vocabulary.ts";

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
 * an operation that does not end, nobody knows. In Jepsen's log, a cas that failed without an
 * error is one that answered "it was not", and a read that failed tells nothing. Registers whose
 * operations have a key, or values [key, value] as those of Jepsen's `independent`, are one for each key.
 * A register begins as nil, all else empty or free; an absent key is nil, or "" when some get returned
 * that and none nil.
 *
 * @param text Jepsen's log, EDN (Jepsen's, or Porcupine's key–value format) or JSON lines: recognised
 *   from what is in it
 * @param name of the object: register, cas-register, kv, set, queue, mutex or log
 * @returns the history, its times being places in it, and the model
 * @throws Unreadable, with the place if there is one, when this is no history of such an object
 */
export function readHistory(text: string, name: string): ReadHistory {
  const vocabulary = Object.hasOwn(VOCABULARIES, name) ? VOCABULARIES[name] : undefined;
  if (vocabulary === undefined) {
    throw new Unreadable(
      `There is no model ${name}; one of ${MODEL_NAMES.join(", ")} was expected.`,
    );
  }
  const { format, events: written } = eventsOf(text);
  const events = name === "register" || name === "cas-register" ? byKey(written) : written;
  if (events.length === 0) throw new Unreadable("There are no events in it.");
  const recorder = new Recorder<unknown, unknown>();
  const open = new Map<string, Open>();
  events.forEach((event, at) => {
    const operation = operationOf(event, vocabulary, name);
    const before = open.get(event.process);
    expectOpen(event, before);
    if (before === undefined) {
      const input = operation.input(event);
      if (input === WRONG) throw wrong(event, "takes");
      open.set(event.process, { event, call: recorder.invoke(event.process, input, at) });
      return;
    }
    open.delete(event.process);
    const { type, value } = format === "jepsen-log" ? inLog(event) : event;
    if (type === "fail") before.call.fail(at);
    if (type === "info") before.call.info();
    if (type === "ok") {
      const output = operation.output(value);
      if (output === WRONG) throw wrong(event, "returns");
      before.call.ok(output, at);
    }
  });
  const history = recorder.history();
  return { history, model: vocabulary.model(history) };
}

/** Jepsen's independent keys: each value is [key, value], and a read asks for [key, nil]. */
function byKey(events: readonly Event[]): readonly Event[] {
  const isKeyed = events.some((event) => {
    const [key, value] = pairOf(event.value);
    const isCasOfKey = event.f === "cas" && pairOf(value).length === 2;
    const isReadOfKey = event.f === "read" && key !== undefined && value === null;
    return event.type === "invoke" && (isReadOfKey || isCasOfKey);
  });
  if (!isKeyed) return events;
  return events.map((event) => {
    const [key, value = event.value] = pairOf(event.value);
    const isNeeded = event.type === "invoke" || (event.type === "ok" && event.f === "read");
    if (key === undefined && isNeeded) {
      throw new Unreadable(
        `${event.place}: the value ${shown(event.value)}; reads ask for [key, nil], so [key, value] was expected.`,
      );
    }
    return key === undefined ? event : { ...event, key: keyOf(key), value };
  });
}

/** The two values of [a, b], also where Jepsen says what the pair is; otherwise none. */
function pairOf(value: unknown): readonly unknown[] {
  const isTuple = typeof value === "object" && value !== null && "tag" in value && "val" in value;
  const pair = isTuple && value.tag === "jepsen.independent/tuple" ? value.val : value;
  return Array.isArray(pair) && pair.length === 2 ? pair : [];
}

function operationOf({ place, f }: Event, { operations }: Vocabulary, name: string): Operation {
  const operation = Object.hasOwn(operations, f) ? operations[f] : undefined;
  if (operation !== undefined) return operation;
  const known = Object.keys(operations).join(", ");
  throw new Unreadable(`${place}: ${f} is no operation of a ${name}; those are ${known}.`);
}

/** An invocation finds nothing of its process under way, an end what it ends. */
function expectOpen({ place, process, type, f, key }: Event, before: Open | undefined): void {
  if (type === "invoke" && before !== undefined) {
    const since = `its ${before.event.f} of ${before.event.place} has not ended`;
    throw new Unreadable(`${place}: process ${process} invokes ${f}, but ${since}.`);
  }
  if (before !== undefined && key !== undefined && before.event.key !== key) {
    const of = `but its ${f} of key ${before.event.key} is under way`;
    throw new Unreadable(`${place}: process ${process} ends ${f} of key ${key}, ${of}.`);
  }
  if (type !== "invoke" && before?.event.f !== f) {
    const instead = before === undefined ? "nothing" : before.event.f;
    throw new Unreadable(`${place}: process ${process} ends ${f}, but ${instead} is under way.`);
  }
}

/** What Jepsen's log means by a failure: without an error a cas was answered "it was not"; of a read nothing is known. */
function inLog({ type, f, value, error }: Event): Pick<Event, "type" | "value"> {
  if (type !== "fail") return { type, value };
  return f === "cas" && error === undefined
    ? { type: "ok", value: false }
    : { type: f === "read" ? "info" : "fail", value };
}

function wrong({ place, f, key, value }: Event, verb: "takes" | "returns"): Unreadable {
  const of = key === undefined ? "" : ` of key ${key}`;
  return new Unreadable(
    `${place}: ${f}${of} with the value ${shown(value)}, which is nothing that ${f} ${verb}.`,
  );
}
