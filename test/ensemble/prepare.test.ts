/** The leader's check: which error comes first, what a multi takes back, which number a sequential node gets. */

import fc from "fast-check";
import { apply, emptyTree, prepare } from "quorumlab/ensemble";
import { describe, expect, test } from "vitest";
import { check, create, type Leader, leader, multi, remove, setData } from "./leader.ts";
import { multis, play, requests } from "./requests.ts";

/** /p with the children /p/c (with a child, at version 1) and /p/e (ephemeral). */
function withNodes(): Leader & { readonly session: number } {
  const one = leader();
  const session = one.open();
  for (const path of ["/p", "/p/c", "/p/c/d"]) one.ask(session, create(path));
  one.ask(session, create("/p/e", "ephemeral"));
  one.ask(session, setData("/p/c", "x"));
  return { ...one, session };
}

describe("the first rule that is broken decides the error of", () => {
  test.each([
    [create("foo"), "BadArguments"],
    [create("/none/\0"), "BadArguments"],
    [create("/none/."), "NoNode"],
    [create("/p//a"), "NoNode"],
    [create("/none/"), "NoNode"],
    [create("none/a"), "NoNode"],
    [create("/p/."), "BadArguments"],
    [create("/p/.."), "BadArguments"],
    [create("/p/\x01"), "BadArguments"],
    [create("/p/"), "BadArguments"],
    [create("//a"), "BadArguments"],
    [create("/"), "NodeExists"],
    [create("/p/c"), "NodeExists"],
    [create("/p/e/."), "BadArguments"],
    [create("/p/e/a"), "NoChildrenForEphemerals"],
    [create("/p/e/a", "ephemeral"), "NoChildrenForEphemerals"],
    [create("/zookeeper/a"), "Ok"],
    [remove("foo"), "BadArguments"],
    [remove("/none/\0"), "BadArguments"],
    [remove("/"), "BadArguments"],
    [remove("/zookeeper"), "BadArguments"],
    [remove("/zookeeper/quota"), "BadArguments"],
    [remove("/zookeeper/config"), "BadArguments"],
    [remove("/none/a"), "NoNode"],
    [remove("/p/"), "NoNode"],
    [remove("/p/.", 7), "NoNode"],
    [remove("/p/c", 0), "BadVersion"],
    [remove("/p/c", 1), "NotEmpty"],
    [remove("/p/c"), "NotEmpty"],
    [remove("/p/e", 0), "Ok"],
    [setData("foo", ""), "BadArguments"],
    [setData("", ""), "BadArguments"],
    [setData("/none/", ""), "BadArguments"],
    [setData("/none", "", 7), "NoNode"],
    [setData("/p/c", "", 0), "BadVersion"],
    [setData("/p/c", "", 1), "Ok"],
    [setData("/", ""), "Ok"],
    [multi(check("/p/")), "BadArguments"],
    [multi(check("/none", 7)), "NoNode"],
    [multi(check("/p", 1)), "BadVersion"],
    [multi(check("/p", 0), check("/p")), "Ok"],
    [check("/p"), "Unimplemented"],
  ] as const)("%j: %s", (request, code) => {
    const { session, ...one } = withNodes();
    expect(one.code(session, request)).toBe(code);
  });

  test.each([create("foo"), remove("/"), setData("foo", ""), multi(), check("/p")])(
    "a session that is over, before all others: %j",
    (request) => {
      const { session, ...one } = withNodes();
      one.ask(session, { kind: "closeSession" });
      expect(one.code(session, request)).toBe("SessionExpired");
      expect(one.code(77, request)).toBe("SessionExpired");
    },
  );
});

test("a failed request has a zxid of its own, and changes nothing", () => {
  const { session, ...one } = withNodes();
  const before = structuredClone(one.replica);
  expect(one.code(session, create("/p"))).toBe("NodeExists");
  expect(one.replica).toEqual(before);
  one.ask(session, setData("/p", "x"));
  expect(one.stat("/p").mzxid).toBe(8);
});

