/** Drawings and pages: well formed, told in words, and true to the data they are given. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cutToWidth, printable } from "../../src/base/text.js";
import { Canvas } from "../../src/drawing/canvas.js";
import { html, type Markup } from "../../src/drawing/markup.js";
import { plainText } from "../../src/drawing/math/plain.js";
import { formula, formulaLines, formulaWidth } from "../../src/drawing/math/svg-text.js";
import { svgFile } from "../../src/drawing/page.js";
import { plotArea } from "../../src/drawing/svg.js";
import { cellAnatomy } from "../../src/explain/anatomy.js";
import { attribute } from "../../src/explain/attribution.js";
import { cellView } from "../../src/explain/cell-view.js";
import { compareCells } from "../../src/explain/comparison.js";
import { attributionPage } from "../../src/explain/draw/attribution-page.js";
import { attributionPicture } from "../../src/explain/draw/attribution-picture.js";
import { cellPage, comparisonPage } from "../../src/explain/draw/cell-pages.js";
import { cellPicture } from "../../src/explain/draw/cell-picture.js";
import { chainPicture } from "../../src/explain/draw/chain-picture.js";
import { comparisonPicture } from "../../src/explain/draw/comparison-picture.js";
import { gradientPage } from "../../src/explain/draw/gradient-page.js";
import { gradientPicture } from "../../src/explain/draw/gradient-picture.js";
import { heatMap } from "../../src/explain/draw/heat-map.js";
import { decades, type Line } from "../../src/explain/draw/log-lines.js";
import { numeral, tiny } from "../../src/explain/draw/numbers.js";
import { parametersPage } from "../../src/explain/draw/parameters-page.js";
import { parametersPicture } from "../../src/explain/draw/parameters-picture.js";
import { unrollPage } from "../../src/explain/draw/unroll-page.js";
import { unrollPicture } from "../../src/explain/draw/unroll-picture.js";
import { checkExpectations } from "../../src/explain/expectations.js";
import { gradientView } from "../../src/explain/gradient-view.js";
import { decomposeMemory } from "../../src/explain/memory.js";
import { memoryView } from "../../src/explain/memory-view.js";
import { explainParameters } from "../../src/explain/parameters.js";
import { sentenceOfIds } from "../../src/explain/sentence.js";
import { plain } from "../../src/explain/tex.js";
import { unroll } from "../../src/explain/unroll.js";
import { layers, sequential } from "../../src/index.js";
import { byClass, byName, numberOf, parsePage, select, textOf } from "../report/page.js";
import { shake } from "./models.js";

const HOSTILE = '<script>"&x</script>';
const KINDS = { lstm: layers.lstm, gru: layers.gru, simpleRNN: layers.simpleRNN };

function model(kind: keyof typeof KINDS) {
  const vocabulary = 12;
  return shake(
    sequential([
      layers.embedding({ inputDim: vocabulary, outputDim: 3, inputLength: 8 }),
      KINDS[kind]({ units: 4 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]),
    4,
  );
}

/** Two steps of padding, then words; one of them would be markup. */
const sentence = {
  ...sentenceOfIds([0, 0, 5, 7, 2, 9, 11, 3]),
  words: ["", "", "free", HOSTILE, "in", "a", "weekly", "draw"],
};
const wordAt = (lag: number) => sentence.words[7 - lag]!;

const parse = (picture: Markup) => parsePage(`<!doctype html>\n${picture}`);

/** Closed tags, quoted attributes, a name and a description; nothing of the text is obeyed. */
function checkPicture(picture: Markup): void {
  const page = parse(picture);
  const [svg] = byName(page, "svg");
  assert.equal(byName(page, "script").length, 0);
  const names = svg!.attributes.get("aria-labelledby")!.split(" ");
  for (const [k, part] of ["title", "desc"].entries()) {
    const [element] = byName(svg!, part);
    assert.equal(element!.attributes.get("id"), names[k]);
    assert.ok(textOf(element!).length > 10, `${part}: ${textOf(element!)}`);
  }
  assert.doesNotMatch(picture.source, /NaN|Infinity|undefined|null/);
  const file = svgFile(picture);
  assert.match(file, /color-scheme: light dark/);
  const [width, height] = svg!.attributes.get("viewBox")!.split(" ").slice(2).map(Number);
  for (const element of [...byName(svg!, "rect"), ...byName(svg!, "text")]) {
    if (!element.attributes.has("x") || element.attributes.has("transform")) continue;
    // Nothing lies outside the picture, whatever group moves it.
    assert.ok(numberOf(element, "x") >= -1 && numberOf(element, "x") <= width! + 1);
    assert.ok(Number(element.attributes.get("y") ?? 0) <= height! + 1);
  }
}

