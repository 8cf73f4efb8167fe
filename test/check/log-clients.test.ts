/** What clients alone can show: a smallest run for each kind, and one like it that is fine. */

import { describeExamples } from "./log-examples.ts";

const abc = "wrote 1 p1 a 0; wrote 2 p1 b 1; wrote 3 p1 c 2";

describeExamples([
  {
    name: "lost-write",
    wrong: `${abc}; poll 4 c1 2=c; poll 5 c2 0=a; finalPolls`,
    ids: [2, 4],
    why: "The write of b to orders-0 by p1 was acknowledged at offset 1, and consumers have read up to offset 2, but nobody ever read it.",
    fine: "send 1 p1 a; info 1; wrote 2 p1 b 1; poll 3 c1 1=b; finalPolls",
  },
  {
    name: "unseen",
    wrong: "wrote 1 p1 a 0; wrote 2 p1 b 1; poll 3 c1 0=a; finalPolls",
    ids: [2],
    why: "The write of b to orders-0 by p1 was acknowledged at offset 1, and the final polls ended without it.",
    fine: "wrote 1 p1 a 0; wrote 2 p1 b 1 acks:1; poll 3 c1 0=a; finalPolls",
  },
  {
    name: "inconsistent-offsets",
    // The producer's sequence is whole all the same.
    wrong:
      "wrote 1 p1 a 0 sequence:0; send 2 p2 x; wrote 3 p1 b 1 sequence:1; poll 4 c1 0=a; " +
      "poll 5 c2 0=x 1=b",
    ids: [1, 2, 5],
    why: "Offset 0 of orders-0 is a (acknowledged to p1) and x (read by c2).",
    // An offset that acks=1 acknowledged may be given away again.
    fine: "send 1 p1 a; wrote 2 p1 b 0 acks:1; poll 3 c1 0=a; poll 4 c2 0=a",
  },
  {
    name: "inconsistent-offsets",
    wrong:
      "append b1 0=a; highWatermark b1 1; truncate b1 0; append b1 0=b epoch:2; highWatermark b1 1",
    ids: [],
    why: "Offset 0 of orders-0 is a (committed on b1) and b (committed on b1).",
    fine: "append b1 0=a; truncate b1 0; append b1 0=b epoch:2; highWatermark b1 1",
  },
  {
    name: "duplicate",
    wrong: "wrote 1 p1 a 0; poll 2 c1 0=a 1=a",
    ids: [1, 2],
    why: "a is at offset 0 (acknowledged to p1) and at offset 1 (read by c1) of orders-0, though p1 sent it once.",
    fine: "wrote 1 p1 a 0; poll 2 c1 0=a; poll 3 c2 0=a",
  },
  {
    name: "aborted-read",
    wrong: "send 1 p1 a; poll 2 c1 0=a; fail 1",
    ids: [1, 2],
    why: "The write of a to orders-0 by p1 failed, but c1 read it at offset 0.",
    fine: "send 1 p1 a; poll 2 c1 0=a; info 1",
  },
  {
    name: "poll-skip",
    wrong: `${abc}; poll 4 c1 0=a; poll 5 c1 2=c; poll 6 c2 1=b`,
    ids: [4, 5, 2],
    why: "c1 went on in orders-0 from offset 1 to offset 2, and did not get b (acknowledged to p1) at offset 1.",
    fine: `${abc}; poll 4 c1 0=a; seek c1 2; poll 5 c1 2=c; poll 6 c2 1=b`,
  },
  {
    name: "poll-skip",
    wrong: `${abc}; poll 4 c1 0=a; poll 5 c1 next:3; poll 6 c1 next:3; poll 7 c2 1=b 2=c`,
    ids: [4, 5, 2],
    why: "c1 went on in orders-0 from offset 1 to offset 3, and did not get b (acknowledged to p1) at offset 1, nor 1 more.",
    // Retention passes a slow consumer, and what it cut is nobody's loss.
    fine: `${abc}; poll 4 c1 0=a; logStart b1 2; poll 5 c1 2=c next:3; finalPolls`,
  },
  {
    name: "nonmonotonic-poll",
    wrong: `${abc}; poll 4 c1 0=a 1=b; poll 5 c1 1=b 2=c`,
    ids: [4, 5],
    why: "c1 went back in orders-0 from offset 2 to offset 1, with no seek or assignment between.",
    fine: `${abc}; poll 4 c1 0=a 1=b; assigned c1; poll 5 c1 1=b 2=c`,
  },
  {
    name: "int-poll-skip",
    wrong: `${abc}; poll 4 c1 0=a 2=c; poll 5 c2 1=b`,
    ids: [4, 2],
    why: "Within one poll, c1 went on in orders-0 from offset 1 to offset 2, and did not get b (acknowledged to p1) at offset 1.",
    // Nothing is known to be at offset 1.
    fine: "wrote 1 p1 a 0; wrote 3 p1 c 2; poll 4 c1 0=a 2=c",
  },
  {
    name: "int-poll-skip",
    wrong: `${abc}; poll 4 c1 0=a next:3; poll 5 c2 1=b 2=c`,
    ids: [4, 2],
    why: "Within one poll, c1 went on in orders-0 from offset 1 to offset 3, and did not get b (acknowledged to p1) at offset 1, nor 1 more.",
    fine: `${abc}; poll 4 c1 0=a next:1; poll 5 c2 1=b 2=c`,
  },
  {
    name: "int-nonmonotonic-poll",
    wrong: `${abc}; seek c1 1; poll 4 c1 1=b 0=a; poll 5 c2 2=c`,
    ids: [4],
    why: "Within one poll, c1 went back in orders-0 from offset 2 to offset 0, with no seek or assignment between.",
    fine: `${abc}; seek c1 1; poll 4 c1 1=b; revoked c1; poll 5 c1 0=a; poll 6 c2 2=c`,
  },
  {
    name: "nonmonotonic-send",
    wrong: "wrote 1 p1 a 1; wrote 2 p1 b 0; poll 3 c1 0=b 1=a",
    ids: [1, 2],
    why: "p1 sent a and then b to orders-0, but a is at offset 1 and b at offset 0.",
    // What nobody waits for any more may arrive late, if no sequence forbids it.
    fine: "send 1 p1 a; info 1; wrote 2 p1 b 0; poll 3 c1 0=b 1=a",
  },
  {
    name: "int-nonmonotonic-send",
    wrong: "wrote 1 p1 a 1 batch:1; wrote 2 p1 b 0 batch:1; poll 3 c1 0=b 1=a",
    ids: [1, 2],
    why: "In one batch, p1 sent a and then b to orders-0, but a is at offset 1 and b at offset 0.",
    fine: "wrote 1 p1 a 0 batch:1; wrote 2 p1 b 1 batch:1; poll 3 c1 0=a 1=b",
  },
  {
    name: "int-send-skip",
    wrong: "wrote 1 p1 a 0 batch:1; wrote 2 p2 x 1; wrote 3 p1 b 2 batch:1; poll 4 c1 0=a 1=x 2=b",
    ids: [1, 3, 2],
    why: "In one batch, p1 sent a and then b to orders-0, but between their offsets 0 and 2 stands x (acknowledged to p2).",
    fine: "wrote 1 p1 a 0 batch:1; wrote 2 p2 x 1; wrote 3 p1 b 2 batch:2; poll 4 c1 0=a 1=x 2=b",
  },
]);
