/** What the stub of each exercise exports: the types under which a cell sees a learner's file. */

export type Exercises = {
  "00-linearizability": typeof import("../../exercises/00-linearizability.ts");
  "01-tracker": typeof import("../../exercises/01-tracker.ts");
  "02-znodes": typeof import("../../exercises/02-znodes.ts");
  "02-sessions": typeof import("../../exercises/02-sessions.ts");
  "02-watches": typeof import("../../exercises/02-watches.ts");
  "03-election": typeof import("../../exercises/03-election.ts");
  "03-fencing": typeof import("../../exercises/03-fencing.ts");
  "04-quorum-register": typeof import("../../exercises/04-quorum-register.ts");
  "05-commit-rule": typeof import("../../exercises/05-commit-rule.ts");
  "05-follower-sync": typeof import("../../exercises/05-follower-sync.ts");
  "06-wal": typeof import("../../exercises/06-wal.ts");
  "07-partitioner": typeof import("../../exercises/07-partitioner.ts");
  "07-segmented-log": typeof import("../../exercises/07-segmented-log.ts");
  "08-assignors": typeof import("../../exercises/08-assignors.ts");
  "08-consumer-loop": typeof import("../../exercises/08-consumer-loop.ts");
  "09-high-watermark": typeof import("../../exercises/09-high-watermark.ts");
  "09-truncation": typeof import("../../exercises/09-truncation.ts");
  "10-availability": typeof import("../../exercises/10-availability.ts");
  "10-capacity": typeof import("../../exercises/10-capacity.ts");
  "10-placement": typeof import("../../exercises/10-placement.ts");
  "11-broadcast": typeof import("../../exercises/11-broadcast.ts");
  "11-property": typeof import("../../exercises/11-property.ts");
};
