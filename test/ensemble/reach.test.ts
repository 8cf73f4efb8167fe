/** How a session gets from server to server, and what becomes of requests that were under way, or that wait. */

import type { Request } from "quorumlab/ensemble";
import { describe, expect, test } from "vitest";
import { counts, machine, takes, welcomed } from "./machine.ts";

const making = (path: string): Request => ({ kind: "create", path, data: "", mode: "persistent" });

describe("a session looks for a server", () => {
  test("one after the other, round and round", () => {
    const one = machine();
    const tried = [];
    for (let i = 0; i < 5; i++) {
      tried.push(one.session.server);
      one.disconnected(one.session.server ?? "");
      one.timer("retry");
    }
    expect(tried).toEqual(["s2", "s3", "s1", "s2", "s3"]);
  });

  test("and gives each its share of the timeout, so that all are tried within one", () => {
    const one = machine({ timeoutMs: 600 });
    expect(one.timers.get("silence")).toBe(200);
    expect(one.timer("silence")).toEqual(["close s2"]);
    expect(one.timers.get("retry")).toBe(30);
    expect(one.timer("retry")).toEqual(["connect s3"]);
  });

  test("and wants nothing of one that answers after it was given up", () => {
    const one = machine();
    one.timer("silence");
    one.timer("retry");
    expect(one.connected("s2")).toEqual(["close s2"]);
    expect(one.disconnected("s2")).toEqual([]);
    expect(one.connected("s3")).toEqual(["s3: connect 0x0"]);
  });

  test("and comes to the next with its session and all that it has seen", () => {
    const one = machine();
    welcomed(one, 7);
    one.hears({ kind: "event", type: "NodeCreated", path: "/b", zxid: 21 });
    one.disconnected("s2");
    expect(one.timer("retry")).toEqual(["connect s3"]);
    expect(one.connected("s3")).toEqual(["s3: connect 0x7, seen 0x15"]);
    expect([...takes(one), ...counts(one)]).toEqual(["s3: heartbeat 2, at once", "is connected"]);
  });
});

describe("when the server goes away", () => {
  test("nobody knows what became of what was sent: ConnectionLoss, once each, in order", () => {
    const one = machine();
    welcomed(one);
    one.asks(1, making("/a"));
    one.asks(2, { kind: "sync", path: "/" });
    expect(one.disconnected("s2")).toEqual([
      "is disconnected",
      "answers 1 ConnectionLoss",
      "answers 2 ConnectionLoss",
    ]);
    one.timer("retry");
    one.connected("s3");
    // None of it is asked again: it may have been done.
    expect(takes(one)).toEqual(["s3: heartbeat 2, at once"]);
  });

  test("what is asked then waits for the next server, and goes there", () => {
    const one = machine();
    welcomed(one);
    one.disconnected("s2");
    expect(one.asks(1, making("/a"))).toEqual([]);
    one.timer("retry");
    one.connected("s3");
    expect(takes(one)).toEqual(["s3: request 2 create /a", "s3: heartbeat 2, at once"]);
    expect(one.timers.has("patience")).toBe(false);
  });

  test("or fails, when there is none for the whole timeout", () => {
    const one = machine({ timeoutMs: 600 });
    welcomed(one);
    one.disconnected("s2");
    one.asks(1, making("/a"));
    expect(one.timers.get("patience")).toBe(600);
    expect(one.timer("patience")).toEqual(["answers 1 ConnectionLoss"]);
    one.asks(2, making("/b"));
    expect(one.timer("patience")).toEqual(["answers 2 ConnectionLoss"]);
  });

  test("or fails, also when a server took the session meanwhile and went away at once", () => {
    const one = machine();
    welcomed(one);
    one.disconnected("s2");
    one.timer("retry");
    one.connected("s3");
    takes(one);
    one.disconnected("s3");
    one.asks(1, making("/a"));
    expect(one.timer("patience")).toEqual(["answers 1 ConnectionLoss"]);
  });

  test("a heartbeat that it did not answer is not answered by the next one", () => {
    const one = machine({ timeoutMs: 600 });
    welcomed(one);
    one.timer("heartbeat", 200);
    one.disconnected("s2");
    one.timer("retry", 300);
    one.connected("s3");
    takes(one);
    one.hears({ kind: "heard", beat: 2, counted: true });
    expect([one.session.state, one.session.aliveUntilMs]).toEqual(["disconnected", 600]);
    counts(one);
    expect([one.session.state, one.session.aliveUntilMs]).toEqual(["connected", 900]);
  });
});

