/** The same picture in words: a neutral title, a text for who cannot see it, and the legend of the signs that it uses. */

import { element, type Sign } from "./document.ts";
import { palette, paper } from "./palette.ts";
import type { Scene } from "./scene.ts";
import { countText, faultText, numberText } from "./words.ts";

/** A title that claims nothing: what was counted. */
export function tellTitle(scene: Scene): string {
  const count = (fate: string) => scene.journeys.filter((each) => each.fate === fate).length;
  const sent = scene.journeys.length - count("echo");
  const lost = count("lost") > 0 ? [`${numberText(count("lost"))} lost`] : [];
  const servers = countText(scene.nodes.length, "server");
  const time = `in ${numberText(scene.toMs - scene.fromMs)} ms`;
  return [servers, countText(sent, "message"), ...lost, time].join(", ");
}

const MOST_SENTENCES = 14;

/** The picture in sentences, the lanes first and then what happened, in order of time. */
export function tell(scene: Scene): string {
  const lanes = `Space-time diagram of ${spanText(scene)}; ${messagesText(scene)}.`;
  return [lanes, ...tellLives(scene), ...scene.left].join(" ");
}

/** Whose lanes are shown, from when to when. */
export function spanText({ nodes, fromMs, toMs }: Scene): string {
  return `${nodes.join(", ")} from ${numberText(fromMs)} to ${numberText(toMs)} ms`;
}

/** What became of the servers and between them, a sentence for each change. */
export function tellLives(scene: Scene): string[] {
  const { fromMs } = scene;
  const happenings = [
    ...scene.bands
      .filter((band) => band.role !== undefined && band.fromMs >= fromMs)
      .map(({ node, role, fromMs: atMs }) => ({ atMs, text: `${node} is ${role}` })),
    ...scene.falls.map(({ node, atMs, kind }) => ({ atMs, text: `${node} falls (${kind})` })),
    ...scene.pauses.map(({ node, fromMs: atMs, toMs: end }) => {
      return { atMs, text: `${node} is paused until ${numberText(end)} ms` };
    }),
    ...scene.weather.map((each) => {
      return {
        atMs: each.fromMs,
        text: `${faultText(each.fault)} until ${numberText(each.toMs)} ms`,
      };
    }),
  ].sort((a, b) => a.atMs - b.atMs || a.text.localeCompare(b.text, "en"));
  const told = happenings.slice(0, MOST_SENTENCES).map(({ atMs, text }) => {
    return `At ${numberText(Math.max(atMs, 0))} ms ${text}.`;
  });
  const more = happenings.length - told.length;
  return [...told, ...(more > 0 ? [`And ${more} more changes.`] : [])];
}

function messagesText({ journeys }: Scene): string {
  const fates = [
    ["delivered", "delivered"],
    ["echo", "delivered again"],
    ["lost", "lost"],
    ["under way", "still under way"],
  ] as const;
  const counts = fates.flatMap(([fate, words]) => {
    const count = journeys.filter((each) => each.fate === fate).length;
    return count > 0 ? [`${numberText(count)} ${words}`] : [];
  });
  return counts.length === 0 ? "no messages" : `messages: ${counts.join(", ")}`;
}

/** The signs of a picture, only those that it uses; a picture of plain arrows needs none. */
export function signsOf(scene: Scene): Sign[] {
  const fates = new Set(scene.journeys.map((each) => each.fate));
  const signs: Sign[] = [];
  if (fates.has("lost")) signs.push({ drawing: lostSign, means: lostText(scene) });
  if (fates.has("echo")) signs.push({ drawing: echoSign, means: "delivered once more" });
  if (fates.has("under way")) signs.push({ drawing: openSign, means: "still under way" });
  if (scene.pauses.length > 0) signs.push({ drawing: hatchSign, means: "paused" });
  if (scene.falls.length > 0) signs.push({ drawing: fallSign, means: "down" });
  if (scene.weather.some((each) => each.fault.kind === "cut")) {
    signs.push({ drawing: cutSign, means: "cut: nothing passes between the sides named above" });
  }
  return signs;
}

/** "lost (2 cut, 1 dropped)". */
function lostText({ journeys }: Scene): string {
  const whys = journeys.flatMap((each) => (each.why === undefined ? [] : [each.why]));
  const counts = [...new Set(whys)].map(
    (why) => `${whys.filter((one) => one === why).length} ${why}`,
  );
  return `lost (${counts.join(", ")})`;
}

const stroke = (colour: string, width: number, more: Record<string, string> = {}) => {
  return { fill: "none", stroke: colour, "stroke-width": width, ...more };
};
const fault = palette.fault.fill;
const lostSign = element(
  "g",
  {},
  element("path", {
    d: "M0,6H18",
    ...stroke(palette.lost.fill, 1.4, { "stroke-dasharray": "4 3" }),
  }),
  element("path", { d: "M14,2L22,10M14,10L22,2", ...stroke(palette.lost.fill, 2.2) }),
);
const echoSign = element("path", {
  d: "M0,6H22M17,2.5L22,6L17,9.5",
  ...stroke(paper.soft, 1.3, { "stroke-dasharray": "2 2" }),
});
const openSign = element("path", { d: "M0,6H24", ...stroke(paper.ink, 1.2) });
const hatchSign = element(
  "g",
  {},
  element("rect", { x: 0, y: 0, width: 24, height: 12, fill: paper.card, stroke: fault }),
  element("path", {
    d: "M0,6L6,0M0,12L12,0M6,12L18,0M12,12L24,0M18,12L24,6",
    ...stroke(fault, 1.2),
  }),
);
const fallSign = element(
  "g",
  {},
  element("path", { d: "M0,1L10,11M0,11L10,1", ...stroke(fault, 2.6) }),
  element("path", { d: "M11,6H24", ...stroke(paper.soft, 1, { "stroke-dasharray": "1 4" }) }),
);
const cutSign = element(
  "g",
  {},
  element("rect", { x: 0, y: 0, width: 24, height: 12, fill: fault, "fill-opacity": 0.1 }),
  element("path", { d: "M0,9L6,3M5,9L11,3M10,9L16,3M15,9L21,3", ...stroke(fault, 1) }),
);
