/**
 * Keeps a run pure: names whatever reaches for the real world. Clock and chance throw where they are called; a
 * timer, file, socket or process made inside a run ends it. Everybody else in the process (a kernel, a test
 * runner) is left alone: what counts is the async context in which the call is made.
 *
 * Not seen: synchronous file access, `process.nextTick` and `import()`.
 */

import { AsyncLocalStorage, createHook } from "node:async_hooks";

/** A run as the guard knows it: where it reports the first offence. */
type Guarded = { offence: Error | undefined };

const context = new AsyncLocalStorage<Guarded>();
const outside = AsyncLocalStorage.snapshot();

/** What async_hooks calls the things that a run must not make. */
const REAL: Readonly<Record<string, string>> = {
  Timeout: "a real timer (setTimeout or setInterval)",
  Immediate: "setImmediate",
  FSREQCALLBACK: "a file",
  FSREQPROMISE: "a file",
  FILEHANDLE: "a file",
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
  RANDOMBYTESREQUEST: "random bytes",
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

/** The first line of the stack that is neither Node's nor this room's. */
function caller(): string {
  const here = import.meta.url.slice(0, import.meta.url.lastIndexOf("/"));
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  Error.stackTraceLimit = stackTraceLimit;
  const line = lines.find((text) => !/\(?node:|<anonymous>/.test(text) && !text.includes(here));
  return line === undefined ? "" : `, at ${/\((.*)\)$/.exec(line)?.[1] ?? line.trim().slice(3)}`;
}

function forbid(what: string): void {
  const error = report(what);
  if (error !== undefined) throw error;
}

/** The global bindings that tell the time or draw by chance, each with its guarded stand-in. */
function standIns(): Map<string, unknown> {
  const RealDate = Date;
  const { random } = Math;
  const realPerformance = performance;
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
  const guardedNow = () => {
    forbid("performance.now()");
    return realPerformance.now();
  };
  return new Map<string, unknown>([
    ["Date", GuardedDate],
    ["Math", Object.create(Math, { random: { value: guardedRandom } })],
    ["performance", Object.create(realPerformance, { now: { value: guardedNow } })],
  ]);
}

let runs = 0;
const originals = new Map<string, PropertyDescriptor>();

function enter(): void {
  runs += 1;
  if (runs > 1) return;
  hook.enable();
  for (const [name, value] of standIns()) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name) as PropertyDescriptor;
    originals.set(name, descriptor);
    Object.defineProperty(globalThis, name, {
      value,
      configurable: true,
      enumerable: descriptor.enumerable ?? false,
      writable: true,
    });
  }
}

function leave(): void {
  runs -= 1;
  if (runs > 0) return;
  hook.disable();
  for (const [name, descriptor] of originals) Object.defineProperty(globalThis, name, descriptor);
  originals.clear();
}

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
  const settle = () => new Promise<void>((resolve) => outside(setImmediate, resolve));
  enter();
  try {
    return await context.run(here, () => run(check, settle));
  } finally {
    leave();
  }
}
