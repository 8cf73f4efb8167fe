/** The verdict on a log: what is decided, what is excused, what is refused, and how long it takes. */

import { describe, expect, test } from "vitest";
import { checkLog, type LogEvent, logChecker } from "../../lib/check/index.ts";
import { story } from "./log-story.ts";

const written = story("wrote 1 p1 a 0; wrote 2 p1 b 1; wrote 3 p1 c 2");
const lost = [...written, ...story("poll 4 c1 1=b")];

describe("without final polls", () => {
  test("nobody can tell whether what was not read is lost", () => {
    expect(checkLog(lost)).toEqual({
      verdict: "unknown",
      anomalies: [],
      notes: [],
      undecided: [
        "Nobody has read 2 of the writes acknowledged in orders-0, such as a by p1, and no final polls came after them.",
      ],
    });
  });

  test("all is well when all was read", () => {
    const { verdict } = checkLog([...written, ...story("poll 4 c1 0=a 1=b 2=c")]);
    expect(verdict).toBe("ok");
  });

  test("what is wrong is wrong all the same", () => {
    const { verdict, undecided } = checkLog([...lost, ...story("poll 5 c2 2=b")]);
    expect(verdict).toBe("violated");
    expect(undecided).toHaveLength(1);
  });
});

test("final polls say nothing of what is acknowledged after them", () => {
  const events = [...written, ...story("poll 4 c1 0=a 1=b 2=c; finalPolls; wrote 5 p1 d 3")];
  expect(checkLog(events).verdict).toBe("unknown");
});

test("a checker gives its verdict at any time, and goes on", () => {
  const checker = logChecker();
  const verdicts = [...lost, ...story("finalPolls; poll 5 c2 0=a; poll 6 c2 2=c")].map((event) => {
    checker.take(event);
    expect(checker.verdict()).toEqual(checker.verdict());
    return checker.verdict().verdict;
  });
  expect(verdicts).toEqual([
    ...["ok", "unknown", "unknown", "unknown", "unknown", "unknown", "unknown"],
    ...["violated", "violated", "violated"],
  ]);
});

test("partitions are judged one by one", () => {
  const elsewhere = lost.map((event) =>
    "partition" in event ? { ...event, partition: "orders-1" } : event,
  );
  const others = elsewhere.map((event) =>
    "id" in event ? { ...event, id: event.id + 10 } : event,
  );
  expect(checkLog([...written, ...others]).undecided).toHaveLength(2);
  expect(checkLog([...written, ...others]).anomalies).toEqual([]);
});

describe("what is allowed", () => {
  test("is a note", () => {
    const events = story("wrote 1 p1 a 0; poll 2 c1 0=a 1=a");
    const { verdict, anomalies, notes } = checkLog(events, { allow: ["duplicate"] });
    expect({ verdict, anomalies }).toEqual({ verdict: "ok", anomalies: [] });
    expect(notes.map(({ name }) => name)).toEqual(["duplicate"]);
  });

  /** b2 has only a; b1 has committed b, too, and is gone. Then b2 leads, and gives offset 1 to c. */
  const unclean =
    "send 1 p1 a; send 2 p1 b; append b1 0=a; append b1 1=b; append b2 0=a; highWatermark b1 2; " +
    "ok 1 0; ok 2 1; poll 3 c1 0=a 1=b; elected b2 unclean epoch:2; send 4 p1 c; send 5 p1 d; " +
    "append b2 1=c epoch:2; append b2 2=d epoch:2; highWatermark b2 3; ok 4 1; ok 5 2; ";

  test("is the loss of what the leader of an unclean election did not have, if the caller says so", () => {
    const events = story(`${unclean} poll 6 c2 0=a 1=c 2=d; finalPolls`);
    const why =
      "b2 became leader of orders-0 in epoch 2 without being in the ISR: what stood at offset 1 and after may be lost.";
    const notes = [{ name: "unclean-election", ids: [], why }];
    const found = checkLog(events, { excuseUnclean: true });
    expect(found).toEqual({ verdict: "ok", anomalies: [], notes, undecided: [] });
    expect(checkLog(events).anomalies.map(({ name }) => name)).toEqual([
      "inconsistent-offsets",
      "nonmonotonic-send",
    ]);
  });

  test("is no loss of what it had, or got later", () => {
    const ids = (line: string) =>
      checkLog(story(line), { excuseUnclean: true }).anomalies.map((finding) => finding.ids);
    expect(ids(`${unclean} poll 6 c2 0=a 2=d; finalPolls`)).toEqual([
      [6, 4],
      [4, 6],
    ]);
    const unread = unclean.replace("poll 3 c1 0=a 1=b; ", "");
    expect(ids(`${unread} poll 6 c2 1=c 2=d; finalPolls`)).toEqual([[1, 6]]);
  });

  test("is no loss of what it had, but what only came to the same offset again it did not have", () => {
    // b2 led, with x between a and b. b1 got only a of that, leads next, and is sent a again, and b.
    const events = story(
      "send 1 p1 a; send 2 p1 b; send 3 p2 x acks:0; append b2 0=a; append b1 0=a; append b2 1=x; " +
        "append b2 2=b; elected b1 epoch:2; append b1 1=a epoch:2; append b1 2=b epoch:2; ok 1 1; " +
        "ok 2 2; elected b2 unclean epoch:3; poll 4 c1 0=a 1=x 2=b; finalPolls",
    );
    const { anomalies, notes } = checkLog(events, { excuseUnclean: true });
    expect(anomalies).toEqual([]);
    expect(notes.map(({ name }) => name)).toEqual(["unclean-election"]);
    expect(checkLog(events).anomalies.map(({ name }) => name)).toContain("inconsistent-offsets");
  });

  test("is any sequence of a producer of which an unclean leader knows nothing", () => {
    const election = "append b2 0=a; elected b2 unclean epoch:2; append b2 1=c epoch:2";
    const events = story(
      `send 1 p1 a sequence:0; send 2 p1 b sequence:1; send 3 p1 c sequence:2; ${election}; ` +
        "highWatermark b2 2; ok 3 1; poll 4 c1 0=a 1=c",
    );
    expect(checkLog(events, { excuseUnclean: true }).anomalies).toEqual([]);
    expect(checkLog(events).anomalies.map(({ name }) => name)).toEqual(["producer-sequence"]);
  });

  test("is no loss in another partition than that of the election", () => {
    const elsewhere: LogEvent = {
      ...{ kind: "elected", broker: "b2", partition: "orders-1", leaderEpoch: 2 },
      isUnclean: true,
    };
    const events = [elsewhere, ...lost, ...story("finalPolls")];
    expect(checkLog(events, { excuseUnclean: true }).verdict).toBe("violated");
  });
});