/** A page is well formed, forbids scripts, and every formula in it is MathML. */
function checkPage(source: string, formulas: boolean): void {
  const page = parsePage(source);
  assert.equal(byName(page, "script").length, 0);
  assert.match(source, /default-src 'none'; style-src 'unsafe-inline'/);
  assert.equal(byName(page, "math").length > 0, formulas);
  assert.doesNotMatch(source, /NaN|undefined/);
}

for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
  test(`${kind}: a loop and a chain, a word and its states a step`, () => {
    const view = cellView(model(kind), sentence);
    const picture = chainPicture(view);
    checkPicture(picture);
    const labels = byClass(parse(picture), "word").map(textOf);
    assert.deepEqual(
      labels,
      view.words.slice(-5).map(({ word }) => cutToWidth(printable(word), 14)),
    );
    const states = view.series.filter(({ state }) => state).length;
    assert.equal(byClass(parse(picture), "heat-ground").length, labels.length * states + 2);
  });

  test(`${kind}: the cell, alone and with a sentence`, () => {
    const view = cellView(model(kind), sentence);
    const picture = cellPicture(view.anatomy, view);
    checkPicture(picture);
    checkPicture(cellPicture(view.anatomy));
    const page = cellPage(view.anatomy, HOSTILE, view);
    checkPage(page, true);
    // On paper a drawing is at most 225 mm high: letters of one twice as high as wide would be too small.
    for (const svg of byClass(parsePage(page), "cellstate")) {
      const [width, height] = svg.attributes.get("viewBox")!.split(" ").slice(2).map(Number);
      assert.ok(height! / width! < 1.3, `${width} × ${height}`);
    }
    const text = textOf(parse(picture));
    for (const { name } of view.anatomy.parts) assert.ok(text.includes(name), name);
    // The values drawn are those of the first unit at the last word.
    const shown = byClass(parse(picture), "part-value").map(textOf);
    for (const { id } of view.series) assert.ok(shown.includes(numeral(view.units[0]!.values[id]!)), id);
    for (const { unit, before } of view.units) {
      for (const { id, values: over } of view.series.filter(({ state }) => state)) {
        assert.equal(before[id], over.at(-2)![unit], `${id} before the last word`);
      }
    }
    assert.equal(view.skipped, 2);
    assert.deepEqual(
      view.words.map(({ t }) => t),
      [2, 3, 4, 5, 6, 7],
    );
  });

  test(`${kind}: unrolled`, () => {
    const m = model(kind);
    const unrolled = unroll(m, sentence.ids);
    const decomposition = decomposeMemory(m, sentence.ids);
    const memory = decomposition && memoryView(decomposition, sentence);
    checkPicture(unrollPicture(unrolled, memory, wordAt));
    checkPage(unrollPage(unrolled, memory, wordAt, HOSTILE, [0, 1]), true);
    if (!memory) return;
    assert.equal(memory.padding.steps, 2);
    const total = memory.shares.reduce((a, b) => a + b, 0) + memory.padding.share;
    assert.ok(Math.abs(total - 1) < 1e-12);
    for (const [u, value] of memory.memory.entries()) {
      const added = memory.contributions.reduce(
        (sum, row) => sum + row[u]!,
        memory.padding.contributions[u]!,
      );
      assert.ok(Math.abs(added - value) < 1e-12);
    }
  });

  test(`${kind}: gradient and attribution`, () => {
    const view = gradientView(model(kind), sentence, { target: 1, study: { seed: 0 } });
    checkPicture(gradientPicture(view));
    checkPage(gradientPage(view, HOSTILE, [0, 1]), true);
    assert.equal(view.words.length, 6);
    assert.equal(view.gains.products.at(-1), 1);
    assert.ok(view.gains.steps.every((gain) => gain > 0));
    for (const { path, norm } of view.step) assert.equal(view.paths[path]![view.chosen], norm);
    const attribution = attribute(model(kind), sentence.ids);
    checkPicture(attributionPicture(attribution, sentence));
    checkPage(attributionPage(attribution, sentence, HOSTILE), true);
  });
}

