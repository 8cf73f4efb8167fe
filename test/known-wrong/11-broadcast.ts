import type { Patch } from "./patch.ts";

const file = "solutions/11-broadcast.ts";
const sameOrder =
  "whoever is late, asleep or cut off: all deliver the same values in the same order";
const survives = "whoever crashes: what was delivered is delivered again, in its place";
const majorityIsEnough = "while a majority is up and connected, it delivers in time";
const everything = "when all is well again, everybody has everything in time";

export const patches: readonly Patch[] = [
  {
    name: "half of the servers are enough",
    file,
    from: "Math.floor(members.length / 2) + 1",
    to: "Math.floor(members.length / 2)",
    origin: "Elasticsearch before 7.0, with discovery.zen.minimum_master_nodes set to half",
    caughtBy: sameOrder,
  },
  {
    name: "a server votes for everybody who asks",
    file,
    from: "if (isOlder < 0 || (voted ?? from) !== from) return;",
    to: "if (isOlder < 0) return;",
    origin: "Raft's rule of one vote a term, left out",
    caughtBy: sameOrder,
  },
  {
    name: "everybody delivers what the leader has proposed",
    file,
    from: "commit(state, message.committed, out);",
    to: "commit(state, message.log.length, out);",
    origin: "ZOOKEEPER-4394: proposals that were not committed are applied",
    caughtBy: sameOrder,
  },
  {
    name: "the shorter log may win",
    file,
    from: "if (isOlder < 0 || (voted ?? from) !== from) return;",
    to: "if ((voted ?? from) !== from) return;",
    origin:
      "ZOOKEEPER-1154: a leader that lacks what a majority has; Raft's section 5.4.1, left out",
    caughtBy: sameOrder,
  },
  {
    name: "of two logs the longer one is the newer, whoever wrote it",
    file,
    from: "message.epoch - epoch || message.log.length - log.length",
    to: "message.log.length - log.length || message.epoch - epoch",
    origin: "the first idea of everybody who compares logs; Raft's figure 8",
    caughtBy: sameOrder,
  },
  {
    name: "a log keeps the mark of who wrote its last value, and is committed by length alone",
    file,
    from: "        keep(state, { epoch: term }, out);\n",
    to: "",
    origin: "Raft's figure 8: entries of older terms counted as if they were the leader's own",
    caughtBy: sameOrder,
  },
  {
    name: "a log is acknowledged before it is on disk",
    file,
    from: 'out.send(from, { kind: "yes", term, length: message.log.length });',
    to: 'out.send(from, { kind: "yes", term, length: message.log.length }, { beforeSync: true });',
    origin: "ZOOKEEPER-4646 and 3911: an acknowledgement before the fsync",
    caughtBy: survives,
  },
  {
    name: "what was delivered is not delivered again",
    file,
    from: "committed: 0, waiting",
    to: "committed: kept.log.length, waiting",
    origin: "ZOOKEEPER-2845: after a restart, memory ahead of the log",
    caughtBy: survives,
  },
  {
    name: "a value is handed on once",
    file,
    from: "    state.waiting = state.waiting.filter((value) => !delivered.includes(value));\n",
    to: "    state.waiting = state.waiting.filter((value) => !kept.log.includes(value));\n",
    origin: "ours, in the first draft of the solution: a log that is not committed can be replaced",
    caughtBy: everything,
  },
  {
    name: "nobody calls again after a connection broke",
    file,
    from: "if (peer !== state.id) out.connect(peer);",
    to: "if (peer !== state.id && state.kept.term < 2) out.connect(peer);",
    origin: "a client that connects once, at its start",
    caughtBy: everything,
  },
  {
    name: "all wait almost equally long before they ask for votes",
    file,
    from: "100 + 100 * out.random()",
    to: "100 + 5 * out.random()",
    origin: "Raft's section 5.2: split votes, again and again",
    caughtBy: majorityIsEnough,
  },
  {
    name: "a value is committed when everybody has it",
    file,
    from: "(a, b) => b - a)[majority - 1] ?? 0",
    to: "(a, b) => b - a)[members.length - 1] ?? 0",
    origin: "two-phase commit, which waits for everybody",
    caughtBy: majorityIsEnough,
  },
  {
    name: "the log is kept in memory only",
    file,
    from: "keep(state, { epoch: message.epoch, log: message.log }, out);",
    to: "state.kept = { ...state.kept, epoch: message.epoch, log: message.log };",
    origin: "Redis Cluster and other stores that replicate without writing to disk",
    caughtBy: survives,
  },
  {
    name: "a leader is told of by its log only, and steps down for nobody",
    file,
    from: '        state.role = "following";\n        state.leader = null;\n      }',
    to: '        if (state.role !== "leading") state.leader = null;\n      }',
    origin: "Raft's rule for all servers, left out: a higher term makes a follower",
    caughtBy: sameOrder,
  },
];
