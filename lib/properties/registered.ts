/** A register with the decisions of a module: replicas, clients that do what a plan says, and what goes wrong. */

import { type History, linearizable, Recorder, register } from "quorumlab/check";
import {
  CallError,
  type RegisterDecisions,
  type RegisterMessage,
  registerClient,
  registerReplica,
} from "quorumlab/recipes";
import { type Fault, type NodeId, type Run, type Scenario, simulate } from "quorumlab/sim";
import { excerpt } from "./excerpt.ts";
import { Violation } from "./exercise.ts";

/** What a client does, and when, unless it is still busy then. */
export type Step = {
  readonly client: NodeId;
  readonly kind: "read" | "write";
  readonly atMs: number;
};
export type Plan = {
  readonly seed: number;
  readonly replicas: number;
  readonly steps: readonly Step[];
  readonly faults: readonly Fault[];
};
type Input = { readonly kind: "read" } | { readonly kind: "write"; readonly value: string };
export type Outcome = {
  readonly run: Run;
  readonly history: History<Input, Output>;
};
type Output = string | null | undefined;
type Seen = Recorder<Input, Output>;

export const CLIENTS = ["c1", "c2", "c3"];
/** So many machines a plan has at most: the clients, and five replicas. */
export const MACHINES: number = CLIENTS.length + 5;
/** The longest way of a message when nothing delays it, and how long a disk takes. */
export const WAY_MS = 5;
export const SYNC_MS = 1;
const RUN_MS = 800;

export function replicasOf({ replicas }: Pick<Plan, "replicas">): NodeId[] {
  return Array.from({ length: replicas }, (_, i) => `s${i + 1}`);
}

/** Runs a plan. Every machine decides with an instance of the module of its own: no two share a variable. */
export async function carryOut(
  plan: Plan,
  instances: readonly RegisterDecisions[],
): Promise<Outcome> {
  const seen: Seen = new Recorder();
  const replicas = replicasOf(plan);
  const each = instances.values().map(checked);
  const servers: Record<NodeId, Scenario["servers"][string]> = {};
  const own = (): RegisterDecisions => {
    const { value } = each.next();
    if (value === undefined)
      throw new Error(`There are no more than ${instances.length} machines.`);
    return value;
  };
  for (const client of CLIENTS) {
    const steps = plan.steps.filter((step) => step.client === client);
    servers[client] = performer(steps, { ...own(), replicas, timeoutMs: 80 }, seen);
  }
  for (const replica of replicas) servers[replica] = registerReplica(own());
  const { seed, faults } = plan;
  const world = { latency: { minMs: 1, maxMs: WAY_MS }, syncTime: SYNC_MS };
  const run = await simulate({ seed, servers, faults, forMs: RUN_MS, ...world });
  return { run, history: seen.history() };
}

/** A client that takes its steps one after the other. After a crash it goes on with the next one. */
function performer(
  steps: readonly Step[],
  options: Parameters<typeof registerClient>[0],
  seen: Seen,
): Scenario["servers"][string] {
  const left = steps.toSorted((a, b) => a.atMs - b.atMs);
  let abandon = () => {};
  return registerClient(options, async ({ id, trueMs, sleep, read, write }) => {
    abandon();
    abandon = () => {};
    for (;;) {
      const step = left.shift();
      if (step === undefined) return;
      const { kind, atMs } = step;
      await sleep(Math.max(0, atMs - trueMs()));
      // Who wrote it, and when it was due: a step that is left out leaves the values of the others as they are.
      const value = `${id}:${atMs}`;
      const call = seen.invoke(id, kind === "read" ? { kind } : { kind, value }, trueMs());
      abandon = call.info;
      try {
        const output = kind === "read" ? await read() : await write(value).then(() => undefined);
        call.ok(output, trueMs());
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        call.info();
      }
      abandon = () => {};
    }
  });
}

/** The decisions of a module; what no register can work with is said at once. */
function checked(module: RegisterDecisions): RegisterDecisions {
  const wrong = (call: string, got: unknown, expected: string) =>
    new Violation(`${call} returned ${JSON.stringify(got)}; expected ${expected}.`);
  return {
    quorumSizes(replicas) {
      const sizes = module.quorumSizes(replicas);
      const fits = (size: unknown) =>
        Number.isInteger(size) && Number(size) >= 1 && Number(size) <= replicas;
      if (fits(sizes?.read) && fits(sizes?.write)) return sizes;
      throw wrong(`quorumSizes(${replicas})`, sizes, `whole numbers from 1 to ${replicas}`);
    },
    newest(versions) {
      const version = module.newest(versions);
      const key = JSON.stringify(version);
      const given = versions.find((each) => JSON.stringify(each) === key);
      if (given !== undefined) return given;
      throw wrong(`newest(${JSON.stringify(versions)})`, version, "one of these versions");
    },
    nextTimestamp(found, writer) {
      const timestamp = module.nextTimestamp(found, writer);
      if (Number.isFinite(timestamp?.counter) && timestamp.writer === writer) return timestamp;
      throw wrong(`nextTimestamp(…, "${writer}")`, timestamp, "a counter, and this writer");
    },
    mustWriteBack(found, sizes) {
      const must: unknown = module.mustWriteBack(found, sizes);
      if (typeof must === "boolean") return must;
      throw wrong("mustWriteBack", must, "true or false");
    },
  };
}

/** Throws when no order explains what the clients saw. */
export function mustBeLinearizable({ run, history }: Outcome): void {
  const result = linearizable(history, register<string | null>(null));
  if (result.verdict === "ok") return;
  if (result.verdict === "unknown") throw new Error(result.reason);
  const { operation, why } = result;
  const untilMs = "returnedMs" in operation ? operation.returnedMs : run.trace.endMs;
  const when = `${Math.round(operation.invokedMs)}–${Math.round(untilMs)} ms`;
  throw new Violation(
    `No order explains what the clients saw: at ${when} ${operation.client}'s ${why}. (A value is named after its writer and the time of its step, in ms.)`,
    { trace: lastStretch(run, untilMs), history, result },
  );
}

/** What a picture shows: who had to do with it, the requests and answers of the last moments, with what they carry. */
export function lastStretch(run: Run, untilMs: number): ReturnType<typeof excerpt> {
  const trace = run.trace.events
    .filter(({ atMs }) => atMs <= untilMs)
    .map((event) => ("body" in event ? { ...event, body: { kind: labelOf(event.body) } } : event));
  const view = { atMs: untilMs, trace, state: () => undefined };
  const busy = new Set(trace.flatMap((event) => (event.kind === "send" ? event.node : [])));
  const nodes = run.trace.nodes.filter((node) => busy.has(node) || !CLIENTS.includes(node));
  return excerpt(view, nodes, { lastMs: 120, without: ["ask", "over"] });
}

function labelOf(body: unknown): string {
  const message = body as RegisterMessage;
  if (!("version" in message)) return message.kind;
  const { value, timestamp } = message.version;
  return `${message.kind} ${value ?? "nothing"} @${timestamp.counter}`;
}