test("elements say which layer, part, unit and step they show", () => {
  const view = cellView(model("lstm"), sentence);
  const svg = parse(cellPicture(view.anatomy, view, { interactive: true }));
  assert.equal(byName(svg, "svg")[0]!.attributes.get("data-layer"), view.anatomy.layer);
  const parts = select(svg, ({ attributes }) => attributes.has("data-part"));
  for (const { id, network } of view.anatomy.parts) {
    const own = parts.filter(({ attributes }) => attributes.get("data-part") === id);
    // A badge or a box, a card, a map; symbols of networks have their value.
    assert.ok(own.length >= (network ? 4 : 3), `${id}: ${own.length}`);
    const map = own.find((part) => byClass(part, "hit").length > 0)!;
    const hits = byClass(map, "hit");
    assert.equal(hits.length, view.words.length * view.anatomy.units);
    const [ground] = byClass(map, "heat-ground");
    const [left, top] = [numberOf(ground!, "x"), numberOf(ground!, "y")];
    for (const hit of hits) {
      const column = Math.round((numberOf(hit, "x") - left) / numberOf(hit, "width"));
      const row = Math.round((numberOf(hit, "y") - top) / numberOf(hit, "height"));
      assert.equal(numberOf(hit, "data-step"), view.words[column]!.t);
      assert.equal(numberOf(hit, "data-unit"), row);
    }
  }
  const steps = byClass(svg, "word").map(({ attributes }) => Number(attributes.get("data-step")));
  assert.deepEqual(
    steps,
    view.words.map(({ t }) => t),
  );
  assert.equal(numberOf(byClass(svg, "pointer")[0]!, "data-step"), view.words[view.chosen]!.t);
  const chain = parse(chainPicture(view));
  assert.deepEqual(
    select(chain, ({ name, attributes }) => name === "g" && attributes.has("data-step")).map((step) => [
      numberOf(step, "data-step"),
      step.attributes.get("data-word"),
    ]),
    view.words.slice(-5).map(({ t, word }) => [t, printable(word)]),
  );
  assert.throws(() => cellPicture(view.anatomy, undefined, { interactive: true }), /without a view/);
});

for (const resetAfter of [true, false]) {
  test(`a GRU with resetAfter ${resetAfter} is drawn as it computes`, () => {
    const anatomy = cellAnatomy(layers.gru({ units: 3, resetAfter }), 2);
    assert.equal(anatomy.resetAfter, resetAfter);
    const svg = parse(cellPicture(anatomy));
    const [upper, lower] = [290, 250];
    const wires = byClass(svg, "wire").map((wire) => ({
      kind: wire.attributes.get("class")!.replace("wire ", ""),
      ...ends(wire.attributes.get("d")!),
    }));
    // What comes to the candidate's box from below: one wire from the reset gate's product, one from x_t.
    const into = wires.filter(({ to: [x, y] }) => y > lower && y < upper + 20 && x > 620 && x < 680);
    assert.deepEqual(
      into.map(({ kind }) => kind),
      ["plain", "plain"],
      "neither the old state nor the bus that holds it",
    );
    const [fromX, seen] = into.toSorted((a, b) => b.from[1] - a.from[1]);
    const product = byClass(svg, "pointwise").find(
      (circle) => numberOf(circle, "cx") === seen!.from[0] && numberOf(circle, "cy") < seen!.from[1],
    );
    assert.ok(product, "the other comes from the reset gate's product");
    assert.equal(fromX!.from[0], 190);
    const text = byClass(svg, "math").map((formula) => formula.attributes.get("aria-label"));
    const equation = anatomy.parts.find(({ id }) => id === "candidate")!.equation;
    const shown = resetAfter ? "rₜ ⊙ (hₜ₋₁ R_h + b'_h)" : "rₜ ⊙ hₜ₋₁";
    assert.ok(text.includes(shown), "what it lets through");
    assert.ok(plain(equation).includes(shown), "as in the equation");
    assert.equal(text.includes("R_h, b'_h"), resetAfter, "R and b′ come before the gate, or not at all");
  });
}

