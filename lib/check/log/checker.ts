/**
 * The verdict on a run of Kafka-like logs. Events are taken one by one and looked at once; what
 * only the whole run can show is judged at the end, partition by partition.
 */

import type { Verdict } from "../history.ts";
import { judgeContents, judgeSequences } from "./contents.ts";
import type { EventOf, LogEvent } from "./events.ts";
import { type AnomalyName, type Finding, Findings } from "./findings.ts";
import { Groups } from "./groups.ts";
import { newPartition, type Partition, standing } from "./partition.ts";
import { judgeGaps, takeRead, takeSeek } from "./polls.ts";
import { append, commitUpTo, cutUpTo, excuse, judgeAck, truncate } from "./replicas.ts";
import { type Ending, invokeSend, judgeOrder, judgeWrites } from "./sends.ts";

export type LogOptions = {
  /** Kinds that the system may show, such as "duplicate" where producers retry blindly. */
  readonly allow?: readonly AnomalyName[];
  /** Unclean elections may lose what the new leader does not have. */
  readonly excuseUnclean?: boolean;
};

/** What a check found out. It is ok if nothing is wrong and nothing is undecided. */
export type LogCheck = {
  readonly verdict: Verdict;
  readonly anomalies: readonly Finding[];
  /** What the options allow. */
  readonly notes: readonly Finding[];
  /** A sentence for each partition in which final polls are missing. */
  readonly undecided: readonly string[];
};

/** Judges a run while it goes on. */
export type LogChecker = {
  /** The next event. Throws a sentence when it cannot come next in any run. */
  take(event: LogEvent): void;
  /** The verdict if the run ends here. It may go on all the same. */
  verdict(): LogCheck;
};

/** A checker for one run. Time and memory grow with the run, up to sorting what it saw. */
export function logChecker(options: LogOptions = {}): LogChecker {
  return new Checker(options);
}

/** The verdict on a run that is over. */
export function checkLog(events: Iterable<LogEvent>, options: LogOptions = {}): LogCheck {
  const checker = logChecker(options);
  for (const event of events) checker.take(event);
  return checker.verdict();
}

/** What is done with each kind of event. */
type Takers = { readonly [Kind in LogEvent["kind"]]: (event: EventOf<Kind>) => void };

class Checker implements LogChecker {
  readonly #options: LogOptions;
  readonly #findings = new Findings();
  readonly #groups = new Groups(this.#findings);
  readonly #partitions = new Map<string, Partition>();
  /** The operations under way. */
  readonly #endings = new Map<number, Ending>();
  /** How many events were taken. */
  #now = 0;
  readonly #takers: Takers = {
    send: (event) => this.#invoke(event.id, invokeSend(this.#in(event), event)),
    commit: (event) => this.#invoke(event.id, this.#groups.commit(event, this.#now)),
    fetchOffset: (event) => this.#invoke(event.id, this.#groups.fetchOffset(event)),
    returned: (event) => this.#return(event),
    poll: (event) => {
      for (const read of event.reads) takeRead(this.#in(read), event, read);
    },
    assigned: (event) => this.#reassign(event),
    revoked: (event) => this.#reassign(event),
    seek: (event) => takeSeek(this.#in(event), event.client, event.offset),
    finalPolls: (event) => {
      this.#in(event).finalAt = this.#now;
    },
    append: (event) => append(this.#in(event), event),
    truncate: (event) => truncate(this.#in(event), event),
    highWatermark: (event) => commitUpTo(this.#in(event), event),
    logStart: (event) => cutUpTo(this.#in(event), event),
    ack: (event) => judgeAck(this.#in(event), event),
    elected: (event) => {
      if (event.isUnclean && this.#options.excuseUnclean === true) excuse(this.#in(event), event);
    },
  };

  constructor(options: LogOptions) {
    this.#options = options;
  }

  take(event: LogEvent): void {
    if (!Object.hasOwn(this.#takers, event.kind)) {
      throw new RangeError(`${JSON.stringify(event)} is no event of a log.`);
    }
    this.#now += 1;
    (this.#takers[event.kind] as (event: LogEvent) => void)(event);
  }

  verdict(): LogCheck {
    const found = new Findings(this.#findings.list);
    const undecided: string[] = [];
    for (const partition of this.#partitions.values()) {
      const places = standing(partition);
      judgeContents(partition, places, found);
      judgeSequences(partition, places, found);
      judgeOrder(partition, places, found);
      judgeGaps(partition, places, found);
      const open = judgeWrites(partition, found);
      const [first] = open;
      if (first === undefined) continue;
      const which = `${open.length} of the writes acknowledged in ${partition.name}`;
      const one = `such as ${first.send.value} by ${first.send.client}`;
      undecided.push(`Nobody has read ${which}, ${one}, and no final polls came after them.`);
    }
    const isAllowed = ({ name }: Finding) =>
      name === "unclean-election" || (this.#options.allow?.includes(name) ?? false);
    const anomalies = found.list.filter((finding) => !isAllowed(finding));
    const notes = found.list.filter(isAllowed);
    const rest = undecided.length > 0 ? "unknown" : "ok";
    return { verdict: anomalies.length > 0 ? "violated" : rest, anomalies, notes, undecided };
  }

  /** The partition that an event is in. */
  #in({ partition: name }: { readonly partition: string }): Partition {
    const known = this.#partitions.get(name);
    if (known !== undefined) return known;
    const partition = newPartition(name, this.#findings);
    this.#partitions.set(name, partition);
    return partition;
  }

  #invoke(id: number, ending: Ending): void {
    if (this.#endings.has(id)) {
      throw new RangeError(`Operation ${id} is invoked before operation ${id} has returned.`);
    }
    this.#endings.set(id, ending);
  }

  #return(event: EventOf<"returned">): void {
    const ending = this.#endings.get(event.id);
    if (ending === undefined) {
      throw new RangeError(`Operation ${event.id} returns, but it is not under way.`);
    }
    this.#endings.delete(event.id);
    ending(event, this.#now);
  }

  /** Either way the client's positions mean nothing any more. */
  #reassign(event: EventOf<"assigned"> | EventOf<"revoked">): void {
    for (const partition of event.partitions)
      this.#in({ partition }).positions.delete(event.client);
    if (event.kind === "assigned" && event.by !== undefined) this.#groups.assign(event, event.by);
  }
}
