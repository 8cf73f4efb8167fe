/** What Jepsen's checker does not look for: a smallest run for each kind, and one like it that is fine. */

import { describeExamples } from "./log-examples.ts";

const held = "append b1 0=a; append b2 0=a";
const old = "append b1 0=a ms:0; append b1 1=b ms:90; highWatermark b1 2";

describeExamples([
  {
    name: "read-beyond-high-watermark",
    wrong: "send 1 p1 a; append b1 0=a; highWatermark b1 0; poll 2 c1 0=a from:b1",
    ids: [1, 2],
    why: "c1 read a at offset 0 of orders-0, but the high watermark of b1 was 0.",
    // A broker that starts again knows less than it has shown.
    fine: "append b1 0=a; highWatermark b1 1; highWatermark b1 0; poll 2 c1 0=a from:b1",
  },
  {
    name: "read-beyond-high-watermark",
    wrong: "send 1 p1 a; append b1 0=a; highWatermark b1 0; poll 2 c1 0=a",
    ids: [1, 2],
    why: "c1 read a at offset 0 of orders-0, but the highest high watermark was 0.",
    fine: "send 1 p1 a; append b1 0=a; highWatermark b2 1; poll 2 c1 0=a",
  },
  {
    name: "replica-divergence",
    wrong: "send 1 p1 a; send 2 p1 b; append b1 0=a; append b2 0=b",
    ids: [1, 2],
    why: "In leader epoch 1, b1 appended a at offset 0 of orders-0, and b2 b.",
    // The log of a leader that was deposed ends differently, until it is cut.
    fine: "append b1 0=a; append b2 0=b epoch:2; truncate b1 0; append b1 0=b epoch:2",
  },
  {
    name: "replica-divergence",
    wrong: "send 1 p1 a; send 2 p1 b; append b1 0=a epoch:2; append b1 1=b",
    ids: [1, 2],
    why: "b1 appended b at offset 1 of orders-0 in leader epoch 1 after a at offset 0 in epoch 2; along a log neither goes back.",
    fine: "send 1 p1 a; send 2 p1 b; append b1 0=a; append b1 1=b epoch:2",
  },
  {
    name: "replica-divergence",
    wrong: "send 1 p1 a; send 2 p1 b; append b1 0=a; append b1 0=b epoch:2",
    ids: [1, 2],
    why: "b1 appended b at offset 0 of orders-0 in leader epoch 2 after a at offset 0 in epoch 1; along a log neither goes back.",
    fine: "send 1 p1 a; send 2 p1 b; append b1 0=a; truncate b1 0; append b1 0=b epoch:2",
  },
  {
    name: "acks-broken",
    wrong: `send 1 p1 a; ${held}; ack b1 0=a b1 b2 b3; append b3 0=a`,
    ids: [1],
    why: "b1 acknowledged a at offset 0 of orders-0 with acks=all, but b3 of the ISR did not have it.",
    fine: `send 1 p1 a; ${held}; ack b1 0=a b1 b2; append b3 0=a`,
  },
  {
    name: "acks-broken",
    wrong: "send 1 p1 a; append b1 0=a; ack b1 0=a b1 min:2",
    ids: [1],
    why: "b1 acknowledged a at offset 0 of orders-0 with acks=all, but the ISR was b1 and min.insync.replicas is 2.",
    fine: `send 1 p1 a; ${held}; ack b1 0=a b1 b2 min:2`,
  },
  {
    name: "committed-offset-regression",
    wrong: "commit 1 c1 5; ok 1; commit 2 c1 9; ok 2; fetchOffset 3 c2; ok 3 5",
    ids: [2, 3],
    why: "c2 asked for the offset of billing in orders-0 and got 5, but the commit of 9 by c1 had been acknowledged before.",
    // Nobody knows when the first commit takes effect.
    fine: "commit 1 c1 5; info 1; commit 2 c1 9; ok 2; fetchOffset 3 c2; ok 3 5",
  },
  {
    name: "committed-offset-regression",
    wrong: "commit 1 c1 5; ok 1; fetchOffset 2 c2; ok 2",
    ids: [1, 2],
    why: "c2 asked for the offset of billing in orders-0 and got none, but the commit of 5 by c1 had been acknowledged before.",
    // The commit may come after the answer.
    fine: "commit 1 c1 5; fetchOffset 2 c2; ok 1; ok 2",
  },
  {
    name: "committed-offset-regression",
    wrong:
      "commit 1 c1 5; ok 1 term:1; commit 2 c1 9; ok 2 term:2; fetchOffset 3 c2; ok 3 5 term:2",
    ids: [2, 3],
    why: "c2 asked for the offset of billing in orders-0 and got 5, but the commit of 9 by c1 had been acknowledged before.",
    // A coordinator that has not heard that its term is over does not know what came later.
    fine: "commit 1 c1 5; ok 1 term:1; commit 2 c1 9; ok 2 term:2; fetchOffset 3 c2; ok 3 5 term:1",
  },
  {
    name: "committed-offset-regression",
    wrong: "commit 1 c1 5; ok 1 term:1; commit 2 c1 9; ok 2 term:2; fetchOffset 3 c2; ok 3 term:1",
    ids: [1, 3],
    why: "c2 asked for the offset of billing in orders-0 and got none, but the commit of 5 by c1 had been acknowledged before.",
    fine: "commit 1 c1 5; ok 1 term:1; commit 2 c1 9; ok 2 term:2; fetchOffset 3 c2; ok 3 9 term:2",
  },
  {
    name: "committed-offset-regression",
    // That c3 hears late of generation 1 does not begin it again.
    wrong: "assigned c2 generation:2; assigned c3 generation:1; commit 1 c1 5 generation:1; ok 1",
    ids: [1],
    why: "The commit of offset 5 of orders-0 by c1, invoked for generation 1 of billing when a later one had begun, was acknowledged.",
    fine: "commit 1 c1 5 generation:1; assigned c2 generation:2; ok 1; fetchOffset 2 c2; ok 2 5",
  },
  {
    name: "committed-offset-regression",
    wrong:
      "commit 1 c2 9 generation:2; ok 1; commit 2 c1 12 generation:1; fail 2; fetchOffset 3 c2; ok 3 12",
    ids: [2],
    why: "The commit of offset 12 of orders-0 by c1, invoked for generation 1 of billing when a later one had begun, was fetched by c2 (operation 3).",
    fine: "commit 1 c2 9 generation:2; ok 1; commit 2 c1 12 generation:1; fail 2; fetchOffset 3 c2; ok 3 9",
  },
  {
    name: "committed-offset-regression",
    wrong: "commit 1 c1 5; commit 2 c1 9; ok 2; ok 1; fetchOffset 3 c2; ok 3 5",
    ids: [2, 3],
    why: "c2 asked for the offset of billing in orders-0 and got 5, but the commit of 9 by c1 had been acknowledged before.",
    fine: "commit 1 c1 9; commit 2 c1 5; ok 2; ok 1; fetchOffset 3 c2; ok 3 5",
  },
  {
    name: "committed-offset-regression",
    wrong:
      "commit 1 c1 5 generation:1; info 1; commit 2 c2 9 generation:2; ok 2; fetchOffset 3 c2; ok 3 5",
    ids: [2, 3],
    why: "c2 asked for the offset of billing in orders-0 and got 5, but the commit of 9 by c2 had been acknowledged before.",
    fine: "commit 1 c1 5 generation:1; info 1; commit 2 c2 9 generation:2; fetchOffset 3 c2; ok 3 5",
  },
  {
    name: "two-owners",
    wrong: "assigned c1 generation:3; assigned c3 generation:2; assigned c2 generation:3",
    ids: [],
    why: "Generation 3 of billing assigns orders-0 to c1 and to c2.",
    fine: "assigned c1 generation:3; assigned c2 generation:4; assigned c2 generation:4",
  },
  {
    name: "producer-sequence",
    wrong: "send 1 p1 a sequence:0; info 1; wrote 2 p1 b 0 sequence:1; poll 3 c1 0=b",
    ids: [2],
    why: "b of p1 at offset 0 of orders-0 has sequence 1 of epoch 0, but sequence 0 is nowhere before it.",
    // It may be at offset 0, which nobody has read.
    fine: "send 1 p1 a sequence:0; info 1; wrote 2 p1 b 1 sequence:1; poll 3 c1 1=b",
  },
  {
    name: "producer-sequence",
    wrong: "wrote 1 p1 a 0 sequence:0; wrote 2 p1 b 1 sequence:0; poll 3 c1 0=a 1=b",
    ids: [1, 2],
    why: "b of p1 at offset 1 of orders-0 has sequence 0 of epoch 0, but sequence 0 is at offset 0 already.",
    fine: "wrote 1 p1 a 0 sequence:0; wrote 2 p1 b 1 sequence:0.1; poll 3 c1 0=a 1=b",
  },
  {
    name: "producer-sequence",
    wrong: "wrote 1 p1 a 0 sequence:0.1; wrote 2 p1 b 1 sequence:1; poll 3 c1 0=a 1=b",
    ids: [1, 2],
    why: "b of p1 at offset 1 of orders-0 has sequence 1 of epoch 0, but epoch 1 had begun at offset 0.",
    fine: "wrote 1 p1 a 0 sequence:0.1; wrote 2 p1 b 1 sequence:1.1; poll 3 c1 0=a 1=b",
  },
  {
    name: "retention",
    wrong: `send 1 p1 a; send 2 p1 b; ${old}; logStart b1 2 now:100 left:0 ms:50 bytes:1`,
    ids: [2],
    why: "b1 cut orders-0 up to offset 2 when b at offset 1 was 10 ms old and 0 bytes were left; its limits are 50 ms and 1 bytes.",
    fine: `send 1 p1 a; send 2 p1 b; ${old}; logStart b1 1 now:100 left:1 ms:50 bytes:2`,
  },
  {
    name: "retention",
    // The broker has begun its log again where its leader's log starts.
    wrong:
      `${old}; logStart b1 2 now:200 left:0 ms:50; truncate b1 0; append b1 2=c ms:190; ` +
      "highWatermark b1 3; logStart b1 3 now:200 left:0 ms:50",
    ids: [],
    why: "b1 cut orders-0 up to offset 3 when c at offset 2 was 10 ms old and 0 bytes were left; its limits are 50 ms and Infinity bytes.",
    fine: `${old}; logStart b1 2 now:200 left:0 ms:50; truncate b1 0; append b1 2=c ms:190`,
  },
  {
    name: "retention",
    wrong: "append b1 0=a ms:0; highWatermark b1 0; logStart b1 1 now:100 left:0 ms:50",
    ids: [],
    why: "b1 cut orders-0 up to offset 1, but its high watermark had only reached 0.",
    fine: "append b1 0=a ms:0; highWatermark b1 1; logStart b1 1 now:100 left:0 ms:50",
  },
]);
