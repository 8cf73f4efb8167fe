/** A submission's protocol in its judges' world: it works as any other, and neither side gets hold of the other's. */

import { type Out, type Protocol, simulate, withProgram } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import { gate } from "../../lib/tools/grade/crossing.ts";

const through = gate(true, (error) => new Error(`in words: ${(error as Error).message}`));

type State = { role: string; heard: Map<string, number> };

/** As the judges get it. */
function handedOut(own: Protocol<State, string>): Protocol<unknown, string> {
  return through(() => own)() as Protocol<unknown, string>;
}

/** Counts what it hears, and says so to its program. */
function counter(more: Partial<Protocol<State, string>> = {}): Protocol<State, string> {
  return {
    wire: "connection",
    onStart({ peers }, saved, _nowMs, out) {
      const [peer = ""] = peers;
      out.connect(peer);
      out.setTimer("tick", 10);
      return { role: "counting", heard: new Map([["disk", saved.cell<number>("heard") ?? 0]]) };
    },
    onMessage({ heard }, _nowMs, from, message, out) {
      heard.set(from, (heard.get(from) ?? 0) + 1);
      out.put("heard", heard.get(from));
      out.send("s1", `${heard.get("disk")} ${from} ${message} ${heard.get(from)}`);
    },
    ...more,
  };
}

async function run(own: Protocol<State, string>) {
  const said: string[] = [];
  const listening = withProgram(handedOut(own), async ({ receive }) => {
    for (;;) said.push(await receive());
  });
  const caller: Protocol<null, string> = {
    wire: "connection",
    onStart: () => null,
    onMessage() {},
    onConnected(_state, _nowMs, peer, out) {
      for (const word of ["a", "b"]) out.send(peer, word);
    },
  };
  const crash = { kind: "crash", node: "s1", atMs: 50, forMs: 10 } as const;
  const servers = { s1: listening, s2: caller };
  const { states } = await simulate({ seed: 7, servers, faults: [crash], forMs: 100 });
  return { said, states };
}

describe("a protocol of a submission", () => {
  test("hears, writes and speaks, and changes its state in place", async () => {
    const { said, states } = await run(counter());
    expect(said).toEqual(["0 s2 a 1", "0 s2 b 2", "2 s2 a 1", "2 s2 b 2"]);
    expect(states.s1).toEqual({ role: "counting" });
  });

  test("may be an instance of a class, with fields of its own", async () => {
    const { onStart, onMessage } = counter();
    class Counter {
      wire = "connection" as const;
      onStart(...event: Parameters<typeof onStart>) {
        return onStart(...event);
      }
      onMessage(...event: Parameters<typeof onMessage>) {
        onMessage(...event);
      }
    }
    const { said } = await run(new Counter());
    expect(said).toHaveLength(4);
  });

  test("is given nothing that it could change or keep", async () => {
    const kept: Out<string>[] = [];
    const { said } = await run(
      counter({
        onTimer(_state, _nowMs, _name, out) {
          expect(Object.isFrozen(out)).toBe(true);
          kept.push(out);
        },
      }),
    );
    expect(said).toHaveLength(4);
    expect(() => kept[0]?.connect("s2")).toThrow("after its handler returned");
  });

  test("is heard in words when it throws", async () => {
    const failing = counter({
      onTimer() {
        throw Object.assign(new Error("no idea"), { name: "Mine" });
      },
    });
    await expect(run(failing)).rejects.toThrow("in words: no idea");
  });

  test.each([
    ["onStart", { onStart: async () => ({ role: "", heard: new Map() }) }],
    ["onMessage", { onMessage: async () => {} }],
    ["onTimer", { onTimer: async () => Promise.reject(new Error("unheard")) }],
  ])("is told when its %s returns a promise", async (name, more) => {
    const said = `${name} returned a promise; expected it to be done when it returns.`;
    await expect(run(counter(more as never))).rejects.toThrow(said);
  });

  test("is refused when its state is not plain data", async () => {
    const alive = counter({ onStart: () => ({ role: "alive", heard: (() => 1) as never }) });
    await expect(run(alive)).rejects.toThrow("a state is");
  });
});
