/**
 * The lines that test tools write while clients work, as events. What is written is recognised from
 * the text itself:
 *
 * - Jepsen's log: `INFO  jepsen.util - 3  :invoke  :read  nil`
 * - EDN, an operation a line or all in one vector, as Jepsen's history.edn and Porcupine's key–value
 *   tests have it: `{:process 3, :type :invoke, :f :get, :key "x", :value nil}`
 * - JSON lines with the same fields: `{"process": 3, "type": "invoke", "f": "read", "value": null}`
 */

import { parseEDNString } from "edn-data";
import { quoted, shown, Unreadable } from "./unreadable.ts";

/** Something that a client was seen to do. */
export type Event = {
  /** Where it stands in the text, such as "line 12". */
  readonly place: string;
  readonly process: string;
  readonly type: "invoke" | "ok" | "fail" | "info";
  readonly f: string;
  readonly key: string | undefined;
  readonly value: unknown;
  /** What went wrong, where that is told. */
  readonly error: unknown;
};

/** How a text is written. */
export type Format = "jepsen-log" | "edn" | "json";

const LOGGED = /jepsen\.util[\s:-]+(:?\w+)\s+:(invoke|ok|fail|info)\s+:(\S+)\s*(.*)$/;
/** A line of the log that should have said more. */
const CUT_OFF = /jepsen\.util[\s:-]+\d+(\s|$)/;
/** In a log an error may stand behind the value. */
const WITH_ERROR = /^(.+?)\s+(:[^\s\]})]+)$/;

const EDN = {
  mapAs: "map",
  setAs: "set",
  listAs: "array",
  keywordAs: "string",
  symbolAs: "string",
  charAs: "string",
} as const;

/** The events of a text in the order in which they stand there; those of Jepsen's nemesis are left out. */
export function eventsOf(text: string): { readonly format: Format; readonly events: Event[] } {
  const format = formatOf(text);
  const found = READERS[format](text);
  return { format, events: found.filter(({ process }) => !/^:?nemesis$/.test(process)) };
}

const READERS: Readonly<Record<Format, (text: string) => Event[]>> = {
  "jepsen-log": (text) =>
    linesOf(text).flatMap(({ line, place }) => {
      const [, process = "", type = "", f = "", rest = ""] = LOGGED.exec(line) ?? [];
      if (process === "" && !CUT_OFF.test(line)) return [];
      if (process === "") {
        throw new Unreadable(`${place}: ${quoted(line)} is only a part of a line.`);
      }
      const [, value = rest, error] = WITH_ERROR.exec(rest) ?? [];
      const read = edn(value === "" ? "nil" : value, place);
      return [eventOf({ process, type, f, value: read, error }, place)];
    }),
  edn: (text) => (isWhole(text) ? listed(edn(text, "the text")) : ednLines(text)),
  json: (text) =>
    isWhole(text)
      ? listed(json(text, "the text"))
      : linesOf(text).map(({ line, place }) => eventOf(json(line, place), place)),
};

/** An event a line; if that is not so, one after the other. */
function ednLines(text: string): Event[] {
  let values: { readonly value: unknown; readonly place: string }[];
  try {
    values = linesOf(text).map(({ line, place }) => ({ value: edn(line, place), place }));
  } catch (error) {
    const all = ednList(text);
    if (all === undefined) throw error;
    return listed(all);
  }
  return values.map(({ value, place }) => eventOf(value, place));
}

