import { type ClusterOptions, cluster, createAdmin } from "quorumlab/broker";
import { type Fault, sent, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";

const topics = ["orders", "rides"].map((topic) => ({ topic, partitions: 2, replicas: 1 }));

/** What a program finds on its first question, in each of its lives. */
async function found(options: ClusterOptions, seed: number, faults: Fault[] = []) {
  const lives: { atMs: number; leaders: (string | null)[] }[] = [];
  const servers = cluster(
    {
      app: async (host) => {
        const admin = createAdmin(host, { brokers: ["b1"] });
        const described = await Promise.all(topics.map(({ topic }) => admin.describeTopic(topic)));
        const leaders = described.flat().map(({ leader }) => leader);
        lives.push({ atMs: Math.floor(host.trueMs() / 100) * 100, leaders });
      },
    },
    { topics, ...options },
  );
  const { trace } = await simulate({ seed, servers, faults, forMs: 1500 });
  return { lives, trace };
}

const sizes = [1, 3].flatMap((brokers) => [1, 3].map((servers) => ({ brokers, servers })));

test.each(sizes)(
  "$brokers brokers over $servers servers have led topics when programs begin",
  async (size) => {
    for (let seed = 1; seed <= 10; seed++) {
      const { lives, trace } = await found(size, seed);
      const [{ atMs, leaders } = { atMs: 0, leaders: [] }] = lives;
      expect({ seed, atMs, led: leaders.filter((leader) => leader !== null).length }).toEqual({
        seed,
        atMs: 500,
        led: 4,
      });
      const own = (letter: string) => trace.nodes.filter((id) => RegExp(`^${letter}\\d$`).test(id));
      expect([own("b").length, own("s").length]).toEqual([size.brokers, size.servers]);
    }
  },
);

test("a program that has crashed begins again at once", async () => {
  const { lives } = await found({}, 1, [{ kind: "crash", node: "app", atMs: 800, forMs: 100 }]);
  expect(lives.map(({ atMs }) => atMs)).toEqual([500, 900]);
});

test("a topic that was made before its answer was lost is no error", async () => {
  const codes = new Set<unknown>();
  for (let atMs = 120; atMs < 170; atMs += 2) {
    const { lives, trace } = await found({}, 1, [
      { kind: "break", between: ["admin", "b1"], atMs },
    ]);
    for (const { body } of sent(trace, "error")) codes.add(body.code);
    expect(lives).toHaveLength(1);
  }
  expect(codes).toContain("TOPIC_ALREADY_EXISTS");
});

test("options are the brokers' own", async () => {
  const { trace } = await found({ sessionTimeoutMs: 700 }, 1);
  const asked = sent(trace).filter(({ from }) => from === "b1");
  expect(JSON.stringify(asked.slice(0, 3))).toContain('"timeoutMs":700');
  expect(() => cluster({}, { brokers: 0 })).toThrow(
    "cluster: brokers is 0; expected a whole number of at least 1.",
  );
});
