/**
 * What is written down of a run for the checker of logs: one event after the other, in the order of
 * one clock. The events of clients are enough for a verdict; those of brokers, from an observer who
 * sees everything, let it say more. A partition is named with its topic, such as "orders-0".
 */

export type LogEvent = ClientEvent | BrokerEvent;

/** The event of one kind. */
export type EventOf<Kind extends LogEvent["kind"]> = Extract<LogEvent, { readonly kind: Kind }>;

/** What a client asks for: written down when it is invoked, and again as `returned`. */
type Operation = {
  /** No other operation has it. */
  readonly id: number;
  /** A producer or a consumer; in a group it stands for the member that it is. */
  readonly client: string;
  readonly partition: string;
};

/** What clients did and saw. */
export type ClientEvent =
  /** A producer is given one record. */
  | (Operation & {
      readonly kind: "send";
      /** What the record holds: no other send to the partition has it. */
      readonly value: string;
      /** "all" unless told. What less acknowledges may be lost, and its offset given away again. */
      readonly acks?: "all" | 1 | 0;
      /**
       * Of an idempotent producer: who it is, and the record's number among those that it sends to
       * the partition in this epoch, from 0.
       */
      readonly producer?: {
        readonly id: number;
        readonly epoch: number;
        readonly sequence: number;
      };
      /** A client's records that share a batch travel in one request, and are appended together. */
      readonly batch?: number;
    })
  /** A consumer asks to commit an offset: the next one that its group has to read. */
  | (Operation & {
      readonly kind: "commit";
      readonly group: string;
      /** The generation in whose name it commits; left out by a client outside of the group. */
      readonly generation?: number | undefined;
      readonly offset: number;
    })
  /** A client asks which offset its group has committed. */
  | (Operation & { readonly kind: "fetchOffset"; readonly group: string })
  /**
   * An operation succeeded (ok), or certainly did not happen (fail), or its client gave up without
   * knowing (info), which also counts for one that never returns.
   */
  | {
      readonly kind: "returned";
      readonly id: number;
      readonly outcome: "ok" | "fail" | "info";
      /** The record's offset; or the committed one, null when there is none. */
      readonly offset?: number | null | undefined;
      /**
       * Of a commit or a committed offset: the newest term of a coordinator that whoever answered
       * had been told of; 0 unless told. What is committed in a later one it cannot know.
       */
      readonly term?: number | undefined;
    }
  /** A poll returned. Of a poll in which the assignment changed, write down each part. */
  | {
      readonly kind: "poll";
      readonly id: number;
      readonly client: string;
      readonly reads: readonly PartitionRead[];
    }
  /** A client's partitions are these from now on; positions known before mean nothing any more. */
  | {
      readonly kind: "assigned";
      readonly client: string;
      readonly partitions: readonly string[];
      /** Who assigned them; left out when the client did. */
      readonly by?: { readonly group: string; readonly generation: number };
    }
  /** A client gave partitions back. */
  | { readonly kind: "revoked"; readonly client: string; readonly partitions: readonly string[] }
  /** A client's next offset is this one: by a seek, a reset, or what its group had committed. */
  | {
      readonly kind: "seek";
      readonly client: string;
      readonly partition: string;
      readonly offset: number;
    }
  /** The final polls are over: what was acknowledged before, and is there, was read. */
  | { readonly kind: "finalPolls"; readonly partition: string };

/** What a poll got from one partition. */
export type PartitionRead = {
  readonly partition: string;
  /** In the order in which the client got them. */
  readonly records: readonly { readonly offset: number; readonly value: string }[];
  /** The client's next offset; one after the last record unless told. */
  readonly position?: number | undefined;
  /** Who served it. */
  readonly broker?: string | undefined;
};

type InBroker = { readonly broker: string; readonly partition: string; readonly offset: number };

/** What happened in brokers. */
export type BrokerEvent =
  /** A leader or a follower appended a record, which carries the epoch of its first leader. */
  | (InBroker & {
      readonly kind: "append";
      readonly leaderEpoch: number;
      readonly value: string;
      /** The record's own time; needed to judge retention by time. */
      readonly timestampMs?: number | undefined;
    })
  /** A broker's log ends before this offset now. */
  | (InBroker & { readonly kind: "truncate" })
  /** A broker takes all before this offset for committed. */
  | (InBroker & { readonly kind: "highWatermark" })
  /** A broker's log starts at this offset now: retention cut it, or it followed its leader. */
  | (InBroker & { readonly kind: "logStart"; readonly retention?: RetentionCut })
  /** A leader acknowledged a record sent with acks=all. Then all appends must be written down. */
  | (InBroker & {
      readonly kind: "ack";
      readonly value: string;
      /** The in-sync replicas at that time, the leader among them. */
      readonly isr: readonly string[];
      /** How many there had to be, at most the replication factor; 1 unless told. */
      readonly minInsyncReplicas?: number;
    })
  /** A broker became leader; unclean, if it was not in the ISR. */
  | {
      readonly kind: "elected";
      readonly broker: string;
      readonly partition: string;
      readonly leaderEpoch: number;
      readonly isUnclean: boolean;
    };

/** By what retention cut a log. A limit that is left out is none. */
export type RetentionCut = {
  /** The broker's clock. */
  readonly nowMs: number;
  /** What is left of the log. */
  readonly bytesLeft: number;
  readonly retentionMs?: number | undefined;
  readonly retentionBytes?: number | undefined;
};
