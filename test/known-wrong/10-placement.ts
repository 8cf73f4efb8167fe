/** Mistakes in placing replicas. */

import type { Patch } from "./patch.ts";

const file = "solutions/10-placement.ts";
const apart = "every partition has all its replicas, on different brokers";
const keeps = "no broker keeps two replicas more than another";
const leads = "no broker leads two partitions more than another, nor keeps two replicas more";
const grows =
  "when a topic grows, its partitions stay where they are, and all is even before and after";

/** Returns for replica `r` of partition `p` the broker at this index, wherever the replicas are. */
function rule(index: string): Pick<Patch, "file" | "from" | "to"> {
  const from = "const all = brokers";
  const to = `if (replicas > 0) {
    return Array.from({ length: partitions }, (_, p) =>
      Array.from({ length: replicas }, (_, r) => brokers[(${index}) % brokers.length] ?? ""));
  }
  const all = brokers`;
  return { file, from, to };
}

/** Each is caught by `check`. */
export const patches: readonly Patch[] = [
  {
    name: "deals the replicas round the table and lets the first of each group lead",
    ...rule("p * replicas + r"),
    origin: "the beginner's first idea; with 2 replicas on 4 brokers, two brokers never lead",
    caughtBy: leads,
  },
  {
    name: "lets the leaders go round and puts the followers behind them",
    ...rule("p + r"),
    origin:
      "the stripes of Kafka's placers: even when the partitions are a multiple of the brokers",
    caughtBy: keeps,
  },
  {
    name: "skips a broker between two replicas, and comes round to the first again",
    ...rule("p + 2 * r"),
    origin: "neighbours share a rack, so they should not share a partition",
    caughtBy: apart,
  },
  {
    name: "gives each broker a range of neighbouring partitions to lead",
    ...rule("Math.floor((p * brokers.length) / partitions) + r"),
    origin: "range partitioning",
    caughtBy: grows,
  },
  {
    name: "starts at a broker that depends on the number of partitions",
    file,
    from: "brokers.map((name) => (",
    to: "brokers.map((_, i) => brokers[(i + partitions) % brokers.length] ?? '').map((name) => (",
    origin: "a start drawn anew when the topic is altered",
    caughtBy: grows,
  },
  {
    name: "lists the replicas by name, so that the first name leads",
    file,
    from: "least.sort((a, b) => a.led - b.led)",
    to: "least.sort((a, b) => a.name.localeCompare(b.name))",
    origin: "a tidy list where the order has a meaning",
    caughtBy: leads,
  },
  {
    name: "counts every replica as led",
    file,
    from: "chosen.slice(0, 1)",
    to: "chosen",
    origin: "one count for two things",
    caughtBy: leads,
  },
  {
    name: "chooses by who leads least and forgets who keeps least",
    file,
    from: "(a, b) => a.kept - b.kept",
    to: "(a, b) => a.led - b.led",
    origin: "balancing the writes only",
    caughtBy: keeps,
  },
  {
    name: "asks for one replica less on a cluster that is just large enough",
    file,
    from: "slice(0, replicas)",
    to: "slice(0, Math.min(replicas, Math.max(1, brokers.length - 1)))",
    origin: "keeping a broker in reserve",
    caughtBy: apart,
  },
];