/** Where a wire begins and ends. */
function ends(path: string): { from: [number, number]; to: [number, number] } {
  const points = [...path.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]): [number, number] => [
    Number(x),
    Number(y),
  ]);
  return { from: points[0]!, to: points.at(-1)! };
}

test("equations stay within their cards, in every kind of cell", () => {
  const all = [true, false].flatMap((useBias) => [
    layers.lstm({ units: 3, useBias, activation: "softsign", recurrentActivation: "hardSigmoid" }),
    layers.gru({ units: 3, useBias }),
    layers.gru({ units: 3, useBias, resetAfter: false, activation: "softsign" }),
    layers.simpleRNN({ units: 3, useBias, activation: "softsign" }),
  ]);
  for (const layer of all) {
    for (const { equation } of cellAnatomy(layer, 2).parts) {
      const lines = formulaLines(equation, 15, 282);
      assert.equal(lines.map(plainText).join(" "), plain(equation));
      for (const line of lines) assert.ok(formulaWidth(line, 15) <= 282, plainText(line));
    }
  }
  const candidate = cellAnatomy(layers.gru({ units: 3 }), 2).parts.find(({ id }) => id === "candidate")!;
  assert.deepEqual(formulaLines(candidate.equation, 15, 282).map(plainText), [
    "h̃ₜ = tanh(xₜ W_h + b_h",
    "+ rₜ ⊙ (hₜ₋₁ R_h + b'_h))",
  ]);
});

test("parameters and comparison", () => {
  const m = model("lstm");
  const parameters = explainParameters(m);
  checkPicture(parametersPicture(parameters));
  const verdicts = checkExpectations(m, [
    { layer: "lstm", count: 32 },
    { layer: "total", count: parameters.total },
  ]);
  checkPage(parametersPage(parameters, verdicts), true);
  const cells = compareCells(16, 32);
  checkPicture(comparisonPicture(cells));
  checkPage(comparisonPage(cells), true);
  assert.deepEqual(
    cells.map(({ kind, networks, parameters: count, multiplications }) => [
      kind,
      networks,
      count,
      multiplications,
    ]),
    [
      ["SimpleRNN", 1, 1568, 1536],
      ["LSTM", 4, 6272, 6144],
      ["GRU", 3, 4800, 4608],
    ],
  );
  assert.ok(Math.abs(cells[1]!.fresh!.keep ** cells[1]!.fresh!.halfLife - 0.5) < 1e-12);
});

test("anatomies: columns of the weights in Keras's order", () => {
  const columns = (layer: Parameters<typeof cellAnatomy>[0]) =>
    Object.fromEntries(
      cellAnatomy(layer, 3).parts.flatMap(({ name, network }) => (network ? [[name, network.columns]] : [])),
    );
  assert.deepEqual(columns(layers.lstm({ units: 2 })), {
    "input gate": [0, 2],
    "forget gate": [2, 4],
    candidate: [4, 6],
    "output gate": [6, 8],
  });
  assert.deepEqual(columns(layers.gru({ units: 2 })), {
    "update gate": [0, 2],
    "reset gate": [2, 4],
    candidate: [4, 6],
  });
  const gru = cellAnatomy(layers.gru({ units: 2 }), 3);
  assert.equal(gru.parameters, 3 * ((3 + 2) * 2 + 2 * 2));
  assert.equal(cellAnatomy(layers.simpleRNN({ units: 2, useBias: false }), 3).parameters, 10);
});

test("a heat map: shades by size, hatched below 0, blank at 0", () => {
  const box = { x: 0, y: 0, width: 20, height: 20 };
  const values = [
    [1, -0.5],
    [0, 0.5],
  ];
  const canvas = new Canvas("map");
  const about = { title: "a map", description: "of four", width: 20, height: 20 };
  const drawn = parse(canvas.drawing(about, heatMap({ values, full: 1 }, box, canvas)));
  const shades = byName(drawn, "path").map(({ attributes }) => [
    attributes.get("class"),
    attributes.get("fill-opacity"),
    attributes.get("d"),
  ]);
  assert.deepEqual(shades, [
    ["heat plus", "1", "M0 0h10v10h-10z"],
    ["heat minus", "0.5", "M0 10h10v10h-10z"],
    ["heat plus", "0.5", "M10 10h10v10h-10z"],
  ]);
});

