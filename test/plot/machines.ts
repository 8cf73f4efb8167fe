/** Pictures of machines in sets: quorums that meet, and sets that do not. */

import { type Picture, quorums } from "../../lib/plot/index.ts";

export const row = (n: number): string[] => Array.from({ length: n }, (_, k) => `s${k + 1}`);

/** Two majorities of five. */
export function meeting(): Picture {
  const sets = [
    { name: "the write", members: ["s1", "s2", "s3"] },
    { name: "the read", members: ["s3", "s4", "s5"] },
  ];
  const label = (machine: string) => (machine < "s4" ? "x = 2" : "x = 1");
  const title = "A read from a majority meets the last write, in s3";
  return quorums({ machines: row(5), sets, label, title });
}

/** Four machines, cut in the middle. */
export function halves(needs: number): Picture {
  const sets = [
    { name: "left", members: ["s1", "s2"] },
    { name: "right", members: ["s3", "s4"] },
  ];
  return quorums({ machines: row(4), sets, needs });
}

/** Sets whose machines are no neighbours. */
export function scattered(): Picture {
  const sets = [
    { name: "a", members: ["s1", "s3", "s4", "s6"] },
    { name: "b", members: ["s2", "s5", "s6", "s7"] },
    { name: "c", members: ["s1", "s2", "s5", "s7"] },
  ];
  return quorums({ machines: [...row(7), "spare"], sets, needs: 4 });
}

/** All of them, and some with a text that is hard to draw. */
export function machines(text: string): Picture[] {
  const sets = ["a", "b", "c", "d"].map((name) => ({ name: name + text, members: [text] }));
  return [
    meeting(),
    halves(2),
    halves(3),
    scattered(),
    quorums({ machines: [text, "b"], sets, title: text, label: () => text, width: 300 }),
  ];
}
