import type { Patch } from "./patch.ts";

const file = "solutions/03-election.ts";
const oneMaster = "no two candidates may serve at one time";
const somebody = "when all is well again, somebody may serve";
const stops = "a master whose node is deleted stops";
const certain =
  "a master may serve for as long as it is certain: by lease, also without a connection";
const quiet = "while nothing changes, a candidate asks nothing";

export const patches: readonly Patch[] = [
  {
    name: "a master serves until it hears that its session has expired",
    file,
    from: "nowMs < known.aliveUntilMs",
    to: 'known.state !== "expired"',
    origin:
      "ZooKeeper Programmer's Guide, ZooKeeper Sessions: a client hears of its expiry only when it is connected again",
    caughtBy: oneMaster,
  },
  {
    name: "a master that was asleep takes itself for connected",
    file,
    from: "nowMs < known.aliveUntilMs &&",
    to: '(serves === "whileConnected" || nowMs < known.aliveUntilMs) &&',
    origin: "HBase: a region server wakes up from a long garbage collection and goes on writing",
    caughtBy: oneMaster,
  },
  {
    name: "a candidate that starts again adopts the node of its older session",
    file,
    from: "learn(stat?.ephemeralOwner ?? null);",
    to: `const made = stat && (await zookeeper.getData("/master"));
      learn(made?.data === id ? zookeeper.session : (stat?.ephemeralOwner ?? null));`,
    origin: "KAFKA-1387: a broker comes back and finds the node of its own older session",
    caughtBy: oneMaster,
  },
  {
    name: "a create without an answer has failed",
    file,
    from: `await zookeeper.create("/master", id, "ephemeral").catch(() => {});
      const { promise: changed, resolve } = Promise.withResolvers<void>();
      const stat = await zookeeper.exists("/master", () => resolve());
      learn(stat?.ephemeralOwner ?? null);`,
    to: `const made = await zookeeper.create("/master", id, "ephemeral").catch(() => null);
      const { promise: changed, resolve } = Promise.withResolvers<void>();
      const stat = await zookeeper.exists("/master", () => resolve());
      const isOther = made === null && stat?.ephemeralOwner === zookeeper.session;
      learn(isOther ? null : (stat?.ephemeralOwner ?? null));`,
    origin:
      "ZooKeeper Recipes, Recoverable Errors and the GUID: a candidate waits for its own node",
    caughtBy: somebody,
  },
  {
    name: "everybody waits for a node that nobody makes",
    file,
    from: "if (stat !== null) await changed;",
    to: "await changed;",
    origin: "ZooKeeper Recipes, Barriers: exists() has to be asked again after every event",
    caughtBy: somebody,
  },
  {
    name: "the node outlives its master",
    file,
    from: '"ephemeral"',
    to: '"persistent"',
    origin: "a lock file",
    caughtBy: somebody,
  },
  {
    name: "a candidate gives up at the first lost connection",
    file,
    from: "if (!(error as ZooKeeperError).retriable) return;",
    to: "if ((error as ZooKeeperError).code) return;",
    origin: "Curator's LeaderSelector without autoRequeue: who has lost once does not ask again",
    caughtBy: somebody,
  },
  {
    name: "a candidate goes on with a session that is over",
    file,
    from: "if (!(error as ZooKeeperError).retriable) return;",
    to: 'if ((error as ZooKeeperError).code === "NoNode") return;',
    origin: "clients that take SessionExpired for one more lost connection",
    caughtBy: somebody,
  },
  {
    name: "a master watches its session and not its node",
    file,
    from: "if (stat !== null) await changed;",
    to: `if (stat?.ephemeralOwner === zookeeper.session) {
        await new Promise<void>((over) => zookeeper.onState((now) => now === "expired" && over()));
      } else if (stat !== null) await changed;`,
    origin: "the rule of the lecture, forgotten: stop when master is null",
    caughtBy: stops,
  },
  {
    name: "a master serves on until it knows who is next",
    file,
    from: "      learn(null);\n",
    to: "",
    origin: "the beginner's first idea: keep the old value until there is a new one",
    caughtBy: stops,
  },
  {
    name: "a master forgets that it is one when the connection is lost",
    file,
    from: "  for (;;) {\n",
    to: '  zookeeper.onState((now) => now === "disconnected" && learn(null));\n  for (;;) {\n',
    origin: "Curator's LeaderLatch: leadership is lost when the connection is suspended",
    caughtBy: certain,
  },
  {
    name: "a candidate looks again and again instead of waiting",
    file,
    from: "if (stat !== null) await changed;\n      learn(null);",
    to: 'if (stat !== null) await zookeeper.sync("/master");',
    origin: "polling, which watches are there to spare: Hunt et al., ZooKeeper (ATC 2010), 2.3",
    caughtBy: quiet,
  },
];
