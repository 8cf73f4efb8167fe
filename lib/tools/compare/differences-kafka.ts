/** Whether two Kafkas did the same: what came of each step is called alike on both, so that it can be compared as text. */

import type { Found } from "./comparison.ts";
import type { Seen } from "./perform-kafka.ts";
import { type Script, type Step, told } from "./script-kafka.ts";

/** Everything that clients saw on one system and not on the other, step by step. */
export function differences(script: Script, real: readonly Seen[], ours: readonly Seen[]): Found[] {
  return script.steps.flatMap((step, at) => {
    const [a, b] = [textOf(real[at]), textOf(ours[at])];
    if (a === b) return [];
    const reason = EXPLAINED.find(({ explains }) => explains(step, a, b));
    return [
      { what: `step ${at}: ${told(step)}`, real: a, ours: b, ...(reason && { explained: reason }) },
    ];
  });
}

function textOf(seen: Seen | undefined): string {
  if (seen === undefined) return "nothing";
  return seen.value === undefined ? seen.code : `${seen.code} ${JSON.stringify(seen.value)}`;
}

type Explained = {
  readonly difference: string;
  readonly source: string;
  explains(step: Step, real: string, ours: string): boolean;
};

/** Where ours differs, and means to. */
const EXPLAINED: readonly Explained[] = [
  {
    difference:
      "a name that no topic can have is as unknown as any other, and is not called invalid",
    source: "KafkaApis.getTopicMetadata",
    explains: ({ kind }, real, ours) =>
      (kind === "describeTopic" || kind === "send") &&
      real === "INVALID_TOPIC_EXCEPTION" &&
      ours === "UNKNOWN_TOPIC_OR_PARTITION",
  },
];