function formatOf(text: string): Format {
  const start = fromFirstValue(text);
  if (/^(\[\s*)?\{\s*"/.test(start) || /^\[\s*\]/.test(start)) return "json";
  if (/^[[(]?\s*(#\S+\s*)?\{/.test(start)) return "edn";
  if (text.split("\n").some((line) => LOGGED.test(line))) return "jepsen-log";
  const [first = ""] = start.split("\n");
  throw new Unreadable(
    `It begins with ${first === "" ? "nothing" : quoted(first)}; ` +
      "Jepsen's log, EDN or JSON lines were expected.",
  );
}

/** Whether all events stand in one list. */
function isWhole(text: string): boolean {
  return /^[[(]/.test(fromFirstValue(text));
}

/** Without the comments and spaces that stand before everything else. */
function fromFirstValue(text: string): string {
  return text.replace(/^(\s|;.*)+/, "");
}

function linesOf(text: string): { readonly line: string; readonly place: string }[] {
  return text
    .split(/\r?\n/)
    .map((line, at) => ({ line: line.trim(), place: `line ${at + 1}` }))
    .filter(({ line }) => line !== "" && !line.startsWith(";"));
}

function listed(list: unknown): Event[] {
  if (!Array.isArray(list)) throw new Unreadable("The text is no list of events.");
  return list.map((event, at) => eventOf(event, `event ${at + 1}`));
}

/** One value. The parser stops behind the first, so it is given a list, which must have no other. */
function edn(text: string, place: string): unknown {
  const one = () => {
    const list = ednList(text);
    return list?.length === 1 ? list[0] : undefined;
  };
  return parsed(one, "EDN", text, place);
}

/** All values of a text; undefined when it is no EDN. */
function ednList(text: string): unknown[] | undefined {
  try {
    const marked = markInexact(text, (number) => `#${INEXACT} "${number}" `);
    const list: unknown = parseEDNString(`[${marked}\n]`, EDN);
    return Array.isArray(list) ? list : undefined;
  } catch {
    return undefined;
  }
}

function json(text: string, place: string): unknown {
  const marked = markInexact(text, (number) => `{ "tag": "${INEXACT}", "val": "${number}" }`);
  return parsed(() => JSON.parse(marked), "JSON", text, place);
}

const INEXACT = "inexact";
/** A letter, a text, a comment, or a number. */
const PARTS = /\\.|"(?:[^"\\]|\\.)*"|;.*|([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)M?/g;
/** Fractions of so many digits are all different when they are read. */
const DIGITS = 15;

/** Fractions with too many digits to be read exactly, each as a value of its own: nobody need look at it. */
function markInexact(text: string, mark: (number: string) => string): string {
  return text.replace(PARTS, (part: string, number: string | undefined) => {
    if (number === undefined || !/[.eE]/.test(number)) return part;
    const [digits = ""] = number.split(/e/i);
    return digits.replace(/^[-+0.]+|\./g, "").length > DIGITS ? mark(number) : part;
  });
}

function parsed(parse: () => unknown, format: string, text: string, place: string): unknown {
  try {
    const value = parse();
    if (value !== undefined) return value;
  } catch {
    // Said below, with the place.
  }
  throw new Unreadable(
    `${place}: ${quoted(text)} is not ${format === "EDN" ? "one EDN value" : format}.`,
  );
}

const DEEPEST = 100;

/**
 * A value as it can be compared. A number that was rounded could be taken for another one: then a wrong
 * history would be called right.
 */
function exact(value: unknown, place: string, depth = 0): unknown {
  if (depth > DEEPEST) throw new Unreadable(`${place}: a value nested over ${DEEPEST} deep.`);
  const within = (item: unknown) => exact(item, place, depth + 1);
  if (typeof value === "number" && !Number.isSafeInteger(value) && !isFraction(value)) {
    throw new Unreadable(`${place}: the number ${value}, which is too large to be exact.`);
  }
  // Clojure's 1N is 1.
  if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if ("tag" in value && "val" in value && value.tag === INEXACT) {
    throw new Unreadable(
      `${place}: the number ${value.val}, which has too many digits to be exact.`,
    );
  }
  if (Array.isArray(value)) return value.map(within);
  if (value instanceof Set) return new Set([...value].map(within));
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [within(key), within(item)]));
  }
  // A date, which has no fields.
  if (value instanceof Date) return { inst: value.toISOString() };
  const fields = Object.entries(value).map(([name, item]) => [name, within(item)]);
  return Object.fromEntries(fields);
}

function isFraction(number: number): boolean {
  return Number.isFinite(number) && !Number.isInteger(number);
}

/** A record of Clojure, which carries its name as a tag, is read as what is in it. */
function eventOf(written: unknown, place: string): Event {
  const isTagged = typeof written === "object" && written !== null && "tag" in written;
  const told = isTagged && "val" in written ? written.val : written;
  const read = told instanceof Map ? Object.fromEntries(told) : told;
  if (typeof read !== "object" || read === null || Array.isArray(read)) {
    throw new Unreadable(`${place}: ${shown(read)} is no event.`);
  }
  const { process, type, f, key, value = null, error } = read as Record<string, unknown>;
  if (type !== "invoke" && type !== "ok" && type !== "fail" && type !== "info") {
    throw new Unreadable(
      `${place}: the type ${shown(type)}; one of invoke, ok, fail, info was expected.`,
    );
  }
  if (process === undefined) throw new Unreadable(`${place}: an event without a process.`);
  const named = key === undefined || key === null ? undefined : String(key);
  const what = { f: String(f), key: named, value: exact(value, place), error };
  return { place, process: String(process), type, ...what };
}