describe("a session that may read", () => {
  const reader = () => {
    const one = machine({ readOnly: true, timeoutMs: 600 });
    welcomed(one);
    one.disconnected("s2");
    one.timer("retry");
    one.connected("s3");
    takes(one, 7, { readOnly: true });
    return one;
  };

  test("reads at a server that counts no heartbeats, and knows nothing more of how long it lives", () => {
    const one = reader();
    expect(counts(one, false)).toEqual(["is readOnly"]);
    expect(one.session.aliveUntilMs).toBe(600);
  });

  test("looks for a better server with every heartbeat, one after the other", () => {
    const one = reader();
    counts(one, false);
    expect(one.timer("heartbeat", 200)).toEqual(["s3: heartbeat 3, at once", "connect s2"]);
    expect(one.disconnected("s2")).toEqual([]);
    counts(one, false);
    expect(one.timer("heartbeat", 400)).toEqual(["s3: heartbeat 4, at once", "connect s1"]);
  });

  test("gives up a better server that does not answer before it tries the next one", () => {
    const one = reader();
    counts(one, false);
    one.timer("heartbeat", 200);
    expect(one.connected("s2")).toEqual(["s2: connect 0x7, seen 0x7"]);
    counts(one, false);
    expect(one.timer("heartbeat", 400)).toEqual([
      "s3: heartbeat 4, at once",
      "close s2",
      "connect s1",
    ]);
  });

  test("goes over when one takes it, and nobody knows what became of what the old one was asked", () => {
    const one = reader();
    counts(one, false);
    one.timer("heartbeat", 200);
    one.asks(1, { kind: "exists", path: "/", watch: false });
    one.connected("s2");
    const taken = { kind: "connected", session: 7, timeoutMs: 600, readOnly: false } as const;
    expect(one.hears(taken, "s2")).toEqual([
      "close s3",
      "s2: heartbeat 4, at once",
      "is disconnected",
      "answers 1 ConnectionLoss",
    ]);
    expect(counts(one)).toEqual(["is connected"]);
    expect(one.session.server).toBe("s2");
  });

  test("stays with the better server that it was about to go to, when the old one goes away first", () => {
    const one = reader();
    counts(one, false);
    one.timer("heartbeat", 200);
    one.connected("s2");
    one.disconnected("s3");
    one.timer("retry");
    expect(one.session.server).toBe("s2");
    expect(takes(one)).toEqual(["s2: heartbeat 4, at once"]);
  });

  test("stays with the better server, when the old one went away just before that one took it", () => {
    const one = reader();
    counts(one, false);
    one.timer("heartbeat", 200);
    one.connected("s2");
    one.disconnected("s3");
    const taken = { kind: "connected", session: 7, timeoutMs: 600, readOnly: false } as const;
    one.hears(taken, "s2");
    expect([one.session.server, one.timers.has("retry")]).toEqual(["s2", false]);
  });

  test("is closed, as far as anybody knows, when it goes over while it is being closed", () => {
    const one = reader();
    counts(one, false);
    one.timer("heartbeat", 200);
    one.asks(1, { kind: "closeSession" });
    one.connected("s2");
    const taken = { kind: "connected", session: 7, timeoutMs: 600, readOnly: false } as const;
    expect(one.hears(taken, "s2")).toEqual([
      "close s3",
      "close s2",
      "is disconnected",
      "answers 1 ConnectionLoss",
      "is closed",
    ]);
  });

  test("hears at the better server, too, when it has expired", () => {
    const one = reader();
    counts(one, false);
    one.timer("heartbeat", 200);
    one.connected("s2");
    const over = { kind: "connected", session: 0, timeoutMs: 0, readOnly: false } as const;
    expect(one.hears(over, "s2")).toEqual([
      "close s3",
      "close s2",
      "is disconnected",
      "is expired",
    ]);
  });

  test("leaves nobody behind when its program opens another session", () => {
    const one = reader();
    counts(one, false);
    one.timer("heartbeat", 200);
    expect(one.ended()).toEqual(["close s3", "close s2", "is closed"]);
  });
});
