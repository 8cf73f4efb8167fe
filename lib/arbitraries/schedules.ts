/** Who asks for what and when, and the history of asking so. */

import fc from "fast-check";
import { type History, Recorder } from "quorumlab/check";

/** What each client does, one thing after the other. */
export type Schedule<Input> = readonly {
  readonly client: string;
  readonly steps: readonly {
    /** How long after its last answer the client asks, in milliseconds. */
    readonly afterMs: number;
    readonly input: Input;
  }[];
}[];

export type ScheduleOptions<Input> = {
  /** What a client may ask for. */
  readonly input: fc.Arbitrary<Input>;
  /** How many clients there are at most; 3 unless told. */
  readonly clients?: number;
  /** How much one client asks for at most; 10 unless told. */
  readonly steps?: number;
  /** How long a client waits at most before it asks, in milliseconds; 10 unless told. */
  readonly waitMs?: number;
};

/** Any schedule of one to so many clients. It shrinks to fewer clients, steps and milliseconds. */
export function schedules<Input>(options: ScheduleOptions<Input>): fc.Arbitrary<Schedule<Input>> {
  const { input, clients = 3, steps = 10, waitMs = 10 } = options;
  const step = fc.record({ afterMs: fc.nat(waitMs), input });
  const ofOne = fc.array(step, { maxLength: steps, size: "max" });
  return fc
    .array(ofOne, { minLength: 1, maxLength: clients, size: "max" })
    .map((all) => all.map((each, at) => ({ client: `c${at + 1}`, steps: each })));
}

/** A clock that a schedule is played by: that of the process, or of a simulated world. */
export type Clock = {
  now(): number;
  sleep(ms: number): Promise<void>;
};

const realTime: Clock = {
  now: () => performance.now(),
  sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)),
};

/**
 * Plays a schedule, and writes down what the clients see. An answer is `ok`. Of a request that throws
 * nobody knows what became of it, unless `isRefusal` says that it certainly did nothing. It may throw
 * what is a mistake of the test itself: then there is no history. One in which nothing was answered
 * tells nothing about the object, and is always linearizable.
 *
 * @param ask asks for one thing on behalf of a client
 */
export async function record<Input, Output>(
  schedule: Schedule<Input>,
  ask: (client: string, input: Input) => Promise<Output>,
  isRefusal: (error: unknown) => boolean = () => false,
  clock: Clock = realTime,
): Promise<History<Input, Output>> {
  const seen = new Recorder<Input, Output>();
  await Promise.all(
    schedule.map(async ({ client, steps }) => {
      for (const { afterMs, input } of steps) {
        await clock.sleep(afterMs);
        const call = seen.invoke(client, input, clock.now());
        const answer = await ask(client, input).then(
          (output) => ({ output }),
          (error: unknown) => ({ error }),
        );
        if ("output" in answer) call.ok(answer.output, clock.now());
        else if (isRefusal(answer.error)) call.fail(clock.now());
        else call.info();
      }
    }),
  );
  return seen.history();
}
