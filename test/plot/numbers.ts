/** Pictures of numbers, of every kind that curves and bars have. */

import { bars, curve, type Picture, type Point } from "../../lib/plot/index.ts";

const along = (xs: readonly number[], y: (x: number) => number): Point[] =>
  xs.map((x) => ({ x, y: y(x) }));
const upTo = (n: number) => Array.from({ length: n }, (_, k) => k + 1);

/** Formulas against measurements, with reference lines both ways. */
export function quorums(): Picture {
  const three = (percent: number) => {
    const p = percent / 100;
    return 100 * (1 - 3 * p ** 2 + 2 * p ** 3);
  };
  const off = (x: number) => three(x) - (x % 3) * 0.4;
  return curve(
    [
      { name: "one server", points: along(upTo(20), (x) => 100 - x) },
      { name: "two of three", points: along(upTo(20), three) },
      { name: "two of three, measured", as: "dots", points: along([2, 5, 8, 11, 14, 17, 20], off) },
    ],
    {
      title: "Two of three servers are up more often than one",
      x: { label: "a server is down", unit: "% of the time" },
      y: { label: "available", unit: "%" },
      references: [
        { y: 90, text: "one nine: 90 %" },
        { x: 10, text: "a bad machine" },
      ],
    },
  );
}

/** Both axes logarithmic, and a series that ends early. */
export function explosion(): Picture {
  return curve(
    [
      { name: "checker", as: "both", points: along([10, 100, 1000, 10_000], (x) => 2 * x) },
      { name: "every order", points: along([10, 12, 14, 16], (x) => 2 ** x) },
    ],
    {
      title: "Trying every order is hopeless from 20 operations on",
      x: { label: "operations", log: true },
      y: { label: "configurations", log: true },
      references: [{ y: 1_000_000, text: "the default limit" }],
    },
  );
}

/** The lecture's number, and very small differences on the axis. */
export function failover(): Picture {
  const monthS = 30 * 24 * 3600;
  return curve(
    [{ name: "availability", points: along([1, 2, 5, 10, 30], (s) => 100 * (1 - s / monthS)) }],
    {
      title: "Five seconds of failover a month leave 99.999807 %",
      x: { label: "failover a month", unit: "s" },
      y: { label: "available", unit: "%" },
      references: [{ y: 99.999807, text: "lecture: 99.999807 %" }],
    },
  );
}

export function hops(): Picture {
  return bars(
    [
      { name: "through the tracker", value: 4, meaning: "lost" },
      { name: "with a kept answer", value: 2.05, meaning: "committed" },
    ],
    { title: "The tracker doubles the messages of a request", label: "messages per request" },
  );
}

export function replicas(): Picture {
  const items = [7, 5, 4].map((value, at) => ({ name: `broker ${at + 1}`, value }));
  return bars(items, {
    title: "A random start puts seven replicas on one broker",
    label: "replicas",
    reference: { value: 6, text: "balanced: at most 6" },
  });
}

/** Counts in slices of time: one series stops for a while, the other does not. */
export function traffic(): Picture {
  const starts = upTo(100).map((n) => (n - 1) * 50);
  const count = (x: number, from: number) => (x >= from && x < 2650 ? 0 : 40 + ((x / 50) % 3));
  return curve(
    [
      { name: "with a lease", points: along(starts, (x) => count(x, 9e9)) },
      { name: "stops at once", points: along(starts, (x) => count(x, 2000)) },
    ],
    {
      title: "A master with a lease serves through the election",
      x: { label: "simulated time", unit: "ms" },
      y: { label: "database writes per 50 ms", from: 0, to: 50 },
      references: [
        { x: 2000, text: "the leader crashes" },
        { x: 2600, text: "the next one leads" },
      ],
    },
  );
}

/** All of them, and some with a text that is hard to draw. */
export function numbers(text: string): Picture[] {
  const x = { label: text, unit: text };
  const points = along(upTo(2000), (each) => Math.sin(each / 90));
  const flat = [{ name: text, points: [{ x: 3, y: 0 }] }];
  const crowd = upTo(8).map((n) => ({
    name: `${text.slice(0, 20)}${n}`,
    points: along([1, 2], () => 5),
  }));
  return [
    quorums(),
    explosion(),
    failover(),
    hops(),
    replicas(),
    traffic(),
    curve([{ name: text, points }], { title: text, x, y: x, references: [{ y: 0.5, text }] }),
    curve(flat, { title: "One point", x, y: x, width: 300 }),
    curve(crowd, { title: "Eight at one place", x, y: x }),
    bars([{ name: text, value: 0 }], { title: text, ...x, reference: { value: 3, text } }),
    bars([{ name: "a", value: 1e15 }], { title: "Much", label: "bytes", width: 300 }),
  ];
}
