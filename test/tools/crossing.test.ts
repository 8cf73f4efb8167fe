/** What judges and submission hand each other: both get what they need, and neither gets hold of the other's. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test, vi } from "vitest";
import { gate } from "../../lib/tools/grade/crossing.ts";
import { gradeExercise } from "../../lib/tools/grade/grade.ts";

vi.setConfig({ testTimeout: 60_000 });

const through = gate(true, (error) => new Error(`in words: ${(error as Error).message}`));

/** Calls a function as a live exercise calls a submission's. */
function call<T>(own: (...args: never[]) => T, ...args: unknown[]): T {
  return through(own)(...args) as T;
}

describe("what a submission is given", () => {
  test("is a copy when it is data, and what it changes there is changed", () => {
    const tree = { nodes: [1], name: "/" };
    const { nodes } = tree;
    call((given: typeof tree) => {
      given.nodes.push(2);
    }, tree);
    expect(tree).toEqual({ nodes: [1, 2], name: "/" });
    expect(tree.nodes).toBe(nodes);
  });

  test("is lent when it has methods, and looks as it is at the moment", () => {
    let state = "connecting";
    const client = {
      get state() {
        return state;
      },
      connect() {
        state = "connected";
        return { seen: [state] };
      },
    };
    const seen = call((lent: typeof client) => [lent.state, lent.connect(), lent.state], client);
    expect(seen).toEqual(["connecting", { seen: ["connected"] }, "connected"]);
  });

  test("cannot be changed, nor told from its copy of a moment ago by a note on it", () => {
    const client = { ask: () => 1 };
    type Lent = Partial<typeof client>;
    const tries: ((lent: Lent) => unknown)[] = [
      (lent) => Object.assign(lent, { ask: () => 2 }),
      (lent) => Object.assign(lent, { note: 1 }),
      (lent) => Object.assign(lent.ask ?? {}, { note: 1 }),
      (lent) => delete lent.ask,
    ];
    for (const attempt of tries) expect(() => call(attempt, client)).toThrow("in words: Cannot");
    expect(Object.keys(client.ask)).toEqual([]);
  });

  test("promises later", async () => {
    const answer = { data: [1] };
    const client = { ask: async () => answer };
    await call(async (lent: typeof client) => {
      (await lent.ask()).data.push(2);
    }, client);
    expect(answer).toEqual({ data: [1] });
  });

  test.each([
    [
      "at once",
      () => {
        throw new Cracked();
      },
    ],
    ["later", async () => Promise.reject(new Cracked())],
  ])("fails %s with the same code, but not with the judges' own error", async (_, ask) => {
    const caught = await call(
      async (client: { ask(): unknown }) => {
        try {
          await client.ask();
        } catch (error) {
          const { name, message, code } = error as Cracked;
          return [name, message, code, error instanceof Cracked];
        }
      },
      { ask },
    );
    expect(caught).toEqual(["Cracked", "no answer", -4, false]);
  });
});

class Cracked extends Error {
  override readonly name = "Cracked";
  readonly code = -4;
  constructor() {
    super("no answer");
  }
}

describe("what a submission hands out", () => {
  test("has methods that are given copies, and whose answers are copied", () => {
    const kept: unknown[][] = [];
    const handed = call(() => ({
      count: 0,
      add(given: unknown[]) {
        kept.push(given);
        this.count += given.length;
        return kept;
      },
    }));
    const given = [1, 2];
    expect(handed.add(given)).toEqual([[1, 2]]);
    expect(handed.add(given)).not.toBe(kept);
    expect(kept[0]).not.toBe(given);
    expect(handed.count).toBe(0);
  });

  test("may change the state that it is given, as the handlers of a protocol do", () => {
    const { onMessage } = call(() => ({
      onMessage(state: { heard: number[] }, out: { send(n: number): void }) {
        state.heard.push(1);
        out.send(state.heard.length);
      },
    }));
    const [state, sent] = [{ heard: [0] }, [] as number[]];
    onMessage(state, { send: (n: number) => sent.push(n) });
    expect([state, sent]).toEqual([{ heard: [0, 1] }, [2]]);
  });

  test("says the same however often it is asked", () => {
    let asked = 0;
    const handed = call(() => ({
      get wire() {
        return `wire ${++asked}`;
      },
      act() {},
    }));
    expect(handed.wire).toBe(handed.wire);
  });

  test("throws in words, at once or later, also as a listener", async () => {
    const fails = () => {
      throw new Error("no");
    };
    expect(() => call(fails)).toThrow("in words: no");
    expect(() => call(() => ({ act: fails })).act()).toThrow("in words: no");
    await expect(call(async () => fails())).rejects.toThrow("in words: no");
    const listen = (listener: () => void) => listener();
    expect(() => call((lent: typeof listen) => lent(fails), listen)).toThrow(
      "in words: in words: no",
    );
  });

  test("is nothing but data where the exercise is not live", () => {
    const strictly = gate(false, (error) => error as Error);
    const refused = "It handed out something that is not plain data.";
    expect(() => strictly(() => () => 1)()).toThrow(refused);
    expect(() => strictly(() => ({ valueOf: () => 1 }))()).toThrow(refused);
  });
});

describe("a submission to a live exercise", () => {
  const folder = mkdtempSync(join(tmpdir(), "quorumlab crossing "));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What the grader says of a submission that does something with the bell before it rings it. */
  function judged(act = "") {
    const source = `export async function ringer(bell: any) {
      let heard = 0;
      bell.listen(() => { heard += 1; });
      ${act}
      await bell.ring();
      return { heard: () => heard };
    }`;
    writeFileSync(join(folder, "92-bell.ts"), source);
    const table = fileURLToPath(new URL("./grade/live.ts", import.meta.url));
    return gradeExercise("92-bell", { table, folder, types: false });
  }

  test("gets its points", async () => {
    expect(await judged()).toMatchObject({ verdict: "ok", points: 2 });
  });

  const hidden = [
    'new URL("data:,?a").searchParams',
    'new URL("data:,?a").searchParams.keys()',
    'new Intl.Segmenter().segment("a")',
    'new Intl.Segmenter().segment("a")[Symbol.iterator]()',
  ].map((each) => `Object.getPrototypeOf(${each})`);
  test.each(["bell", "bell.ring", "bell.ring.constructor", "Promise", ...hidden])(
    "cannot leave a note on %s where another instance of it would find it",
    async (place) => {
      const lies = "return { heard: () => -1 };";
      const act = `const place = ${place}; if (place.note) { ${lies} } try { place.note = 1; } catch {}`;
      expect(await judged(act)).toMatchObject({ verdict: "ok" });
    },
  );

  test("is told where its listener threw", async () => {
    const { properties } = await judged(`bell.listen(() => {\n throw new Error("deaf"); });`);
    expect(properties[0]).toMatchObject({
      verdict: "violated",
      message: "It threw: deaf (line 5).",
    });
  });
});