test("a request is checked against what was proposed before it, committed or not", () => {
  const ahead = emptyTree();
  const stamp = (zxid: number) => ({ zxid, timeMs: 0 });
  prepare(ahead, 0, { kind: "createSession", timeoutMs: 4000 }, stamp(1));
  const first = prepare(ahead, 1, create("/master"), stamp(2));
  const second = prepare(ahead, 1, create("/master"), stamp(3));
  expect([first.kind, second]).toEqual(["create", { kind: "error", code: "NodeExists" }]);
  const close = prepare(ahead, 1, { kind: "closeSession" }, stamp(4));
  const third = prepare(ahead, 1, create("/late", "ephemeral"), stamp(5));
  expect([close.kind, third]).toEqual(["closeSession", { kind: "error", code: "SessionExpired" }]);
});

describe("a sequence number", () => {
  const paths = (one: Leader, session: number, ...asked: [path: string, mode?: string][]) =>
    asked.map(([path, mode = "persistentSequential"]) => {
      const { result } = one.ask(session, create(path, mode));
      return result.kind === "create" ? result.path : result.kind;
    });

  test("has ten digits and counts every child that was ever created, of any kind", () => {
    const one = leader();
    const session = one.open();
    one.ask(session, create("/p"));
    expect(paths(one, session, ["/p/s-"], ["/p/s-", "ephemeralSequential"])).toEqual([
      "/p/s-0000000000",
      "/p/s-0000000001",
    ]);
    one.ask(session, create("/p/plain"));
    one.ask(session, remove("/p/s-0000000000"));
    expect(paths(one, session, ["/p/s-"], ["/p/"])).toEqual(["/p/s-0000000003", "/p/0000000004"]);
    expect(one.stat("/p").cversion).toBe(6);
  });

  test("is not used up by a create that fails", () => {
    const one = leader();
    const session = one.open();
    one.ask(session, create("/p"));
    one.ask(session, create("/p/s-0000000001"));
    expect(paths(one, session, ["/p/s-"], ["/p/."])).toEqual(["error", "/p/.0000000001"]);
  });

  test("of the root counts what is under the root", () => {
    const one = leader();
    const session = one.open();
    one.ask(session, create("/a"));
    expect(paths(one, session, ["/s"])).toEqual(["/s0000000001"]);
  });
});

describe("a multi", () => {
  test("sees what its own operations did", () => {
    const one = leader();
    const session = one.open();
    const whole = multi(create("/n"), setData("/n", "x", 0), check("/n", 1), remove("/n", 1));
    expect(one.code(session, whole)).toBe("Ok");
    const children = multi(
      create("/p"),
      create("/p/s", "persistentSequential"),
      create("/p/s", "persistentSequential"),
    );
    const { result } = one.ask(session, children);
    expect(result).toMatchObject({
      results: [{ path: "/p" }, { path: "/p/s0000000000" }, { path: "/p/s0000000001" }],
    });
  });

  test("without operations is ok", () => {
    const one = leader();
    expect(one.ask(one.open(), multi()).result).toEqual({ kind: "multi", results: [] });
  });

  test("that fails says what became of each operation, and changes nothing", () => {
    const { session, ...one } = withNodes();
    const before = structuredClone(one.ahead);
    const { result, changes } = one.ask(
      session,
      multi(create("/new"), remove("/p/c/d"), remove("/p/c", 7), create("/other"), check("/none")),
    );
    expect(result).toEqual({
      kind: "error",
      code: "BadVersion",
      outcomes: ["Ok", "Ok", "BadVersion", "RuntimeInconsistency", "RuntimeInconsistency"],
    });
    expect(changes).toEqual([]);
    expect(one.ahead).toEqual(before);
    expect(one.replica).toEqual(before);
  });

  test("that fails leaves the tree exactly as it was, whatever it tried", () => {
    let undone = 0;
    const attempts = fc.array(multis, { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(requests, attempts, (asked, tried) => {
        const one = play(leader(), asked);
        const session = one.open();
        for (const request of tried) {
          const before = structuredClone(one.ahead);
          const { result } = one.ask(session, request);
          if (result.kind !== "error") continue;
          if (result.outcomes?.[0] === "Ok") undone += 1;
          expect(one.ahead).toEqual(before);
          expect(one.replica).toEqual(before);
        }
      }),
      { seed: 4, numRuns: 300 },
    );
    expect(undone).toBeGreaterThan(200);
  });
});

test("what was prepared can be applied to any tree that has what came before", () => {
  fc.assert(
    fc.property(requests, (asked) => {
      const { entries } = play(leader(), asked);
      const tree = emptyTree();
      for (const entry of entries) expect(() => apply(tree, entry)).not.toThrow();
    }),
    { seed: 5, numRuns: 100 },
  );
});
