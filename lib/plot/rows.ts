/** Which operations of a history are drawn, and on which row: each client has one, and more when it left calls open. */

import type { History, Operation } from "../check/index.ts";

export type Bar = { readonly operation: Operation; readonly row: number };

export type Rows = {
  readonly bars: readonly Bar[];
  /** Each client and its rows, from top to bottom. */
  readonly clients: readonly { readonly client: string; readonly rows: readonly number[] }[];
  readonly fromMs: number;
  /** The last invocation or return. */
  readonly toMs: number;
};

const MOST_OPERATIONS = 60;
const MOST_ROWS = 16;

/** Throws one sentence when an operation has no place in time. */
export function checkTimes(history: History): void {
  for (const operation of history) {
    const { id, invokedMs } = operation;
    const lastMs = operation.outcome === "info" ? invokedMs : operation.returnedMs;
    if (Number.isFinite(invokedMs) && Number.isFinite(lastMs)) continue;
    const from = `historyBars: operation ${id} goes from ${invokedMs} to ${lastMs} ms`;
    throw new Error(`${from}; finite numbers were expected.`);
  }
}

/**
 * Puts operations on rows, in the order of their invocation. Of a long history the beginning is drawn, or, when an
 * operation is in focus, the end: a checker's shortest failing prefix ends at it.
 */
export function rowsOf(history: History, focus: Operation | undefined): Rows {
  const few = focus ? history.slice(-MOST_OPERATIONS) : history.slice(0, MOST_OPERATIONS);
  const kept = few.filter((operation) => operation.id !== focus?.id);
  const chosen = [...kept, ...(focus === undefined ? [] : [focus])].sort((a, b) => a.id - b.id);
  const lanes: { client: string; freeMs: number; operations: Operation[] }[] = [];
  for (const operation of chosen) {
    const { client, invokedMs } = operation;
    const freeMs = operation.outcome === "info" ? Number.POSITIVE_INFINITY : operation.returnedMs;
    const free = lanes.find((lane) => lane.client === client && lane.freeMs <= invokedMs);
    if (free !== undefined) {
      free.freeMs = freeMs;
      free.operations.push(operation);
    } else if (lanes.length < MOST_ROWS || operation.id === focus?.id) {
      lanes.push({ client, freeMs, operations: [operation] });
    }
  }
  lanes.sort((a, b) => a.client.localeCompare(b.client, "en", { numeric: true }));
  const bars = lanes.flatMap(({ operations }, row) =>
    operations.map((operation) => ({ operation, row })),
  );
  const clients = [...new Set(lanes.map((lane) => lane.client))].map((client) => {
    return { client, rows: lanes.flatMap((lane, row) => (lane.client === client ? [row] : [])) };
  });
  const times = bars.flatMap(({ operation }) =>
    operation.outcome === "info"
      ? [operation.invokedMs]
      : [operation.invokedMs, operation.returnedMs],
  );
  return { bars, clients, fromMs: Math.min(...times), toMs: Math.max(...times) };
}