test.each([
  [
    "send 1 p1 a; send 2 p2 a",
    "Operations 1 and 2 both send a to orders-0; every send needs a value of its own.",
  ],
  ["send 1 p1 a; commit 1 c1 5", "Operation 1 is invoked before operation 1 has returned."],
  ["wrote 1 p1 a 0; ok 1 0", "Operation 1 returns, but it is not under way."],
  ["send 1 p1 a; ok 1", "Operation 1 is acknowledged without an offset."],
  ["poll 1 c1 0.5=a", "An offset in orders-0 is 0.5; expected a whole number of at least 0."],
  ["commit 1 c1 -5", "An offset in orders-0 is -5; expected a whole number of at least 0."],
  ["seek c1 x", "An offset in orders-0 is NaN; expected a whole number of at least 0."],
  ["truncate b1 -1", "An offset in orders-0 is -1; expected a whole number of at least 0."],
])("%s is no run: %s", (line, why) => {
  expect(() => checkLog(story(line))).toThrow(new RangeError(why));
});

test("an event of no known kind is refused", () => {
  const event = { kind: "compacted", partition: "orders-0", offset: 3 };
  expect(() => checkLog([event as unknown as LogEvent])).toThrow(
    '{"kind":"compacted","partition":"orders-0","offset":3} is no event of a log.',
  );
});

const times = (n: number, line: (at: number) => string) =>
  Array.from({ length: n }, (_, at) => story(line(at))).flat();

/** Runs of any length, good and bad. */
const long: readonly (readonly [name: string, run: (n: number) => LogEvent[]])[] = [
  [
    "good",
    (n) =>
      times(n, (at) => {
        const record = `${at}=v${at}`;
        const appends = `append b1 ${record}; append b2 ${record}; highWatermark b1 ${at + 1}`;
        const acks = `ack b1 ${record} b1 b2; ok ${at} ${at}`;
        return `send ${at} p1 v${at} sequence:${at}; ${appends}; ${acks}; poll ${n + at} c1 ${record}`;
      }),
  ],
  [
    "all at one offset",
    (n) => times(n, (at) => `wrote ${at} p1 v${at} 0; poll ${n + at} c1 0=v${at}`),
  ],
  [
    "one value everywhere",
    (n) => [...story("send 0 p1 v"), ...times(n, (at) => `poll ${at} c1 ${at}=v`)],
  ],
  [
    "full of gaps",
    (n) => times(n, (at) => `wrote ${at} p1 v${at} ${at}; poll ${n + at} c${at % 2} ${at}=v${at}`),
  ],
  [
    "begun again and again",
    (n) =>
      times(n, (at) => {
        const epoch = `epoch:${at}`;
        return `append b1 0=v ${epoch}; append b1 1=w ${epoch}; highWatermark b1 2; truncate b1 0`;
      }),
  ],
  [
    "always kept short",
    (n) =>
      times(n, (at) => {
        const cut = `logStart b1 ${at} now:${at} left:0 ms:5`;
        return `append b1 ${at}=v${at} ms:${at}; highWatermark b1 ${at + 1}; ${cut}`;
      }),
  ],
  [
    "full of commits that go back",
    (n) =>
      times(
        n,
        (at) => `commit 1 c1 ${n - at}; ok 1; fetchOffset 2 c2; ok 2 0; commit 3 c1 1; info 3`,
      ),
  ],
];

/** What a piece of work costs in processor time, so that a busy machine matters less. */
function costOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** How much dearer it is to check a run than to copy it. */
function priceOf(events: LogEvent[]): number {
  const rounds = [1, 2].map(() => ({
    check: costOf(() => checkLog(events)),
    copy: costOf(() => structuredClone(events)),
  }));
  const least = (which: "check" | "copy") => Math.min(...rounds.map((round) => round[which]));
  return least("check") / least("copy");
}

test.each(long)("a run that is %s costs no more for each event when it is longer", (_, run) => {
  const growth = priceOf(run(24_000)) / priceOf(run(1000));
  // Comparing each event with all before it would make it grow tenfold and more.
  expect(growth).toBeLessThan(5);
});
