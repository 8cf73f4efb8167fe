/** What happened in a run that a property must have met to have proved something. */

import { ANSWERED, ASKED } from "../system.ts";

export const SITUATIONS = {
  newLeader: "a partition's leader was replaced",
  newController: "another broker became controller",
  shrink: "a replica fell out of sync",
  expand: "a replica came back in sync",
  truncated: "a follower cut off what its leader does not have",
  repeated: "a batch came a second time",
  fenced: "a producer of an older epoch was fenced",
  rebalancing: "a member heard of a rebalance while it had a share",
  zombie: "a member that the group had left behind tried to commit",
  moved: "another broker came to coordinate the group",
  unclean: "a leader was elected that was not in sync",
  passed: "retention passed a slow consumer",
  madeAnew: "a topic was deleted and made anew",
  asked: ASKED,
  answered: ANSWERED,
} as const;
