/** Judges exercise 02-watches: clients read and watch, nodes change, and what each client hears is compared with the ensemble's. */

import fc from "fast-check";
import type { EventType } from "quorumlab/ensemble";
import type { Server } from "../../exercises/02-watches.ts";
import { expectExample } from "./example.ts";
import type { Exercise, Property } from "./exercise.ts";
import { CLIENTS, play, type Step } from "./watched.ts";

type Module = typeof import("../../exercises/02-watches.ts");

const path = fc.constantFrom("/a", "/a", "/a/b");
const client = fc.constantFrom(...CLIENTS);
const read: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("read" as const),
  client,
  read: fc.record({
    kind: fc.constantFrom("exists" as const, "getData" as const, "getChildren" as const),
    path: fc.oneof({ weight: 4, arbitrary: path }, fc.constant("/")),
  }),
});
const write: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("write" as const),
  op: fc.oneof(
    path.map((path) => ({ kind: "create" as const, path, data: "", mode: "persistent" as const })),
    path.map((path) => ({ kind: "delete" as const, path, version: -1 })),
    path.map((path) => ({ kind: "setData" as const, path, data: "", version: -1 })),
  ),
});
const connection = fc.record({ kind: fc.constant("connection" as const), client });

const connected = fc.array(fc.oneof(read, write), { maxLength: 40, size: "max" });
const reconnecting = fc.array(fc.oneof(read, write, connection), { maxLength: 40, size: "max" });

function property(
  says: string,
  isExact: boolean,
  runs: number,
  steps: fc.Arbitrary<Step[]>,
  situations: readonly string[],
): Property<Module> {
  return {
    says,
    points: 1,
    runs,
    situations,
    of: (module, saw) => fc.property(steps, (plan) => play(module, plan, isExact, saw)),
  };
}

/** The exercise, for the grader. */
export const exercise: Exercise<Module> = {
  name: "02-watches",
  title: "Watches that fire once",
  exports: ["watch", "fire", "catchUp"],
  inPlace: ["watch", "fire", "catchUp"],
  hints: [
    "Two small functions carry all three: one puts a watch into the list unless it is there, the other takes all watches of one kind and path out of it and makes events of them.",
    "A deletion may find one client twice, waiting for the node and for its children. Both watches go, but how often is the client told?",
    "In `catchUp` every path ends in one of two ways: an event now, or a watch for later. Compare `mzxid` for data, `pzxid` for children, with what the client has seen; what is equal it has seen.",
  ],

  examples(module) {
    const server: Server = { watches: [] };
    module.watch(server, "c1", { kind: "getData", path: "/a" }, true);
    const waits = [{ client: "c1", of: "data", path: "/a" }] as const;
    expectExample('getData of "/a" by c1, by the list that watch leaves,', server.watches, waits);
    const event = (type: EventType) => [{ client: "c1", type, path: "/a" }];
    const fired = module.fire({ watches: [...waits] }, { kind: "dataChanged", path: "/a" });
    expectExample('fire of a change of "/a"', fired, event("NodeDataChanged"));
    const waiting = { lastZxid: 7, data: ["/a"], exist: [], child: [] };
    const back = (mzxid: number) =>
      module.catchUp({ watches: [] }, "c1", waiting, { "/a": { mzxid, pzxid: 2 } });
    expectExample('catchUp with "/a" at mzxid 9', back(9), event("NodeDataChanged"));
    expectExample('catchUp with "/a" at mzxid 3', back(3), []);
  },

  properties: [
    property(
      "a watch fires at the first change that the answer did not show, and at no other",
      false,
      300,
      connected,
      ["a read failed", "a client waited for a node to come"],
    ),
    property(
      "one change tells a client each thing once, of the node before its parent",
      true,
      300,
      connected,
      ["a client was told two things at once"],
    ),
    property(
      "a client that comes back hears what it missed, and waits for the rest",
      false,
      600,
      reconnecting,
      ["NodeCreated", "NodeDeleted", "NodeDataChanged", "NodeChildrenChanged"].map(
        (type) => `${type} was missed`,
      ),
    ),
  ],
};
