import type { Patch } from "./patch.ts";

const file = "solutions/01-tracker.ts";
const oneMaster = "no two masters are in use at one time";
const stays = "a master that is heard is not replaced";
const replaced = "a dead master is replaced as soon as no answer can name it";
const onceALease = "an application asks once a lease, not more";

export const patches: readonly Patch[] = [
  {
    name: "a lease counts from the answer's arrival",
    file,
    from: "nowMs < kept.askedMs + kept.leaseMs",
    to: "nowMs < kept.answeredMs + kept.leaseMs",
    origin:
      "Gray and Cheriton, Leases (SOSP 1989): the term must be shortened by the time in transit",
    caughtBy: oneMaster,
  },
  {
    name: "a silent master is replaced at once, whoever still uses it",
    file,
    from: "if (times.nowMs < promisedUntilMs) return master;",
    to: "if (times.nowMs < promisedUntilMs - times.leaseMs) return master;",
    origin: "the beginner's first idea: failover is detection",
    caughtBy: oneMaster,
  },
  {
    name: "a promise is made and not remembered",
    file,
    from: "  tracking.promisedUntilMs = times.nowMs + times.leaseMs;\n",
    to: "  tracking.promisedUntilMs = Math.max(tracking.promisedUntilMs, times.nowMs);\n",
    origin: "a cache with an expiry that its source does not know of, as in DNS",
    caughtBy: oneMaster,
  },
  {
    name: "an answer is used until another one is needed",
    file,
    from: "return nowMs < kept.askedMs + kept.leaseMs;",
    to: "return kept.master !== null && nowMs >= kept.askedMs;",
    origin: "clients that resolve a name once and keep it for good",
    caughtBy: oneMaster,
  },
  {
    name: "the first by name becomes master whenever it is heard and nothing is promised",
    file,
    from: "if (master !== null && heard(tracking, master, times)) return master;\n",
    to: "",
    origin: "failback to a preferred server, as in a badly set VRRP pair",
    caughtBy: stays,
  },
  {
    name: "a heartbeat may be half as old as the timeout allows",
    file,
    from: "<= times.timeoutMs;",
    to: "<= times.timeoutMs / 2;",
    origin: "a failure detector that is faster than the heartbeats",
    caughtBy: stays,
  },
  {
    name: "a silent master is promised to everybody who asks",
    file,
    from: "if (master === null || !heard(tracking, master, times)) return { master: null, leaseMs: 0 };",
    to: "if (master === null) return { master: null, leaseMs: 0 };",
    origin: "leases that are renewed without looking at what they are for",
    caughtBy: replaced,
  },
  {
    name: "every promise is kept twice as long as it was given",
    file,
    from: "tracking.promisedUntilMs = times.nowMs + times.leaseMs;",
    to: "tracking.promisedUntilMs = times.nowMs + 2 * times.leaseMs;",
    origin: "a safety margin nobody asked for",
    caughtBy: replaced,
  },
  {
    name: "the answer is asked for anew before every request",
    file,
    from: "return nowMs < kept.askedMs + kept.leaseMs;",
    to: "return nowMs < kept.answeredMs + 1;",
    origin: "the tracker of the first section of chapter 1",
    caughtBy: onceALease,
  },
  {
    name: "half of every lease is thrown away",
    file,
    from: "return nowMs < kept.askedMs + kept.leaseMs;",
    to: "return nowMs < kept.askedMs + kept.leaseMs / 2;",
    origin: "a safety margin nobody asked for",
    caughtBy: onceALease,
  },
];
