/** Pictures of brokers and groups: logs, shared partitions, placed replicas, and the lag of a consumer. */

import {
  assignment,
  curve,
  type LogRecord,
  type LogReplica,
  logStrip,
  type Picture,
  placementGrid,
  type Shares,
} from "../../lib/plot/index.ts";

/** Records from an offset on, as "value:epoch" with spaces between. */
export function records(texts: string, from = 0): LogRecord[] {
  return texts.split(" ").map((each, at) => {
    const [text = "", epoch] = each.split(":");
    return { offset: from + at, epoch: Number(epoch), text };
  });
}

const lost = (texts: string, from: number) =>
  records(texts, from).map((record) => ({ ...record, isLost: true }));

/** A leader, a follower in sync, and one that is not. */
export function replicated(): Picture {
  const logs: LogReplica[] = [
    {
      name: "b1",
      note: "leader",
      highWatermark: 5,
      records: records("a:1 b:1 c:1 d:2 e:2 f:2 g:2"),
    },
    { name: "b2", note: "in sync", highWatermark: 4, records: records("a:1 b:1 c:1 d:2 e:2") },
    { name: "b3", note: "not in sync", highWatermark: 3, records: records("a:1 b:1 c:1") },
  ];
  return logStrip(logs, { title: "What every in-sync replica has is committed: offsets 0 to 4" });
}

/** A leader that was away comes back, and cuts off what only it had. */
export function truncated(): Picture {
  const kept = records("a:1 b:1 c:1");
  const logs: LogReplica[] = [
    { name: "b2", note: "leader", highWatermark: 5, records: records("a:1 b:1 c:1 d:3 e:3") },
    { name: "b1", note: "was leader", highWatermark: 3, records: [...kept, ...lost("x:2 y:2", 3)] },
  ];
  return logStrip(logs, { title: "The old leader cuts off epoch 2: nobody else has it" });
}

/** Two replicas of which retention has deleted different parts, far from offset 0. */
export function retained(): Picture {
  const many = Array.from({ length: 20 }, (_, n) => `v:${n < 12 ? 6 : 7}`).join(" ");
  const logs: LogReplica[] = [
    { name: "b1", startOffset: 1200, highWatermark: 1219, records: records(many, 1200) },
    { name: "b2", startOffset: 1206, records: records(many, 1200).slice(2, 19) },
  ];
  return logStrip(logs, { title: "Retention takes whole segments from the head" });
}

/** The partitions of members, as "c1: orders-0 orders-1". */
export function shares(...lines: readonly string[]): Shares {
  return Object.fromEntries(
    lines.map((line) => {
      const [member = "", names = ""] = line.split(":");
      const own = names.split(" ").filter((name) => name !== "");
      return [
        member,
        own.map((name) => {
          const [topic = "", partition] = name.split("-");
          return { topic, partition: Number(partition) };
        }),
      ];
    }),
  );
}

/** A third member joins. */
export function rebalanced(): Picture {
  return assignment({
    before: shares("c1: a-0 a-2 b-0 b-2", "c2: a-1 a-3 b-1 b-3"),
    after: shares("c1: a-0 b-0 b-2", "c2: a-1 b-1 b-3", "c3: a-2 a-3"),
    title: "A newcomer gets its share, and nothing else moves",
  });
}

/** A member leaves; one of its partitions now has two readers, another has none. */
export function doubled(): Picture {
  return assignment({
    before: shares("c1: a-0 a-1", "c2: a-2", "c3: a-3"),
    after: shares("c2: a-0 a-2", "c3: a-0 a-3"),
    title: "Two members read one partition",
  });
}

const partition = (name: string, ...replicas: number[]) => ({ name, replicas });

/** The lecture's cluster: 4 topics × 2 partitions × 2 replicas on 3 brokers, three topics with the same start. */
export function placed(): Picture {
  const same = ["a", "b", "c"].flatMap((topic) => [
    partition(`${topic}-0`, 0, 1),
    partition(`${topic}-1`, 1, 2),
  ]);
  return placementGrid([...same, partition("d-0", 2, 0), partition("d-1", 0, 1)], {
    brokers: [0, 1, 2],
    title: "Three topics that start alike put 7 of 16 replicas on broker 1",
    reference: { value: 6, text: "balanced: at most 6" },
  });
}

/** Records that wait for their reader: it stops for a while, and another one is given its partition. */
export function lagging(): Picture {
  const steps = (lags: readonly number[]) =>
    lags.flatMap((lag, second) => [
      { x: second, y: lags[second - 1] ?? 0 },
      { x: second, y: lag },
    ]);
  return curve(
    [
      { name: "orders-0", points: steps([0, 10, 5, 10, 5, 10, 5, 10, 5]) },
      {
        name: "orders-1",
        points: steps([0, 10, 30, 50, 70, 40, 20, 10, 5]),
        meaning: "uncommitted",
      },
    ],
    {
      title: "While nobody reads a partition it falls behind, and nothing is lost",
      x: { label: "simulated time", unit: "s" },
      y: { label: "lag", unit: "records" },
      references: [
        { x: 1, text: "c2 crashes" },
        { x: 4, text: "c1 gets its partition" },
      ],
    },
  );
}

/** All of them, and some that are hard to draw: with this text, with much, with almost nothing. */
export function clusters(text: string): Picture[] {
  const many = Array.from({ length: 90 }, (_, n) => `v${n}:${1 + Math.floor(n / 30)}`).join(" ");
  const strange = { topic: text, partition: 1_000_000 };
  const names = Array.from({ length: 60 }, (_, n) => `t-${n}`).join(" ");
  const wide = Array.from({ length: 100 }, (_, n) => partition(`topic-${n}`, n % 3, (n + 1) % 3));
  return [
    replicated(),
    truncated(),
    retained(),
    logStrip([{ name: text, note: text, records: [{ offset: 0, epoch: 1, text }] }], {
      title: text,
    }),
    logStrip([{ name: "b1", records: [], highWatermark: 0 }], { width: 300 }),
    logStrip([{ name: "b1", records: records(many), highWatermark: 80 }], { width: 300 }),
    logStrip([{ name: "b1", records: records("a:1", 2 ** 50), startOffset: 2 ** 50 }]),
    rebalanced(),
    doubled(),
    assignment({ after: { [text]: [strange] }, title: text }),
    assignment({
      before: shares(`c1: ${names}`),
      after: shares("c1:", `c2: ${names}`),
      width: 300,
    }),
    placed(),
    placementGrid([{ name: text, replicas: [text] }], {
      brokers: [text],
      title: text,
      reference: { value: 2, text },
    }),
    placementGrid(wide, { brokers: [0, 1, 2, 3], width: 300 }),
    lagging(),
  ];
}
