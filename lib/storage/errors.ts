/** What can go wrong in operation, by Kafka's own names. */

/** OFFSET_OUT_OF_RANGE: no record has or will next have this offset. CORRUPT_MESSAGE: what was written is not there. */
type ErrorCode = "OFFSET_OUT_OF_RANGE" | "CORRUPT_MESSAGE";

/** A store cannot answer. This disk says the same again; another replica may do better. */
export class StorageError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, what: string) {
    super(`${code}: ${what}`);
    this.name = "StorageError";
    this.code = code;
  }
}
