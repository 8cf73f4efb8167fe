/** How to change a run so that somebody in it seems to have broken a promise. */

import type { LogEvent } from "../../lib/check/index.ts";

type Of<Kind extends LogEvent["kind"]> = Extract<LogEvent, { readonly kind: Kind }>;

/** The run with one lie in it; undefined where it cannot be told. */
export type Lie = (events: readonly LogEvent[], where: number) => LogEvent[] | undefined;

/** A place, and what stands there instead. */
type Change = readonly [index: number, ...instead: LogEvent[]];

/** A lie that changes one event. */
export function changing<Kind extends LogEvent["kind"]>(
  kind: Kind,
  change: (event: Of<Kind>, facts: Facts, index: number) => readonly LogEvent[] | undefined,
): Lie {
  return (events, where) => {
    const facts = new Facts(events);
    const changes = events.flatMap((event, index): Change[] => {
      const instead = event.kind === kind ? change(event as Of<Kind>, facts, index) : undefined;
      return instead === undefined ? [] : [[index, ...instead]];
    });
    const chosen = changes[where % changes.length];
    if (chosen === undefined) return undefined;
    const [index, ...instead] = chosen;
    return [...events.slice(0, index), ...instead, ...events.slice(index + 1)];
  };
}

/** What a run shows to somebody who looks things up in it. */
class Facts {
  readonly events: readonly LogEvent[];
  /** By the operation's number. */
  readonly returns = new Map<number, Of<"returned">>();
  readonly sends = new Map<number, Of<"send">>();
  readonly #logStarts = new Map<string, number>();

  constructor(events: readonly LogEvent[]) {
    this.events = events;
    for (const event of events) {
      if (event.kind === "returned") this.returns.set(event.id, event);
      if (event.kind === "send") this.sends.set(event.id, event);
      if (event.kind !== "logStart") continue;
      const known = this.logStart(event.partition);
      this.#logStarts.set(event.partition, Math.max(known, event.offset));
    }
  }

  /** Where the logs of a partition start in the end. */
  logStart(partition: string): number {
    return this.#logStarts.get(partition) ?? 0;
  }

  /** Where a send was acknowledged. */
  ackedAt(id: number): number | undefined {
    const returned = this.returns.get(id);
    return returned?.outcome === "ok" ? (returned.offset ?? undefined) : undefined;
  }

  /** The offset of the last record that was read of a partition. */
  end(partition: string): number {
    const polls = this.events.filter((event) => event.kind === "poll");
    const reads = polls.flatMap((poll) => poll.reads);
    const records = reads.filter((read) => read.partition === partition).flatMap((r) => r.records);
    return Math.max(...records.map(({ offset }) => offset));
  }

  /** The acknowledged send of the same client and partition that comes next. */
  next(send: Of<"send">): Of<"send"> | undefined {
    const own = [...this.sends.values()].filter(
      ({ id, client, partition }) =>
        client === send.client &&
        partition === send.partition &&
        id > send.id &&
        this.ackedAt(id) !== undefined,
    );
    return own[0];
  }
}

export type Polled = { readonly offset: number; readonly value: string };

/** A lie about what one poll got. What retention has cut is let alone: it excuses much. */
export function polling(
  change: (records: readonly Polled[], poll: Of<"poll">) => readonly Polled[] | undefined,
): Lie {
  return changing("poll", (poll, facts) => {
    const [read] = poll.reads;
    if (read === undefined || read.records.length === 0) return undefined;
    if ((read.records[0]?.offset ?? 0) < facts.logStart(read.partition)) return undefined;
    const records = change(read.records, poll);
    return records && [{ ...poll, reads: [{ ...read, records }] }];
  });
}

/** A lie about an acknowledged record: nobody reads it. */
export function losing(isChosen: (offset: number, end: number) => boolean): Lie {
  return (events, where) => {
    const facts = new Facts(events);
    const chosen = [...facts.sends.values()].filter(({ id, partition }) => {
      const offset = facts.ackedAt(id) ?? -1;
      return offset >= facts.logStart(partition) && isChosen(offset, facts.end(partition));
    });
    const lost = chosen[where % chosen.length]?.value;
    if (lost === undefined) return undefined;
    return events.map((event) => {
      if (event.kind !== "poll") return event;
      const reads = event.reads.map((read) => ({
        ...read,
        records: read.records.filter(({ value }) => value !== lost),
      }));
      return { ...event, reads };
    });
  };
}

/** A lie about the offsets of two sends that follow each other. */
export function swapping(isChosen: (isBatch: boolean) => boolean): Lie {
  return (events, where) => {
    const facts = new Facts(events);
    const pairs = [...facts.sends.values()].flatMap((send) => {
      const next = facts.next(send);
      const isPair = next !== undefined && facts.ackedAt(send.id) !== undefined;
      return isPair && isChosen(send.batch === next.batch) ? [[send.id, next.id] as const] : [];
    });
    const [one, two] = pairs[where % pairs.length] ?? [];
    if (one === undefined || two === undefined) return undefined;
    return events.map((event) => {
      if (event.kind !== "returned" || (event.id !== one && event.id !== two)) return event;
      return { ...event, offset: facts.ackedAt(event.id === one ? two : one) };
    });
  };
}
