import type { Patch } from "./patch.ts";

const recipe = (name: string) => `lib/recipes/${name}.ts`;

const oneMaster = "at most one master serves, and the healthy have one in time";
const noLateWrite = "a resource that checks tokens takes no late write, even when clocks jump";
const noHerd = "whoever dies in a line wakes one of those who wait, and no herd";
const locked = "a writer has the lock alone, readers share it, and everybody gets it";
const noItemLost = "whatever is put into a queue is done, whoever dies";
const together = "nobody begins before all have come, or goes on before all have finished or died";
const followed =
  "no change of a shared value is lost, and the healthy know it and each other in time";

export const patches: readonly Patch[] = [
  {
    name: "a master serves until it hears that its session has expired",
    file: recipe("mastership"),
    from: "const isAlive = clock.now() < zk.aliveUntilMs - DRIFT * zk.timeoutMs;",
    to: "const isAlive = DRIFT >= 0;",
    origin:
      "the beginner's first idea; but a client learns of its expiry only when it is back (ZooKeeper Programmer's Guide, sessions)",
    caughtBy: oneMaster,
  },
  {
    name: "a master counts a session timeout from when it was disconnected",
    file: recipe("mastership"),
    from: "zk.aliveUntilMs - DRIFT * zk.timeoutMs",
    to: "zk.aliveUntilMs + (2 / 3 - DRIFT) * zk.timeoutMs",
    origin:
      "a timer started at the Disconnected event, as in Curator's session error policies before 3.0: the server counts from what it heard last",
    caughtBy: oneMaster,
  },
  {
    name: "a master that obeys its connection does not look at the clock",
    file: recipe("mastership"),
    from: 'return isAlive && (serves === "byLease" || zk.state === "connected");',
    to: 'return serves === "byLease" ? isAlive : zk.state === "connected";',
    origin:
      "Burrows, Chubby (OSDI 2006), section 2.4, and HBase's region servers: a process that slept believes what it knew before",
    caughtBy: oneMaster,
  },
  {
    name: "a token that does not grow with each mastership",
    file: recipe("mastership"),
    from: "    token: won.token,",
    to: "    token: zk.session,",
    origin: "KAFKA-6082: nothing in a controller's writes told it from its successor",
    caughtBy: noLateWrite,
  },
  {
    name: "the resource takes every token",
    file: recipe("fenced"),
    from: "return token >= newest;",
    to: "return token >= 0 || newest === 0;",
    origin:
      "HBASE-2312 and its like: a lock service alone, and a write after a long collection of garbage",
    caughtBy: noLateWrite,
  },
  {
    name: "the resource forgets the newest token when it restarts",
    file: recipe("fenced"),
    from: 'saved.cell("state") ?? { newest: 0, data: {} }',
    to: '({ newest: 0, data: saved.cell<FencedState>("state")?.data ?? {} })',
    origin: "fencing kept in memory only",
    caughtBy: noLateWrite,
  },
  {
    name: "a read is no use of the resource",
    file: recipe("fenced"),
    from: "state.newest = Math.max(state.newest, token);",
    to: 'if (message.kind === "write") state.newest = Math.max(state.newest, token);',
    origin:
      "Kleppmann, How to do distributed locking (2016), read as if only writes counted: what a new master has read may still be overwritten",
    caughtBy: noLateWrite,
  },
  {
    name: "a node with the own name is taken for the own node",
    file: recipe("own"),
    from: "if (stat !== null) return { stat, isOwn: stat.ephemeralOwner === zk.session, changed };",
    to: "if (stat !== null) return { stat, isOwn: stat.ephemeralOwner !== 0, changed };",
    origin:
      "KAFKA-1387: a broker that came back found its older session's node, which then went away with that session",
    caughtBy: followed,
  },
  {
    name: "a master that came back takes over the mastership of its older session",
    file: recipe("election"),
    from: "      return own(zk, clock, path, name);",
    to: `      const found = await answered(zk, clock, () => look(zk, path));
      if (found !== null && textOf(found.data) === name) return { path, token: found.stat.czxid };
      return own(zk, clock, path, name);`,
    origin:
      "KAFKA-4229: the controller's older session expired after it had been taken for the new one",
    caughtBy: oneMaster,
  },
  {
    name: "a sequential node is made again when the answer is lost",
    file: recipe("own"),
    from: "    if (found !== undefined) return found;",
    to: "    if (found === directory) return found;",
    origin:
      "the recipes of ZooKeeper 3.3 and of zktools, without a GUID: an orphan that nobody knows stands in the line",
    caughtBy: locked,
  },
  {
    name: "the name of a sequential node does not tell whose it is",
    file: recipe("own"),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    from: "const prefix = `${kind}-${zk.session.toString(16)}-${nth}-`;",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    to: "const prefix = `${kind}-${nth && ''}`;",
    origin: "a lost answer is looked up, and the node of somebody else is found",
    caughtBy: locked,
  },
  {
    name: "names are sorted whole",
    file: recipe("own"),
    from: "return [...names].sort((a, b) => sequence(a) - sequence(b));",
    to: "return [...names].sort();",
    origin:
      "ZOOKEEPER-2931: the session's id in front of the sequence number decided who had the lock",
    caughtBy: oneMaster,
  },
  {
    name: "a reader waits for the writers behind it as well",
    file: recipe("own"),
    from: "line.slice(0, line.indexOf(name)).findLast(isInTheWay)",
    to: 'line.slice(0, kind === "read" ? undefined : line.indexOf(name)).findLast(isInTheWay)',
    origin: "kazoo #649: a deadlock of the read/write lock",
    caughtBy: locked,
  },
  {
    name: "when the one before is gone it is one's turn",
    file: recipe("own"),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    from: "      await change(zk, clock, `${directory}/${last}`);\n      continue;",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    to: "      await change(zk, clock, `${directory}/${last}`);",
    origin:
      "ZOOKEEPER-3162, ZooKeeper's C lock recipe; the one before may have died while it waited itself",
    caughtBy: locked,
  },
  {
    name: "all who stand in line watch the first",
    file: recipe("own"),
    from: "line.slice(0, line.indexOf(name)).findLast(isInTheWay)",
    to: "line.slice(0, line.indexOf(name)).find(isInTheWay)",
    origin:
      "ZooKeeper Recipes and Solutions, Locks: the herd effect, which watching the one before avoids",
    caughtBy: noHerd,
  },
  {
    name: "a watch is set once, and not again after it fired",
    file: recipe("patience"),
    from: "    while (!isOver()) {\n      let isOld = false;",
    to: "    for (let once = true; !isOver(); once = false) {\n      let isOld = !once;",
    origin: "the beginner's classic: a watch of ZooKeeper fires once",
    caughtBy: followed,
  },
  {
    name: "a node is read first, and watched after that",
    file: recipe("patience"),
    from: `  if ((await zk.exists(path, watcher)) === null) return null;
  return unlessGone(zk.getData(path));`,
    to: `  const found = await zk.getData(path).catch(() => null);
  await zk.exists(path, watcher);
  return found;`,
    origin: "the beginner's classic: what happens between the read and the watch is missed",
    caughtBy: followed,
  },
  {
    name: "a value is written without its version",
    file: recipe("configuration"),
    from: "zk.setData(path, value, version);",
    to: "zk.setData(path, value);",
    origin: "the lost update",
    caughtBy: followed,
  },
  {
    name: "a change is made again when its answer was lost",
    file: recipe("configuration"),
    from: '"BadVersion", "NodeExists", "NoNode"',
    to: '"BadVersion", "NodeExists", "NoNode", "ConnectionLoss"',
    origin: "clients that retry whatever is retriable: the change may have been made",
    caughtBy: followed,
  },
  {
    name: "an item is removed when it is taken",
    file: recipe("queue"),
    from: "    return { data: found.data, done, giveBack };",
    to: "    await done();\n    return { data: found.data, done: async () => {}, giveBack };",
    origin:
      "ZooKeeper Recipes and Solutions, Queues, and kazoo's Queue: what a dead consumer has taken is lost",
    caughtBy: noItemLost,
  },
  {
    name: "a claim is given up before the item is removed",
    file: recipe("queue"),
    from: "      await zk.multi(ops);",
    to: "      for (const { path } of ops) await zk.delete(path);",
    origin: "two requests where one multi is needed: in between, somebody claims the item",
    caughtBy: noItemLost,
  },
  {
    name: "an item whose removal was not answered is removed again",
    file: recipe("queue"),
    from: "if (left !== null) await remove(item);",
    to: "if (left !== undefined) await remove(item);",
    origin: "a retry that takes NoNode for an error, after its own first attempt",
    caughtBy: noItemLost,
  },
  {
    name: "a participant of a barrier is counted by its session",
    file: recipe("barrier"),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    from: "mine = await own(zk, clock, `${inside}/${name}`);",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    to: "mine = await own(zk, clock, `${inside}/${name}-${zk.session}`);",
    origin: "KAFKA-1387's relative: whoever comes back counts twice until its older session ends",
    caughtBy: together,
  },
  {
    name: "everybody goes on when the first has gone",
    file: recipe("barrier"),
    from: "        } else await change(",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    to: "        } else if (!isFirst) {\n          await change(zk, clock, `${inside}/${first}`);\n          return;\n        } else await change(",
    origin:
      "ZooKeeper Recipes and Solutions, Double Barriers, whose loop goes back to the beginning: the first may have died",
    caughtBy: together,
  },
  {
    name: "whoever resigns makes room first, and stops then",
    file: recipe("mastership"),
    from: '      end("resigned");\n      await disown(zk, clock, won);',
    to: '      await disown(zk, clock, won);\n      end("resigned");',
    origin:
      "the beginner's order: the successor may serve before the answer to the delete has come",
    caughtBy: oneMaster,
  },
];
