/** Mistakes in the table of sessions. */

import type { Patch } from "./patch.ts";

const file = "solutions/02-sessions.ts";
const life = "an ephemeral node lives exactly as long as its session";
const time =
  "a session is over at the first tick after its whole timeout in silence, and not before";
const again = "a new leader forgets no session, and gives each its whole timeout again";
const granted = "Math.min(Math.max(askedMs, 2 * table.tickMs), 20 * table.tickMs)";
const forget = "  table.sessions = table.sessions.filter((session) => session.id !== id);\n";
const everyone = "for (const { id } of table.sessions) touch(table, id, nowMs);";

/** Each is caught by `check`. */
export const patches: readonly Patch[] = [
  {
    name: "takes the nodes of a session that ends, and lets it make new ones",
    file,
    from: forget,
    to: "",
    origin: "ZOOKEEPER-1208: an ephemeral node of a session that is long gone",
    caughtBy: life,
  },
  {
    name: "ends a session and leaves its nodes to a cleaner",
    file,
    from: "  table.ephemerals = table.ephemerals.filter(({ owner }) => owner !== id);\n",
    to: "  table.ephemerals = table.ephemerals.filter(({ path }) => path !== paths[0]);\n",
    origin: "ZOOKEEPER-1496: an ephemeral node that outlives its client",
    caughtBy: life,
  },
  {
    name: "takes the nodes of everybody when one session ends",
    file,
    from: "({ owner }) => owner === id)",
    to: "({ owner }) => owner <= id)",
    origin: "a slip of the pen",
    caughtBy: life,
  },
  {
    name: "counts the timeout from the opening",
    file,
    from: "  session.deadlineMs = deadline(table, session.timeoutMs, nowMs);\n",
    to: "",
    origin: "cookies and tokens, which end however often they are used",
    caughtBy: time,
  },
  {
    name: "looks at the sessions of one tick only",
    file,
    from: "deadlineMs <= nowMs",
    to: "deadlineMs === nowMs",
    origin: "timer wheels that are behind after a pause",
    caughtBy: time,
  },
  {
    name: "gives every client the timeout that it asks for, if it is not too short",
    file,
    from: granted,
    to: "Math.max(askedMs, 2 * table.tickMs)",
    origin: "ZooKeeper before maxSessionTimeout (3.3): a client that asks for a day",
    caughtBy: time,
  },
  {
    name: "rounds a deadline to the tick that it falls on",
    file,
    from: "(Math.floor((nowMs + timeoutMs) / tickMs) + 1)",
    to: "Math.ceil((nowMs + timeoutMs) / tickMs)",
    origin: "off by one at the edge of a bucket",
    caughtBy: time,
  },
  {
    name: "refuses a session that is overdue and not closed yet",
    file,
    from: "if (session === undefined) return false;",
    to: "if (session === undefined || session.deadlineMs <= nowMs) return false;",
    origin: "two that decide the same thing: the request and the leader's look",
    caughtBy: life,
  },
  {
    name: "keeps the deadlines of another machine's clock",
    file,
    from: everyone,
    to: "",
    origin: "wall clocks compared across machines",
    caughtBy: again,
  },
  {
    name: "begins with an empty table",
    file,
    from: everyone,
    to: "table.sessions = [];",
    origin: "ZOOKEEPER-1367: after a restart nobody expires the sessions of before",
    caughtBy: again,
  },
  {
    name: "gives a new leader's sessions one tick",
    file,
    from: everyone,
    to: "for (const session of table.sessions) session.deadlineMs = deadline(table, 0, nowMs);",
    origin: "whoever is silent during an election taken for dead",
    caughtBy: again,
  },
];
