/**
 * Colours by meaning, the same through the whole book. They follow the colour-blind-safe set of Okabe and Ito
 * (2008), moved apart in lightness so that they stay apart in grey; no picture says anything by colour alone.
 */

/** What a colour stands for. */
export type Meaning = "leader" | "committed" | "uncommitted" | "lost" | "plain" | "fault";

/** `fill` is for areas and lines, `ink` for text written upon that fill, `text` for text of that meaning upon the card. */
export type Shade = { readonly fill: string; readonly ink: string; readonly text: string };

export const palette: Readonly<Record<Meaning, Shade>> = {
  leader: { fill: "#00619e", ink: "#ffffff", text: "#00568c" },
  committed: { fill: "#2bab84", ink: "#10241d", text: "#0a6b4e" },
  uncommitted: { fill: "#f0c64a", ink: "#2b2410", text: "#7a5a00" },
  lost: { fill: "#cf4f00", ink: "#ffffff", text: "#b34400" },
  plain: { fill: "#dde2e8", ink: "#1f262e", text: "#4a545f" },
  fault: { fill: "#6d2358", ink: "#ffffff", text: "#6d2358" },
};

/** What every picture is drawn on: a light card of its own, so that a dark page changes nothing. */
export const paper = {
  card: "#fcfcfa",
  edge: "#c3c9d0",
  ink: "#1f262e",
  soft: "#5d6773",
  grid: "#e6e9ec",
  lane: "#f1f3f5",
} as const;

/** The greys of roles that do not lead, one for each role in the order in which they appear. */
export const quiet: readonly string[] = ["#dde2e8", "#c5ccd4", "#e9ecef"];
