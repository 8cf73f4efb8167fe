/**
 * Keeps a run pure: names whatever reaches for the real world. Clock and chance throw where they are called; a
 * timer, file, socket or process made inside a run ends it. Everybody else in the process (a kernel, a test
 * runner) is left alone: what counts is the async context in which the call is made.
 *
 * Not seen: a clock or a chance that was taken from its global object before the run, the clocks of `process` and
 * `Intl`, synchronous file access, `process.nextTick` and `import()`.
 */

import { AsyncLocalStorage, createHook } from "node:async_hooks";
import { fileURLToPath } from "node:url";

/** A run as the guard knows it: where it reports the first offence. */
type Guarded = { offence: Error | undefined };

// Taken while they are there: whoever judges a stranger's code takes `process` and timers away.
const { nextTick } = process;
const { setImmediate } = globalThis;

const context = new AsyncLocalStorage<Guarded>();
Object.freeze(context);
const outside = AsyncLocalStorage.snapshot();

/** The things that a run must not make, and what async_hooks calls them. */
const REAL: Readonly<Record<string, readonly string[]>> = {
  "a real timer (setTimeout or setInterval)": ["Timeout"],
  setImmediate: ["Immediate"],
  "a file": ["FSREQCALLBACK", "FSREQPROMISE", "FILEHANDLE", "FSEVENTWRAP"],
  "a name look-up": ["GETADDRINFOREQWRAP", "QUERYWRAP"],
  "a socket": ["TCPWRAP", "TCPCONNECTWRAP", "TCPSERVERWRAP", "PIPECONNECTWRAP", "UDPWRAP"],
  "a process": ["PROCESSWRAP"],
  "a worker thread": ["WORKER"],
  "a message port": ["MESSAGEPORT"],
  "a draw of random bytes": ["RANDOMBYTESREQUEST"],
  "a hash made in the background": ["HASHREQUEST"],
};
const NAMES = new Map(
  Object.entries(REAL).flatMap(([what, types]) => types.map((type) => [type, what])),
);

const hook = createHook({
  init(_id, type) {
    const what = NAMES.get(type);
    if (what !== undefined) report(what);
  },
  trackPromises: false,
});

/** Remembers the first offence of the run in whose context this is called, if there is one. */
function report(what: string): Error | undefined {
  const run = context.getStore();
  if (run === undefined) return undefined;
  const error = new Error(
    `${what} was used inside a simulated run${caller()}. A run awaits only its world: use what the host gives (sleep, now, random).`,
  );
  run.offence ??= error;
  return error;
}

/** This room, as a line of a stack may name it. */
const room = new URL(".", import.meta.url);
const ROOM = [room.href, fileURLToPath(room)];

/** The first line of the stack that is neither Node's nor this room's. */
function caller(): string {
  const { stackTraceLimit } = Error;
  // Where the intrinsics are frozen this changes nothing, and ten lines have to do.
  Reflect.set(Error, "stackTraceLimit", 50);
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  const line = lines.find(
    (text) => !/\(?node:|<anonymous>/.test(text) && !ROOM.some((folder) => text.includes(folder)),
  );
  return line === undefined ? "" : `, at ${/\((.*)\)$/.exec(line)?.[1] ?? line.trim().slice(3)}`;
}

function forbid(what: string): void {
  const error = report(what);
  if (error !== undefined) throw error;
}

/** The same function, which a run may not call. */
function forbidden(what: string, real: (...args: unknown[]) => unknown): typeof real {
  return (...args) => {
    forbid(what);
    return real(...args);
  };
}

type StandIn = [owner: object, name: string, value: unknown];

/**
 * What tells the time or draws by chance, each with its guarded stand-in. What the language brings may be
 * frozen, so its names are bound anew; `performance` and `crypto` work on themselves only, and get new methods.
 */
function standIns(): StandIn[] {
  const RealDate = Date;
  const { Now } = Temporal;
  const GuardedDate: DateConstructor = new Proxy(RealDate, {
    construct(target, args, newTarget): Date {
      if (args.length === 0) forbid("new Date()");
      return Reflect.construct(target, args, newTarget === GuardedDate ? target : newTarget);
    },
    apply() {
      forbid("Date()");
      return RealDate();
    },
    get(target, key) {
      if (key === "now") forbid("Date.now()");
      return Reflect.get(target, key);
    },
  });
  const random = forbidden("Math.random()", Math.random);
  const now = forbidden("Temporal.Now", () => Now);
  const method = (owner: object, called: string, name: string): StandIn => {
    const real = Reflect.get(owner, name).bind(owner);
    return [owner, name, forbidden(`${called}.${name}()`, real)];
  };
  return [
    [globalThis, "Date", GuardedDate],
    [globalThis, "Math", Object.create(Math, { random: { value: random } })],
    [globalThis, "Temporal", Object.create(Temporal, { Now: { get: now } })],
    method(performance, "performance", "now"),
    method(crypto, "crypto", "randomUUID"),
    method(crypto, "crypto", "getRandomValues"),
  ];
}

let runs = 0;
let restore: (() => void)[] = [];

function enter(): void {
  runs += 1;
  if (runs > 1) return;
  hook.enable();
  restore = standIns().map(([owner, name, value]) => {
    const was = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
    return () => {
      if (was === undefined) Reflect.deleteProperty(owner, name);
      else Object.defineProperty(owner, name, was);
    };
  });
}

function leave(): void {
  runs -= 1;
  if (runs > 0) return;
  hook.disable();
  for (const undo of restore) undo();
}

/** How often a run settles before it lets others have a turn of the event loop, which costs as much as five ticks. */
const TURNS = 32;

/**
 * Runs a world inside the guard.
 *
 * @param run gets `check`, which throws the first offence so far, and `settle`, which lets every microtask run
 */
export async function guarded<T>(
  run: (check: () => void, settle: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const here: Guarded = { offence: undefined };
  const check = () => {
    if (here.offence !== undefined) throw here.offence;
  };
  let settled = 0;
  const settle = () =>
    new Promise<void>((resolve) => {
      settled += 1;
      if (settled % TURNS === 0) outside(setImmediate, resolve);
      else nextTick(resolve);
    });
  enter();
  try {
    // A tick comes after all microtasks only for those who ask for it in one.
    await undefined;
    return await context.run(here, () => run(check, settle));
  } finally {
    leave();
  }
}
