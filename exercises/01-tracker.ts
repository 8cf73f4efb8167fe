// Chapter 1 · A tracker whose answers may be kept                     solution: 3 functions, 12 lines

import type { Answer, Kept, TrackerTimes, Tracking } from "quorumlab/recipes";

/*
 * Everybody asks one tracker which database is the master. To ask before every request costs an extra hop, so an
 * application keeps the answer and uses it for `leaseMs`. That is safe only while the tracker keeps its word: as
 * long as anybody may be using an answer, it appoints nobody else. Then no two masters are ever in use at one time.
 *
 * The clocks of different machines may be hours apart, but they run at the same speed. A message takes a while, there
 * and back. All times are in milliseconds.
 *
 * What the tracker knows, on its own clock:
 *   tracking.master           the master's name, or null
 *   tracking.promisedUntilMs  until when somebody may be using an answer
 *   tracking.heardMs[name]    when the last heartbeat of a database came, if ever
 *   times.nowMs, times.timeoutMs, times.leaseMs
 *
 * What an application keeps, on its own clock:
 *   kept.master, kept.leaseMs  the answer
 *   kept.askedMs               when it asked
 *   kept.answeredMs            when the answer came
 *
 * A database is *heard* while its last heartbeat is at most `times.timeoutMs` old.
 */

/**
 * What the tracker answers to "who is the master?".
 *
 * Given  `tracking` and `times`
 * Return the master and `times.leaseMs`; `{ master: null, leaseMs: 0 }` when there is none or it is not heard
 * Keep   `tracking.promisedUntilMs`, which this function alone sets: until then somebody may be using an answer
 *
 *   master "db1" heard at 100, now 120, timeout 50, lease 200  →  { master: "db1", leaseMs: 200 }
 *   no master                                                  →  { master: null, leaseMs: 0 }
 */
export function answer(tracking: Tracking, times: TrackerTimes): Answer {
  throw new Error("answer: your turn");
}

/**
 * Who is the master from now on. The tracker asks this again and again, and appoints whom you name.
 *
 * Given  `tracking` and `times`
 * Return the present master while it is heard, or while somebody may be using an answer that names it;
 *        else the first database by name that is heard; else null
 * Keep   it changes nothing
 *
 *   master "db1" heard                                              →  "db1"
 *   master "db1" silent, promised until 200, "db2" heard, now 300   →  "db2"
 */
export function chooseMaster(tracking: Tracking, times: TrackerTimes): string | null {
  throw new Error("chooseMaster: your turn");
}

/**
 * Whether an application may still use an answer that it keeps.
 *
 * Given  `kept`, and the time on the same clock
 * Return true for as long as possible, but never after the tracker's promise may have run out
 *
 *   asked at 100, answered at 110, lease 200, now 110  →  true
 */
export function mayUse(kept: Kept, nowMs: number): boolean {
  throw new Error("mayUse: your turn");
}
