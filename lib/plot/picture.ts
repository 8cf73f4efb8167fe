/** A finished picture: standalone SVG that reads well in light, dark and grey. */
export type Picture = {
  /** A complete <svg> element, the same text for the same input. */
  readonly svg: string;
  /** The finding, as drawn on top of the picture. */
  readonly title: string;
  /** What a reader who cannot see it needs to know. */
  readonly alt: string;
};
