/** A world whose time, luck, wires and disks we own. */
export type { Fault, Link, Span } from "./faults.ts";
export type { NodeId, Out, Protocol, Saved, Self, Wire } from "./protocol.ts";
export { invariant } from "./protocol.ts";
export type { Happening, Trace, TraceEvent } from "./trace.ts";
export { causesOf } from "./trace.ts";
