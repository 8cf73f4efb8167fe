/** Answers to clients through a failover, and pictures of them. */

import { type Answer, availability, type Picture } from "../../lib/plot/index.ts";
import { lots } from "./traces.ts";

/** An answer every 20 ms for five seconds; from 2,000 to 2,620 ms what is said of the time, or none. */
export function answers(during: (atMs: number) => Answer | undefined): Answer[] {
  const times = Array.from({ length: 250 }, (_, n) => 20 * n);
  return times.flatMap((atMs) => {
    return atMs > 2000 && atMs < 2640 ? (during(atMs) ?? []) : { atMs, ok: true };
  });
}

export const refused = (atMs: number): Answer => {
  return { atMs, ok: false, label: atMs < 2100 ? "ConnectionLoss" : "NotReadOnly" };
};

export const rows = [
  { name: "writes", answers: answers(refused) },
  { name: "reads", answers: answers(() => undefined) },
  { name: "read-only", answers: answers((atMs) => ({ atMs: atMs + (atMs % 7), ok: true })) },
];

const spans = [{ fromMs: 2000, toMs: 2600, label: "no leader" }];

export function failover(): Picture {
  const title =
    "Without a leader writes are refused, and reads go on for who asked for read-only mode";
  return availability(rows, { title, spans });
}

/** All of them, and some with a text that is hard to draw, or drawn by lot. */
export function strips(text: string): Picture[] {
  const below = lots(7);
  const anything = Array.from({ length: 400 }, (_, n): Answer => {
    const answer = { atMs: below(1000), ok: below(3) > 0 };
    return n % 9 === 0 ? { ...answer, label: text } : answer;
  });
  const many = Array.from({ length: 7 }, (_, n) => ({ fromMs: n * 9, toMs: 900, label: text }));
  return [
    failover(),
    availability(rows, { window: { fromMs: 1900, toMs: 2700 }, width: 640 }),
    availability([{ name: text, answers: anything }], { title: text, spans: many, width: 300 }),
    availability([
      { name: "a", answers: [{ atMs: 5, ok: false }] },
      { name: "b", answers: [] },
    ]),
  ];
}
