import { readHistory, Unreadable } from "quorumlab/formats";
import { expect, test } from "vitest";

test.each([
  ["", "kv", "It begins with nothing; Jepsen's log, EDN or JSON lines were expected."],
  ["hello", "kv", 'It begins with "hello"; Jepsen\'s log, EDN or JSON lines were expected.'],
  ["{:process 0", "kv", 'line 1: "{:process 0" is not one EDN value.'],
  ['{"process": 0,}', "kv", 'line 1: "{"process": 0,}" is not JSON.'],
  [
    "INFO  jepsen.util - 0 :invoke :read nil\nINFO  jepsen.util - 0 :o",
    "register",
    'line 2: "INFO  jepsen.util - 0 :o" is only a part of a line.',
  ],
  [
    `{"process": "\u0007${"x".repeat(99)}`,
    "kv",
    `line 1: "{"process": "·${"x".repeat(45)}…" is not JSON.`,
  ],
  [
    `{"process": 0, "type": "invoke", "f": "put", "key": "a", "value": ${"[".repeat(200)}${"]".repeat(200)}}`,
    "kv",
    "line 1: a value nested over 100 deep.",
  ],
  [
    "{:process 0, :type :invoke, :f :add, :value {1 2}}",
    "set",
    "line 1: add with the value map{1=>2}, which is nothing that add takes.",
  ],
  ["{:type :invoke, :f :get}", "kv", "line 1: an event without a process."],
  [
    "{:process 0, :type :call, :f :get}",
    "kv",
    'line 1: the type "call"; one of invoke, ok, fail, info was expected.',
  ],
  [
    "{:process 0, :type :invoke, :f :push}",
    "queue",
    "line 1: push is no operation of a queue; those are enqueue, dequeue.",
  ],
  [
    "\n{:process 0, :type :invoke, :f :get, :value nil}",
    "kv",
    "line 2: get with the value null, which is nothing that get takes.",
  ],
  [
    "{:process 0, :type :invoke, :f :cas, :value 3}",
    "cas-register",
    "line 1: cas with the value 3, which is nothing that cas takes.",
  ],
  [
    "{:process 0, :type :invoke, :f :read, :value [7 nil]}\n{:process 1, :type :invoke, :f :write, :value 7}",
    "register",
    "line 2: the value 7; reads ask for [key, nil], so [key, value] was expected.",
  ],
  [
    '{"process": 0, "type": "invoke", "f": "put", "key": "a", "value": null}',
    "kv",
    "line 1: put of key a with the value null, which is nothing that put takes.",
  ],
  [
    "{:process 0, :type :ok, :f :read, :value 3}",
    "register",
    "line 1: process 0 ends read, but nothing is under way.",
  ],
  [
    "{:process 0, :type :invoke, :f :read}\n{:process 0, :type :invoke, :f :read}",
    "register",
    "line 2: process 0 invokes read, but its read of line 1 has not ended.",
  ],
  [
    "{:process 0, :type :invoke, :f :read}\n{:process 0, :type :ok, :f :read, :value 1}",
    "set",
    "line 2: read with the value 1, which is nothing that read returns.",
  ],
  [
    "{:process 0, :type :invoke, :f :read, :value [1 nil]}\n{:process 0, :type :ok, :f :read, :value [2 7]}",
    "register",
    "line 2: process 0 ends read of key 2, but its read of key 1 is under way.",
  ],
  [
    "{:process 0, :type :invoke, :f :read, :value [1 nil]}\n{:process 0, :type :ok, :f :read, :value nil}",
    "register",
    "line 2: the value null; reads ask for [key, nil], so [key, value] was expected.",
  ],
  ["[]", "register", "There are no events in it."],
  [
    "{}",
    "shelf",
    "There is no model shelf; one of register, cas-register, kv, set, queue, mutex, log was expected.",
  ],
])("%j as a %s is refused in a sentence", (text, name, sentence) => {
  expect(() => readHistory(text, name)).toThrow(new Unreadable(sentence));
});
