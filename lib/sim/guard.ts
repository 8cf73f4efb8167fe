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

/** What async_hooks calls the things that a run must not make. */
const REAL: Readonly<Record<string, string>> = {
  Timeout: "a real timer (setTimeout or setInterval)",
  Immediate: "setImmediate",
  FSREQCALLBACK: "a file",
  FSREQPROMISE: "a file",
  FILEHANDLE: "a file",
  FSEVENTWRAP: "a file",
  GETADDRINFOREQWRAP: "a name look-up",
  QUERYWRAP: "a name look-up",
  TCPWRAP: "a socket",
  TCPCONNECTWRAP: "a socket",
  TCPSERVERWRAP: "a socket",
  PIPECONNECTWRAP: "a socket",
  UDPWRAP: "a socket",
  PROCESSWRAP: "a process",
  WORKER: "a worker thread",
  MESSAGEPORT: "a message port",
  RANDOMBYTESREQUEST: "a draw of random bytes",
  HASHREQUEST: "a hash made in the background",
};

const hook = createHook({
  init(_id, type) {
    const what = REAL[type];
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

/**
 * What tells the time or draws by chance, each with its guarded stand-in. What the language brings may be
 * frozen, so its names are bound anew; `performance` and `crypto` work on themselves only, and get new methods.
 */
function standIns(): [owner: object, name: string, value: unknown][] {
  const RealDate = Date;
  const { random } = Math;
  const realTemporal = Temporal;
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
  const guardedRandom = () => {
    forbid("Math.random()");
    return random();
  };
  const guardedTemporal = () => {
    forbid("Temporal.Now");
    return realTemporal.Now;
  };
  return [
    [globalThis, "Date", GuardedDate],
    [globalThis, "Math", Object.create(Math, { random: { value: guardedRandom } })],
    [globalThis, "Temporal", Object.create(Temporal, { Now: { get: guardedTemporal } })],
    [performance, "now", method(performance, "now", "performance.now()")],
    [crypto, "randomUUID", method(crypto, "randomUUID", "crypto.randomUUID()")],
    [crypto, "getRandomValues", method(crypto, "getRandomValues", "crypto.getRandomValues()")],
  ];
}

function method<Owner extends object>(owner: Owner, name: keyof Owner, what: string): unknown {
  const real = owner[name] as (...args: unknown[]) => unknown;
  return (...args: unknown[]) => {
    forbid(what);
    return real.apply(owner, args);
  };
}

let runs = 0;
let restore: (() => void)[] = [];

function enter(): void {
  runs += 1;
  if (runs > 1) return;
  hook.enable();
  restore = standIns().map(([owner, name, value]) => {
    const was = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, {
      value,
      configurable: true,
      enumerable: was?.enumerable ?? false,
      writable: true,
    });
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
