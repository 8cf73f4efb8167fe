/**
 * What a submission cannot reach. Before it is loaded, everything of Node is taken out of its sight, everything that
 * it shares with its judges is frozen, and the only imports left are the rooms that its exercise allows.
 */

import { registerHooks } from "node:module";
import { types } from "node:util";
import { runInNewContext } from "node:vm";
import { type Job, type Patch, TWIN } from "./job.ts";
import { plant } from "./plant.ts";

/**
 * What stays of Node besides the language itself: the library or fast-check needs each of them. There are no timers
 * among them, for what they return leads to the async context, and so to the guard of a simulated run.
 */
const KEPT_GLOBALS =
  "queueMicrotask structuredClone performance TextEncoder TextDecoder URL console process".split(
    " ",
  );

/** The parts of `process` by which a process reaches past the permission model or past us. */
const DANGEROUS = [
  "kill _kill execve send report mainModule getBuiltinModule",
  "binding _linkedBinding dlopen _debugProcess _debugEnd",
]
  .join(" ")
  .split(" ");

/** An import that a submission may not have; its message is for the learner. */
export class Refusal extends Error {}

export type Doors = {
  /** From now on only the submission and these rooms can be imported. */
  close(rooms: readonly string[]): void;
  /** The patches whose file was not loaded. */
  unused(): readonly Patch[];
};

/** Takes over how modules are found and read: `quorumlab/…` from anywhere, and patches before types are stripped. */
export function openDoors(job: Job): Doors {
  let rooms: readonly string[] | undefined;
  const isInstance = (url: string) => url.replace(TWIN, "") === job.submission;
  const unused = plant(job.patches, job.project);
  registerHooks({
    resolve(specifier, context, next) {
      const room = /^quorumlab\/([a-z]+)$/.exec(specifier)?.[1];
      if (room !== undefined && (rooms === undefined || rooms.includes(room))) {
        return next(new URL(`lib/${room}/index.ts`, job.project).href, context);
      }
      // Only its judges import a submission: one instance could find the other, and talk to it.
      const judges = !isInstance(context.parentURL ?? "");
      if (rooms === undefined || (judges && isInstance(specifier))) {
        return next(specifier, context);
      }
      throw new Refusal(refusal(specifier, room, rooms));
    },
    load(url, context, next) {
      // A submission is a module whatever lies beside it: as CommonJS it would be handed `require`.
      const own = isInstance(url);
      const loaded = next(url, own ? { ...context, format: "module-typescript" } : context);
      return own ? { ...loaded, source: String(loaded.source).replace(TYPES_ONLY, blank) } : loaded;
    },
  });
  return {
    close(allowed) {
      rooms = allowed;
    },
    unused,
  };
}

/** `import { type A, type B } from "quorumlab/…"`: Node takes out the names only, and would load the room. */
const TYPES_ONLY =
  /^import\s*\{\s*type\s+[\w$]+(?:\s+as\s+[\w$]+)?\s*(?:,\s*type\s+[\w$]+(?:\s+as\s+[\w$]+)?\s*)*,?\s*\}\s*from\s*(["'])quorumlab\/[a-z]+\1;?/gm;

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}

function refusal(specifier: string, room: string | undefined, rooms: readonly string[]): string {
  if (room !== undefined) {
    return `It imports code from "${specifier}", which this exercise does not allow: write \`import type\` for types.`;
  }
  const allowed = rooms.map((each) => `quorumlab/${each}`).join(" and ") || "types only";
  return `It imports "${specifier}", which a submission cannot: it is one file and may import ${allowed}.`;
}

/** Freezes values and all that can be reached from them by properties and prototypes. */
export function harden(...values: unknown[]): void {
  const seen = new Set<unknown>();
  for (let value = values.pop(); value !== undefined || values.length > 0; value = values.pop()) {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) continue;
    if (seen.has(value)) continue;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) {
      const { value: held, get, set } = Reflect.getOwnPropertyDescriptor(value, key) ?? {};
      values.push(held, get, set);
    }
    values.push(Reflect.getPrototypeOf(value));
    if (!types.isModuleNamespaceObject(value) && !ArrayBuffer.isView(value)) Object.freeze(value);
  }
}

/**
 * Leaves the submission the language, and harmless stand-ins for what it may expect. No global can be
 * replaced or added afterwards: the judges look them up in the same place.
 *
 * @param print receives what the submission logs
 * @param exit is called when the submission ends the process
 */
export function takeAway(
  print: (...words: unknown[]) => void,
  exit: (code: unknown) => void,
): void {
  for (const name of DANGEROUS) {
    Object.defineProperty(process, name, {
      value: undefined,
      configurable: false,
      writable: false,
    });
  }
  const talk = Object.keys(console).map((name) => [name, print] as const);
  const standIns: Record<string, unknown> = {
    console: Object.fromEntries(talk),
    // The rest of it remembers marks, by which two instances could talk.
    performance: { now: performance.now.bind(performance), timeOrigin: performance.timeOrigin },
    process: { exit, abort: exit, env: {}, argv: [], platform: process.platform },
  };
  const kept = new Set<string>([
    ...(runInNewContext("Object.getOwnPropertyNames(globalThis)") as string[]),
    ...KEPT_GLOBALS,
  ]);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!kept.has(name)) Reflect.deleteProperty(globalThis, name);
    else if (KEPT_GLOBALS.includes(name)) {
      const value: unknown = standIns[name] ?? Reflect.get(globalThis, name);
      Object.defineProperty(globalThis, name, { value });
    }
  }
  harden(globalThis, ...hiddenOnes());
}

/** What no property and no prototype of a global leads to, but a call does. */
function hiddenOnes(): unknown[] {
  const { searchParams } = new URL("data:,?a");
  const segments = new Intl.Segmenter().segment("a");
  return [searchParams, searchParams.entries(), segments, segments[Symbol.iterator]()];
}
