/** The page and the pictures of two models: what is computed is what they show, and nothing of a text or a name is obeyed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { html } from "../../src/drawing/markup.js";
import { chance } from "../../src/drawing/numbers.js";
import { matchesPicture } from "../../src/explain/draw/matches-picture.js";
import { numeral } from "../../src/explain/draw/numbers.js";
import {
  statesComparisonPicture,
  textComparisonPicture,
} from "../../src/explain/draw/text-comparison-picture.js";
import { twoModelsPage } from "../../src/explain/draw/two-models-page.js";
import { readSentence } from "../../src/explain/sentence.js";
import { compareOnText } from "../../src/explain/text-comparison.js";
import type { UnitComparison } from "../../src/explain/units/compare.js";
import { layers, sequential } from "../../src/index.js";
import { Vectorizer } from "../../src/tokens/vectorizer.js";
import { byClass, byName, numberOf, parsePage, textOf } from "../report/page.js";
import { shake } from "./models.js";

const HOSTILE = '<script>"&x</script>';
const VOCABULARY = ["", "free", "entry", "draw", "weekly"];
const model = (kind: "lstm" | "gru" | "simpleRNN", seed: number) =>
  shake(
    sequential([
      layers.embedding({ inputDim: 5, outputDim: 3, inputLength: 6 }),
      layers[kind]({ units: 4 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]),
    seed,
  );
const side = (kind: "lstm" | "gru" | "simpleRNN", words: readonly string[]) => ({
  model: model(kind, words.length),
  vectorizer: new Vectorizer({ frontEnd: "tokenizer" }, [...words], { padding: "pre" }),
  length: 6,
  labels: ["ham", HOSTILE],
});
const onText = (second: "gru" | "simpleRNN" = "gru") =>
  compareOnText(side("lstm", VOCABULARY), side(second, VOCABULARY.slice(0, 4)), "free entry draw weekly");
const onData = (units: number, others: number): UnitComparison => {
  const r = (u: number, v: number) => Math.cos(1 + u * 3.1 + v * 1.7);
  const summary = (layer: string, U: number) => ({
    ...{ layer, kind: "LSTM", units: U, gates: { forget: 0.75 }, hidden: 0.2 },
  });
  return {
    ...{ texts: 7, leftOut: 1, similarity: 0.5, distance: 0.25, notes: ["7 texts for 40 units"] },
    sides: [summary(HOSTILE, units), summary("b", others)],
    layers: ["x", HOSTILE].map((first) => ({ first, second: "b", similarity: first === "x" ? null : 0.5 })),
    matches: Array.from({ length: units }, (_, unit) => ({
      ...{ unit, match: unit % others, correlation: r(unit, unit % others) },
    })),
    correlations: Array.from({ length: units }, (_, u) =>
      Array.from({ length: others }, (_, v) => (u === 1 ? null : r(u, v))),
    ),
    apart: [{ row: 4, text: HOSTILE, outputs: [[0.25], [0.5]], distance: 0.25 }],
  };
};
const names = [`${HOSTILE}.keras`, "b.keras"] as const;
const parse = (picture: unknown) => parsePage(`<!doctype html>\n${picture}`);

test("every number of the words is on the page, beside each other; a word that one does not read has none there", () => {
  const text = onText();
  const page = parsePage(twoModelsPage({ names, text, data: null }));
  const [answers, numbers] = byName(page, "tbody").map((body) =>
    byName(body, "tr").map((row) =>
      row.children.flatMap((cell) => (typeof cell === "string" ? [] : textOf(cell))),
    ),
  );
  assert.deepEqual(
    answers!.map((row) => [row[0], row[2], row[3]]),
    ["first", "second"].map((name, k) => [name, numeral(text.values[k]!, 4), numeral(text.baselines[k]!, 4)]),
  );
  for (const [k, { word, sides }] of text.words.entries()) {
    const row = numbers![k]!;
    assert.equal(row[0], word);
    assert.equal(row[1], numeral(sides[0]!.share, 4));
    assert.equal(row[4], sides[1] ? numeral(sides[1].share, 4) : "–");
  }
  assert.equal(text.words.find(({ word }) => word === "weekly")!.sides[1], null);
  // The probability is what the model puts out, of the class that the first finds likelier.
  for (const [k, one] of [side("lstm", VOCABULARY), side("gru", VOCABULARY.slice(0, 4))].entries()) {
    const { ids } = readSentence(one.vectorizer, "free entry draw weekly", one.length);
    const p = Number(one.model.predict([ids]).flat()[0]);
    const likelier = text.objective.includes("script") ? p : 1 - p;
    assert.ok(Math.abs(text.probabilities[k]! - likelier) < 1e-6);
    assert.equal(answers![k]![1], chance(text.probabilities[k]!).replaceAll("\u00a0", " "));
  }
});

test("bars of both are drawn to one scale", () => {
  const text = onText();
  const bars = byName(parse(textComparisonPicture(text)), "rect")
    .filter((rect) => /^(plus|minus)$/.test(rect.attributes.get("class") ?? ""))
    .map((rect) => ({ width: numberOf(rect, "width"), value: textOf(rect) }));
  const shares = text.words.flatMap(({ sides }) => sides.flatMap((one) => one?.share ?? []));
  const most = Math.max(...shares.map(Math.abs));
  // Widths are to a tenth of a pixel.
  const scales = shares
    .filter((share) => Math.abs(share) > most / 5)
    .map((share) => bars.find(({ value }) => value === numeral(share))!.width / Math.abs(share));
  assert.ok(scales.length >= 3);
  for (const scale of scales) assert.ok(Math.abs(scale / scales[0]! - 1) < 0.02, scales.join(" "));
});

test("a map for every part of both, what both have side by side; unread words are blank", () => {
  const text = onText();
  const svg = parse(statesComparisonPicture(text));
  const named = byClass(svg, "part-role").map((label) => ({
    ...{ name: textOf(label), x: numberOf(label, "x"), y: numberOf(label, "y") },
  }));
  assert.equal(named.length, text.views[0].series.length + text.views[1].series.length);
  assert.equal(byClass(svg, "heat-ground").length - named.length, 2); // two more of the legend
  const [first, second] = named.filter(({ name }) => name === "hidden state");
  assert.ok(first!.y === second!.y && first!.x < second!.x);
  assert.deepEqual(byClass(svg, "strange").map(textOf), ["weekly"]);
  // Four columns on the left, three of four on the right.
  const columns = (x: number) =>
    new Set(
      byClass(svg, "heat")
        .flatMap((path) =>
          [...(path.attributes.get("d") ?? "").matchAll(/M([\d.]+) /g)].map(([, at]) => Number(at)),
        )
        .filter((at) => (x === 0 ? at < 480 : at > 480)),
    ).size;
  assert.deepEqual([columns(0), columns(1)], [4, 3]);
  assert.equal(byClass(parse(statesComparisonPicture(onText("simpleRNN"))), "part-role").length, 7);
});

test("units by the order of their matches, no more than there is room for; one that does not vary is blank", () => {
  const svg = parse(matchesPicture(onData(60, 50)));
  const [width] =
    svg.children.length > 0 ? byName(svg, "svg")[0]!.attributes.get("viewBox")!.split(" ").slice(2) : [];
  const numbers = byClass(svg, "unit-number");
  assert.equal(numbers.length, 40 + 40 + 2 * 40);
  for (const text of numbers) assert.ok(numberOf(text, "x") < Number(width) - 20);
  const small = parse(matchesPicture(onData(3, 2)));
  const heat = byClass(small, "heat").flatMap((path) => (path.attributes.get("d") ?? "").match(/M/g) ?? []);
  assert.equal(heat.length, 2 * 2);
});

test("names, labels, layers and texts are only read; the page is small", () => {
  const source = twoModelsPage({ names, text: onText(), data: onData(64, 64) });
  const page = parsePage(source);
  assert.equal(byName(page, "script").length, 0);
  assert.match(source, /default-src 'none'/);
  assert.doesNotMatch(source, /NaN|undefined|null/);
  assert.ok(textOf(page).split(HOSTILE).length > 6);
  assert.ok(source.length < 200_000, String(source.length));
  const ids = [...source.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(byName(page, "h2").map(textOf), [
    "What both answer",
    "Word beside word",
    "Gates and states over the words",
    "On 7 texts",
    "How alike their states are",
    "Which unit goes with which",
    "Where they answer differently",
  ]);
  const data = twoModelsPage({ names, text: null, data: { ...onData(2, 2), distance: null, apart: [] } });
  assert.match(textOf(parsePage(data)), /not compared by what they put out/);
  assert.equal(html`${HOSTILE}`.source.includes("<"), false);
});
