/**
 * Two servers and one lead, by datagrams. Whoever leads gives the lead away from time to time: it stops leading, and
 * offers the lead again and again until the other has taken it. A lead has a term, so that it is taken once.
 */

import type { NodeId, Protocol } from "quorumlab/sim";

type Lead = {
  role: "leader" | "follower";
  term: number;
  /** Whether the lead of this term was given away and may not be taken yet. */
  given: boolean;
};
export type HandOverState = Lead & { readonly peer: NodeId };
export type HandOverMessage = { readonly kind: "lead" | "taken"; readonly term: number };

/** What a careless author does. */
export type Mistake = "offers before the sync" | "takes every offer";

export function handOver(mistake?: Mistake): Protocol<HandOverState, HandOverMessage> {
  const beforeSync = mistake === "offers before the sync";
  return {
    wire: "datagram",

    onStart({ id, peers: [peer = id] }, saved, _nowMs, out) {
      out.setTimer("offer", 100);
      const first: Lead = { role: id < peer ? "leader" : "follower", term: 0, given: false };
      return { ...(saved.cell<Lead>("lead") ?? first), peer };
    },

    onTimer(state, _nowMs, name, out) {
      out.setTimer(name, 100);
      if (state.role === "leader") {
        state.role = "follower";
        state.term += 1;
        state.given = true;
        out.put("lead", state);
      }
      if (state.given) out.send(state.peer, { kind: "lead", term: state.term }, { beforeSync });
    },

    onMessage(state, _nowMs, from, { kind, term }, out) {
      if (kind === "taken") {
        // Not written: a server that forgets it offers once more, in vain.
        if (term === state.term) state.given = false;
        return;
      }
      if (term > state.term || mistake === "takes every offer") {
        state.role = "leader";
        state.term = term;
        state.given = false;
        out.put("lead", state);
      }
      out.send(from, { kind: "taken", term });
    },
  };
}
