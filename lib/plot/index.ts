/** One picture per idea, always drawn alike: standalone SVG text, the same for the same input. */

export { type AssignmentOptions, assignment } from "./assignment.ts";
export { type Answers, type AvailabilityOptions, availability } from "./availability.ts";
export { type BarsOptions, bars, type Item } from "./bars.ts";
export type { TreeNode } from "./branches.ts";
export type { Point, Reference, Series } from "./captions.ts";
export { type CurveOptions, curve } from "./curve.ts";
export { type Extent, type ExtentRow, type ExtentsOptions, extents } from "./extents.ts";
export type { Axis } from "./grid.ts";
export { type HistoryOptions, historyBars } from "./history.ts";
export { type LanesOptions, lanes } from "./lanes.ts";
export { type LogStripOptions, logStrip } from "./log.ts";
export type { MachineSet } from "./meeting.ts";
export type { LogRecord, LogReplica } from "./offsets.ts";
export { type Answer, outagesOf, type Pause } from "./outages.ts";
export { type Meaning, palette, type Shade } from "./palette.ts";
export type { Picture } from "./picture.ts";
export { type Placed, type PlacementOptions, placementGrid } from "./placement.ts";
export { type QuorumsOptions, quorums } from "./quorums.ts";
export { type RolesOptions, roles, type Service, type Serving } from "./roles.ts";
export type { Shares } from "./shares.ts";
export type { Strip } from "./strips.ts";
export { type TreeOptions, tree } from "./tree.ts";