test("logarithmic scales: whole decades, and a bottom for what is nothing", () => {
  const plot = plotArea(100, 100, { left: 0, right: 0, top: 0, bottom: 0 });
  const scaleOf = (values: number[]) =>
    decades(plot, [{ name: "", kind: "one", values } satisfies Line], "").y;
  assert.deepEqual(
    scaleOf([0.5, 3e-4, 0]).domain(),
    [-4, 1].map((k) => (k === 1 ? 0 : k)),
  );
  assert.deepEqual(scaleOf([1e-300, 5]).domain(), [-39, 1]);
  assert.deepEqual(scaleOf([0, 0]).domain().length, 2);
  // Within less than a decade the axis is that of the values.
  const about = (values: number[]) =>
    scaleOf(values)
      .domain()
      .map((log) => Number((10 ** log).toPrecision(3)));
  assert.deepEqual(about([1.02, 1.38, 0]), [1, 1.4]);
  assert.deepEqual(about([3.1e-7, 7.6e-7]), [3e-7, 8e-7]);
  assert.deepEqual(about([1, 1]), [0.94, 1.06]);
  const { axis } = decades(plot, [{ name: "", kind: "one", values: [1.02, 1.38] }], "");
  assert.deepEqual(byClass(parse(axis), "tick-label").map(textOf), ["1", "1.1", "1.2", "1.3", "1.4"]);
});

test("drawings scroll where a page is narrow, and are whole on paper; formulas break", () => {
  const view = cellView(model("gru"), sentence);
  const source = cellPage(view.anatomy, "t", view);
  const page = parsePage(source);
  for (const svg of byClass(page, "cellstate")) {
    const width = Number(svg.attributes.get("viewBox")!.split(" ")[2]);
    const least = Number(/least-(\d+)/.exec(svg.attributes.get("class")!)![1]);
    assert.ok(least > 0.83 * width && least < 0.87 * width, `${least} of ${width}`);
    assert.ok(source.includes(`.drawing > .least-${least} { min-width: ${least}px; }`));
  }
  assert.equal(byClass(page, "drawing").length, byClass(page, "cellstate").length);
  assert.match(source, /@media print[\s\S]*\.drawing > \[class\*="least-"\] \{ min-width: 0;/);
  assert.match(source, /@media print[\s\S]*\.drawing, \.scroll \{ overflow: visible; \}/);
  assert.match(source, /@media print[\s\S]*background: #fff; color: #000/);
  assert.match(source, /@media print[\s\S]*\.cellstate-formula \{ overflow: visible; \}/);
  const candidate = byClass(page, "cellstate-formula").find((block) => textOf(block).includes("⊙("))!;
  assert.ok(byName(candidate, "math").length >= 4, "a formula is as many pieces as it has operators");
});

test("formulas as text: scripts lowered, variables in italics, read aloud in words", () => {
  const text = parse(html`<svg>${formula(0, 0, "c_{t} = f_{t} \\odot \\tilde{c}_{t-1}")}</svg>`);
  const spans = byName(text, "tspan").map((span) => [span.attributes.get("class"), textOf(span)]);
  assert.deepEqual(spans.slice(0, 4), [
    ["var", "c"],
    ["var script", "t"],
    ["op", " = "],
    ["var", "f"],
  ]);
  assert.equal(byName(text, "text")[0]!.attributes.get("aria-label"), "cₜ = fₜ ⊙ c̃ₜ₋₁");
});

test("numbers: a true minus, few characters", () => {
  assert.deepEqual([0, 1.26, -0.0182, 3.14e-9, -12345.6].map(tiny), [
    "0",
    "1.26",
    "−0.0182",
    "3.1e-9",
    "−1.2e4",
  ]);
  assert.equal(numeral(-0.125), "−0.13");
});
