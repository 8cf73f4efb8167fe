import type { Patch } from "./patch.ts";

const file = "solutions/03-fencing.ts";
const older = "no older master is let through after a newer one";
const lost = "no write that was let through is lost";
const newest = "the newest master is never refused";

export const patches: readonly Patch[] = [
  {
    name: "the number is not from the election: every node begins with version 0",
    file,
    from: "return stat.czxid;",
    to: "return 1 + stat.version;",
    origin: "the beginner's first idea: a version is what grows",
    caughtBy: older,
  },
  {
    name: "an old token lowers the fence, and the next old one passes",
    file,
    from: "  if (use.token < fence.newest) return false;\n  fence.newest = use.token;\n  return true;",
    to: "  const isOld = use.token < fence.newest;\n  fence.newest = use.token;\n  return !isOld;",
    origin: "a check and an update in the wrong order",
    caughtBy: older,
  },
  {
    name: "old tokens are refused for writes only after a write",
    file,
    from: "  fence.newest = use.token;\n",
    to: '  if (use.kind === "write") fence.newest = use.token;\n',
    origin:
      "Kleppmann, How to do distributed locking (2016), taken at its word: the storage checks the token of every write",
    caughtBy: lost,
  },
  {
    name: "reads are let through, whoever reads",
    file,
    from: "if (use.token < fence.newest) return false;",
    to: 'if (use.kind === "write" && use.token < fence.newest) return false;',
    origin: "a read does no harm, one thinks; but it moves the fence back",
    caughtBy: older,
  },
  {
    name: "the session's number is the token",
    file,
    from: "return stat.czxid;",
    to: "return stat.ephemeralOwner;",
    origin: "sessions are numbered as well: who came first may be elected last",
    caughtBy: newest,
  },
  {
    name: "the time of the election is the token",
    file,
    from: "return stat.czxid;",
    to: "return stat.ctime;",
    origin: "a timestamp as a version, as in last-write-wins stores; clocks jump",
    caughtBy: newest,
  },
  {
    name: "of the transaction's number only the counter is kept",
    file,
    from: "return stat.czxid;",
    to: "return stat.czxid % 2 ** 32;",
    origin: "a column of 32 bits: the epoch of the leader is lost, and each leader counts from 0",
    caughtBy: newest,
  },
  {
    name: "the same token is refused the second time",
    file,
    from: "use.token < fence.newest",
    to: "use.token <= fence.newest",
    origin: "a token taken for a number of the request",
    caughtBy: newest,
  },
];
