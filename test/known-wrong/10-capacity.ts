/** Mistakes in sizing consumers and partitions. */

import type { Patch } from "./patch.ts";

const file = "solutions/10-capacity.ts";
const consumers = "Math.ceil((load.eventsPerSecond * load.serviceMs) / (10 * busyPercent))";
const partitions = "Math.ceil(Math.max(...consumersPerGroup) / brokers) * brokers";
const most = "Math.ceil(partitions / consumers)";
const spare =
  "the consumers asked for are enough and not one too many, when they have time to spare";
const exact =
  "the consumers asked for are enough and not one too many, also when the work just fits";
const justRight =
  "no consumer of any group is idle, every broker leads equally many partitions, and no smaller number does that";
const busiest = "a group keeps up exactly when its busiest consumer does";

/** Each is caught by `check`. */
export const patches: readonly Patch[] = [
  {
    name: "computes in fractions, so that an exact fit is rounded up once more",
    file,
    from: consumers,
    to: "Math.ceil((load.eventsPerSecond * (load.serviceMs / 1000)) / (busyPercent / 100))",
    origin: "the obvious formula, with its units converted on the way",
    caughtBy: exact,
  },
  {
    name: "divides by the rate of one consumer, which is rounded",
    file,
    from: consumers,
    to: "Math.ceil(load.eventsPerSecond / ((10 * busyPercent) / load.serviceMs))",
    origin: "the lecture's way (events per consumer first), with two divisions",
    caughtBy: exact,
  },
  {
    name: "rounds to the nearest number of consumers",
    file,
    from: consumers,
    to: "Math.round((load.eventsPerSecond * load.serviceMs) / (10 * busyPercent))",
    origin: "the beginner's first idea",
    caughtBy: spare,
  },
  {
    name: "adds a quarter of headroom whatever the limit is",
    file,
    from: consumers,
    to: "Math.ceil((load.eventsPerSecond * load.serviceMs) / (busyPercent < 100 ? 800 : 1000))",
    origin: "the lecture's 125, learned by heart",
    caughtBy: spare,
  },
  {
    name: "rounds the rate of one consumer down before it divides",
    file,
    from: consumers,
    to: "Math.ceil(load.eventsPerSecond / Math.floor((10 * busyPercent) / load.serviceMs))",
    origin: "the lecture's way (events per consumer first) with whole events",
    caughtBy: spare,
  },
  {
    name: "rounds up before the headroom and after it",
    file,
    from: consumers,
    to: "Math.ceil((Math.ceil((load.eventsPerSecond * load.serviceMs) / 1000) * 100) / busyPercent)",
    origin: "two steps of a capacity sheet, each on the safe side",
    caughtBy: spare,
  },
  {
    name: "adds up the consumers of all groups",
    file,
    from: partitions,
    to: "Math.ceil(consumersPerGroup.reduce((sum, group) => sum + group, 0) / brokers) * brokers",
    origin: "a queue's point of view: every message goes to one consumer",
    caughtBy: justRight,
  },
  {
    name: "looks at the first group only",
    file,
    from: partitions,
    to: "Math.ceil((consumersPerGroup[0] ?? 1) / brokers) * brokers",
    origin: "a topic sized for its first reader, then shared",
    caughtBy: justRight,
  },
  {
    name: "adds a whole round of partitions when none is missing",
    file,
    from: partitions,
    to: "Math.max(...consumersPerGroup) + (brokers - (Math.max(...consumersPerGroup) % brokers))",
    origin: "padding with size − remainder",
    caughtBy: justRight,
  },
  {
    name: "judges the group by its average consumer",
    file,
    from: most,
    to: "partitions / consumers",
    origin: "the beginner's first idea",
    caughtBy: busiest,
  },
  {
    name: "leaves out idle consumers, then averages over the others",
    file,
    from: most,
    to: "partitions / Math.min(partitions, consumers)",
    origin: "half of the insight",
    caughtBy: busiest,
  },
  {
    name: "forgets the partitions that are left over",
    file,
    from: most,
    to: "Math.floor(partitions / consumers)",
    origin: "integer division",
    caughtBy: busiest,
  },
  {
    name: "divides the events first, so that what just fits may be a little more",
    file,
    from: "load.eventsPerSecond * load.serviceMs * most <= 1000 * partitions",
    to: "(load.eventsPerSecond / partitions) * most * load.serviceMs <= 1000",
    origin: "the sentence of the exercise, written down from left to right",
    caughtBy: busiest,
  },
  {
    name: "calls a consumer overloaded that just keeps up",
    file,
    from: "most <= 1000",
    to: "most < 1000",
    origin: "a strict comparison",
    caughtBy: busiest,
  },
];
