/**
 * A resource that several masters may write to, one after the other: it cannot know who is master, but it can refuse
 * one that has been succeeded. Source: Kleppmann, "How to do distributed locking" (2016).
 */

import type { Data } from "quorumlab/ensemble";
import type { Protocol } from "quorumlab/sim";

/**
 * Whether a resource accepts a use.
 *
 * @param newest the newest token that it has accepted, 0 before the first
 * @param token the fencing token of whoever uses it: it grows with each mastership
 */
export function accepts(newest: number, token: number): boolean {
  return token >= newest;
}

/** A read counts as a use: a new master reads what no older one can change any more. */
export type FencedRequest = Readonly<
  | { kind: "write"; call: number; key: string; value: Data; token: number }
  | { kind: "read"; call: number; key: string; token: number }
>;
export type FencedAnswer = Readonly<
  | { kind: "written"; call: number }
  /** `token` is the writer's. */
  | { kind: "value"; call: number; value: Data | null; token: number }
  | { kind: "refused"; call: number; newest: number }
>;
/** What a fenced resource answers to a call, by the kind of request. */
export type FencedReplies = {
  readonly write: Extract<FencedAnswer, { kind: "written" | "refused" }>;
  readonly read: Extract<FencedAnswer, { kind: "value" | "refused" }>;
};

export type FencedState = {
  newest: number;
  readonly data: Record<string, { readonly value: Data; readonly token: number }>;
};

/** A store that checks the token of every use. It remembers the newest on disk, for its own restart is no new beginning. */
export function fencedResource(
  decisions: { readonly accepts: typeof accepts } = { accepts },
): Protocol<FencedState, FencedRequest | FencedAnswer> {
  return {
    wire: "connection",

    onStart: (_self, saved) => saved.cell("state") ?? { newest: 0, data: {} },

    onMessage(state, _nowMs, from, message, out) {
      if (message.kind !== "write" && message.kind !== "read") return;
      const { call, key, token } = message;
      if (!decisions.accepts(state.newest, token)) {
        out.send(from, { kind: "refused", call, newest: state.newest });
        return;
      }
      state.newest = Math.max(state.newest, token);
      if (message.kind === "write") state.data[key] = { value: message.value, token };
      out.put("state", state);
      if (message.kind === "write") out.send(from, { kind: "written", call });
      else
        out.send(from, { kind: "value", call, ...(state.data[key] ?? { value: null, token: 0 }) });
    },
  };
}
