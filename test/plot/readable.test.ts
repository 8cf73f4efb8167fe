import { expect, test } from "vitest";
import { linearizable, register } from "../../lib/check/index.ts";
import { historyBars, lanes, type Picture, palette, roles } from "../../lib/plot/index.ts";
import { paper } from "../../lib/plot/palette.ts";
import { isInside, overlap } from "../../lib/plot/text.ts";
import { strips } from "./answers.ts";
import { clusters } from "./clusters.ts";
import { cardOf, parseXml, textsOf } from "./drawn.ts";
import * as histories from "./histories.ts";
import { machines } from "./machines.ts";
import { numbers } from "./numbers.ts";
import { stretches } from "./stretches.ts";
import { terms } from "./terms.ts";
import * as traces from "./traces.ts";
import { znodes } from "./znodes.ts";

const NASTY = `</text><script>alert("1")</script>&nbsp;\u0007\ud800\u202e ${"long ".repeat(60)}`;

const serves = (role: string) => (role === "x" ? "writes" : role === "" ? "nothing" : "reads");

/** Pictures of every kind. */
function gallery(): Picture[] {
  const { fine, stale, many } = histories;
  const anything = Array.from({ length: 40 }, (_, seed) => lanes(traces.anything(seed)));
  const random = Array.from({ length: 20 }, (_, seed) => histories.anything(seed)).map((history) =>
    historyBars(history, { result: linearizable(history, register(0)) }),
  );
  return [
    lanes(traces.staleAnswer()),
    lanes(traces.partition(), { width: 400 }),
    lanes(traces.crash(), { title: NASTY }),
    lanes(traces.datagrams(), { label: () => NASTY }),
    lanes(traces.long(10_000)),
    ...anything,
    roles(terms(), { title: NASTY, width: 400, serves: () => "reads" }),
    ...Array.from({ length: 20 }, (_, seed) => roles(traces.anything(seed), { serves })),
    ...[fine(), stale(), many()].map((history) =>
      historyBars(history, { result: linearizable(history, register(0)) }),
    ),
    historyBars(fine(), { label: () => NASTY, title: NASTY, width: 300 }),
    ...random,
    ...numbers(NASTY),
    ...strips(NASTY),
    ...machines(NASTY),
    ...znodes(NASTY),
    ...clusters(NASTY),
    ...stretches(NASTY),
  ];
}

const pictures = gallery();

test("no two texts of a picture overlap", () => {
  for (const { svg } of pictures) {
    const texts = textsOf(svg).filter(({ text }) => text.trim() !== "");
    for (const [at, a] of texts.entries()) {
      const hit = texts.slice(at + 1).find((b) => overlap(a.box, b.box));
      expect(hit && [a, hit], svg).toBeUndefined();
    }
  }
});

test("every text lies within the card", () => {
  for (const { svg } of pictures) {
    for (const { text, box } of textsOf(svg)) {
      expect(isInside(box, cardOf(svg)), `${text} ${JSON.stringify(box)}`).toBe(true);
    }
  }
});

test("every picture is well-formed: whatever a program wrote stays text", () => {
  for (const { svg } of pictures) {
    expect(() => parseXml(svg)).not.toThrow();
    expect(svg).not.toContain("<script");
  }
});

test("two pictures on one page cannot clash, and none asks for anything from elsewhere", () => {
  for (const { svg } of pictures) {
    expect(svg).not.toMatch(/ (id|class|style|href|src)=|url\(|<style|@import|NaN|Infinity/);
    expect(svg.replace("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|\/\/\w+\./);
  }
});

test("the same input gives the same text", () => {
  expect(gallery()).toEqual(pictures);
});

test("every picture says in words what it shows", () => {
  for (const { svg, title, alt } of pictures) {
    expect(svg).toMatch(/^<svg xmlns="[^"]*" width="\d+" height="\d+" [^>]*role="img"/);
    expect(svg).toMatch(/<title>[^<]+<\/title><desc>[^<]+<\/desc>/);
    expect(title.length).toBeGreaterThan(0);
    expect(alt.length).toBeGreaterThan(20);
  }
});

function luminance(hex: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

test("text in any colour of the palette can be read where it stands", () => {
  for (const [meaning, { fill, ink, text }] of Object.entries(palette)) {
    expect(contrast(text, paper.card), meaning).toBeGreaterThan(4.5);
    expect(contrast(ink, fill), meaning).toBeGreaterThan(4.3);
  }
  expect(contrast(paper.ink, paper.card)).toBeGreaterThan(7);
  expect(contrast(paper.soft, paper.card)).toBeGreaterThan(4.5);
});

test("the fills of the palette stay apart in grey", () => {
  const lightness = Object.values(palette)
    .map(({ fill }) => 116 * Math.cbrt(luminance(fill)) - 16)
    .sort((a, b) => a - b);
  const steps = lightness.slice(1).map((each, at) => each - (lightness[at] ?? 0));
  expect(Math.min(...steps)).toBeGreaterThan(7);
});
