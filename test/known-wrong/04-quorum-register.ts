import type { Patch } from "./patch.ts";

const file = "solutions/04-quorum-register.ts";
const linearizable = "whatever is lost, late or dead, reads and writes are linearizable";
const takenBack = "what one read has returned, no later read takes back";
const inTime = "while a majority can be reached, every operation is done in time";
const asksOnce = "a read that a whole quorum answers alike asks once and stores nothing";

export const patches: readonly Patch[] = [
  {
    name: "half of an even number counts as a majority",
    file,
    from: "Math.floor(replicas / 2) + 1",
    to: "Math.ceil(replicas / 2)",
    origin:
      "Elasticsearch before 7.0: discovery.zen.minimum_master_nodes set to half of the nodes, a split brain",
    caughtBy: linearizable,
  },
  {
    name: "a read asks one replica only",
    file,
    from: "read: majority,",
    to: "read: 1,",
    origin: "Cassandra's default consistency level, ONE, under quorum writes",
    caughtBy: linearizable,
  },
  {
    name: "a write is done when one replica has it",
    file,
    from: "write: majority }",
    to: "write: 1 }",
    origin: "asynchronous replication, as in MySQL and Redis by default",
    caughtBy: takenBack,
  },
  {
    name: "of two versions with the same counter, whichever came first is the newer",
    file,
    from: " || (a.counter === b.counter && a.writer > b.writer)",
    to: "",
    origin: "the algorithm of Attiya, Bar-Noy and Dolev (1995) for one writer, used with several",
    caughtBy: linearizable,
  },
  {
    name: "the writer's name decides before the counter does",
    file,
    from: "a.counter > b.counter || (a.counter === b.counter && a.writer > b.writer)",
    to: "a.writer > b.writer || (a.writer === b.writer && a.counter > b.counter)",
    origin: "last write wins with clocks that differ: the writer whose clock is ahead always wins",
    caughtBy: linearizable,
  },
  {
    name: "a new write takes the counter that it found",
    file,
    from: "counter + 1, writer",
    to: "counter || 1, writer",
    origin: "off by one; last write wins with a clock too coarse to tell two writes apart",
    caughtBy: linearizable,
  },
  {
    name: "a new write counts from the first answer that came",
    file,
    from: "newest(found).timestamp.counter + 1",
    to: "(found[0]?.timestamp.counter ?? 0) + 1",
    origin: "the beginner's first idea: a quorum was asked, so any of its answers will do",
    caughtBy: linearizable,
  },
  {
    name: "a read never stores",
    file,
    from: "return have.length < sizes.write;",
    to: "return have.length > found.length;",
    origin:
      "Lamport, On Interprocess Communication (1986): regular is not atomic; Dynamo repairs after it has answered",
    caughtBy: takenBack,
  },
  {
    name: "a read stores only when no other replica has the newest version",
    file,
    from: "return have.length < sizes.write;",
    to: "return have.length < Math.min(2, sizes.write);",
    origin: "two copies are safe, says the beginner; with five replicas three can miss them",
    caughtBy: takenBack,
  },
  {
    name: "a write waits for all replicas",
    file,
    from: "return { read: majority, write: majority };",
    to: "return { read: 1, write: replicas };",
    origin: "read one, write all: replication without quorums (Bernstein and Goodman, 1984)",
    caughtBy: inTime,
  },
  {
    name: "a majority is one more than it needs to be",
    file,
    from: "Math.floor(replicas / 2) + 1",
    to: "Math.min(replicas, Math.floor(replicas / 2) + 2)",
    origin: "a safety margin nobody asked for",
    caughtBy: inTime,
  },
  {
    name: "every read stores what it found",
    file,
    from: "return have.length < sizes.write;",
    to: "return have.length > 0 && timestamp.counter > 0;",
    origin: "the algorithm of Attiya, Bar-Noy and Dolev (1995), which leaves this saving out",
    caughtBy: asksOnce,
  },
];
