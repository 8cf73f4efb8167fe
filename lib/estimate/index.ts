/** Arithmetic before measurement. */
export {
  atLeast,
  availabilityFromOutages,
  availabilityFromRepair,
  downtime,
  inParallel,
  inSeries,
  nines,
  percent,
  secondsPerMonth,
  secondsPerYear,
} from "./availability.ts";
export type { Load, Sharing } from "./capacity.ts";
export {
  catchUpSeconds,
  consumersNeeded,
  eventsPerSecondPerConsumer,
  partitionsNeeded,
  retentionBytes,
  sharing,
  utilisation,
} from "./capacity.ts";
export type { BusiestChance, Cluster, Placement, Topic } from "./placement.ts";
export {
  kafkaBusiestChances,
  leadersPerBroker,
  placeAsKafka,
  placeBalanced,
  replicasInAll,
  replicasOnBusiestBalanced,
  replicasPerBroker,
} from "./placement.ts";
export type { AfterSplit, QuorumSizes } from "./quorum.ts";
export {
  afterSplit,
  majority,
  quorumAvailability,
  quorumsMeet,
  toleratedFailures,
} from "./quorum.ts";
