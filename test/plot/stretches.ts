/** Pictures of what lies where: records in a file, tables of an LSM tree. */

import { extents, type Picture } from "../../lib/plot/index.ts";

/** Three synced records, one that was not, and one that a crash has torn. */
export function torn(): Picture {
  const record = (at: number, state: "committed" | "uncommitted") =>
    ({ from: 21 * at, to: 21 * (at + 1), text: "abcde"[at] ?? "", state }) as const;
  const kept = [record(0, "committed"), record(1, "committed"), record(2, "uncommitted")];
  return extents(
    [
      {
        name: "after the crash",
        extents: [...kept, { from: 63, to: 70, text: "d", state: "lost" }],
      },
      { name: "opened again", extents: kept },
      { name: "cleared", extents: [] },
    ],
    {
      title: "The torn record is found, and cut off",
      label: "bytes of the file",
      legend: { committed: "synced", uncommitted: "not synced", lost: "torn" },
    },
  );
}

/** Tables that overlap on level 0, and not below. */
export function levels(): Picture {
  const level0 = [
    { name: "level 0", extents: [{ from: 35, to: 693, text: "7" }] },
    { name: "level 0", extents: [{ from: 27, to: 689, text: "6" }] },
  ];
  const level1 = { from: 0, to: 356, text: "4" };
  return extents(
    [...level0, { name: "level 1", extents: [level1, { from: 360, to: 700, text: "5" }] }],
    {
      title: "On level 0 tables overlap",
      label: "keys",
    },
  );
}

/** All of them, and some with a text that is hard to draw. */
export function stretches(text: string): Picture[] {
  const many = Array.from({ length: 60 }, (_, at) => ({ from: at, to: at + 1, text }));
  const rows = Array.from({ length: 16 }, (_, at) => ({ name: text, extents: at % 2 ? many : [] }));
  const legend = { plain: text, committed: text, lost: text };
  return [
    torn(),
    levels(),
    extents(rows, { title: text, label: text, legend, width: 300 }),
    extents([{ name: "a", extents: [{ from: 3, to: 3 }] }], { title: text, label: "x" }),
  ];
}
