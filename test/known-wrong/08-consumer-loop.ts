/** Mistakes in consumer loops: in the order of work and commit, in the id of an effect, and in what follows an error. */

import type { Patch } from "./patch.ts";

const file = "solutions/08-consumer-loop.ts";
const calm = "when nothing goes wrong, every record takes effect once, and is committed";
const skips = "no record is skipped, whoever crashes or sleeps";
const doubles = "no record takes effect twice, whoever crashes or sleeps";
const unanswered =
  "when the sink does not answer, no record is skipped, and none takes effect twice";
const goesOn = "who has slept comes back, and alone does all that is left";

const applied = "for (const record of records) await apply(sink, record);";
const committed = "await consumer.commit().catch(() => {});";
// biome-ignore lint/suspicious/noTemplateCurlyInString: source text
const id = "`${topic}-${partition}-${offset}`";
const again = ".catch(() => apply(sink, record))";
/** The function that applies, but for its last line. */
const head = `async function apply(sink: Sink, record: ConsumerRecord): Promise<void> {
  const { topic, partition, offset } = record;`;
const asked = `await sink.apply(${id}, record)`;

export const patches: readonly Patch[] = [
  {
    name: "commits the offset of the last record, not the one after it",
    file,
    from: committed,
    to: "await consumer.commit(records).catch(() => {});",
    origin:
      "KafkaConsumer's documentation has to say it: the committed offset is that of the next record",
    caughtBy: calm,
  },
  {
    name: "commits only full batches",
    file,
    from: committed,
    to: `if (records.length > 1) ${committed}`,
    origin: "a batching consumer whose last batch is never full",
    caughtBy: calm,
  },
  {
    name: "takes the offset for an id",
    file,
    from: id,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    to: "`${topic}-${offset}`",
    origin: "it holds as long as the topic has one partition",
    caughtBy: calm,
  },
  {
    name: "takes the content for an id",
    file,
    from: id,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    to: "`${record.key}: ${record.value}`",
    origin: "removing duplicates by a hash of the message, as Amazon SQS does it on request",
    caughtBy: calm,
  },
  {
    name: "takes the time for an id",
    file,
    from: id,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    to: "`${partition} ${record.key} ${record.timestampMs}`",
    origin: "events told apart by who and when, by a clock that is not fine enough",
    caughtBy: calm,
  },
  {
    name: "commits before it works",
    file,
    from: `${applied}\n    ${committed}`,
    to: `${committed}\n    ${applied}`,
    origin: "at most once; what Kafka's old high-level consumer did when it committed by itself",
    caughtBy: skips,
  },
  {
    name: "makes a new id for each attempt",
    file,
    from: `${head}\n  ${asked}`,
    to: `let attempts = 0;
${head}
  attempts += 1;
  await sink.apply(\`\${topic}-\${partition}-\${offset}, \${attempts}\`, record)`,
    origin: "an idempotency key that is made where the request is sent, and not where it is meant",
    caughtBy: doubles,
  },
  {
    name: "goes on when the sink does not answer",
    file,
    from: again,
    to: ".catch(() => {})",
    origin: "an error handler that logs and continues; the next commit covers the record",
    caughtBy: unanswered,
  },
  {
    name: "tries three times, and goes on",
    file,
    from: `${head}\n  ${asked}${again}`,
    to: `${head.replace("ConsumerRecord)", "ConsumerRecord, left = 2)")}
  ${asked}.catch(async () => left > 0 ? apply(sink, record, left - 1) : undefined)`,
    origin: "a retry limit without a dead letter queue",
    caughtBy: unanswered,
  },
  {
    name: "ends when a commit is refused",
    file,
    from: committed,
    to: "await consumer.commit();",
    origin:
      "CommitFailedException, not caught: every rebalance kills a worker, which makes another",
    caughtBy: goesOn,
  },
  {
    name: "tries a refused commit again and again",
    file,
    from: committed,
    to: "while (!(await consumer.commit().then(() => true, () => false)));",
    origin: "taking every error for one that passes; a member that is out comes back by polling",
    caughtBy: goesOn,
  },
];
