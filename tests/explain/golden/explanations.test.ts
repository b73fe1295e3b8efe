/** Every figure of explain against an independent program's: see make_explanations.py. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { atOnce } from "../../../src/base/pieces.js";
import { ReferenceEngine } from "../../../src/engines/reference.js";
import { attribute } from "../../../src/explain/attribution.js";
import { openCells } from "../../../src/explain/cells/open.js";
import { embeddingMap, nearestWords, wordTable } from "../../../src/explain/embedding.js";
import { type GradientFlow, gradientFlow } from "../../../src/explain/gradient.js";
import { gains, stepJacobian } from "../../../src/explain/jacobian.js";
import { decomposeMemory, type MemoryDecomposition } from "../../../src/explain/memory.js";
import { explainParameters } from "../../../src/explain/parameters.js";
import { singularValues } from "../../../src/explain/spectrum.js";
import type { TraceStep } from "../../../src/explain/steps.js";
import { type LayerTrace, trace } from "../../../src/explain/trace.js";
import { type Unrolled, unroll } from "../../../src/explain/unroll.js";
import type { Model } from "../../../src/index.js";
import { buildModel } from "../../golden/models.js";
import {
  type CellGolden,
  type Doubles,
  doubles,
  EXPLANATIONS,
  floats,
  type ModelGolden,
  NAMES,
} from "./explanations.js";

/** Relative to the largest of what belongs together: a vector of gradients, all steps of a state. */
const NEAR = 1e-12;

function near(
  found: readonly unknown[],
  golden: Doubles | readonly number[],
  what: string,
  within = NEAR,
): void {
  const a = found.flat(Number.POSITIVE_INFINITY) as number[];
  const b = "data" in golden ? doubles(golden) : golden;
  assert.equal(a.length, b.length, `${what}: how many numbers`);
  const size = b.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
  const apart = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
  assert.ok(apart <= within * size, `${what}: ${apart} apart, of ${size}`);
}

const engine = new ReferenceEngine({ precision: "float64" });

function modelOf({ model: spec, weights }: ModelGolden): Model {
  const model = buildModel(spec, engine);
  const all = floats(weights);
  let from = 0;
  model.setWeights(
    model.getWeights().map(({ data }) => {
      from += data.length;
      return all.subarray(from - data.length, from);
    }),
  );
  assert.equal(from, all.length);
  return model;
}

const field = (step: object, name: string): number[] => (step as Record<string, number[]>)[name]!;

function checkTrace({ kind, steps }: Pick<LayerTrace, "kind" | "steps">, golden: CellGolden): void {
  assert.equal(kind, golden.kind);
  assert.deepEqual(
    steps.map(({ t }) => t),
    golden.times,
  );
  assert.deepEqual(
    steps.map(({ masked }) => masked),
    golden.masked,
  );
  near(
    steps.map(({ x }) => x),
    golden.x,
    "x",
  );
  near(
    steps.map((step) => field(step, NAMES.hidden)),
    golden.h,
    "h",
  );
  if (golden.c)
    near(
      steps.map((step) => field(step, NAMES.cell)),
      golden.c,
      "c",
    );
  if (golden.gates)
    near(
      steps.map((step) => gatesOf(step, golden)),
      golden.gates,
      "gates",
    );
}

function gatesOf({ gates, masked }: TraceStep, { kind, h }: CellGolden): number[][] {
  const none = new Array<number>(h.shape[1]!).fill(0);
  return NAMES.networks[kind].map((name) => (masked ? none : [...gates[name]!]));
}

function checkFlow({ steps }: Pick<GradientFlow, "steps">, { kind, flow }: CellGolden): void {
  const ways = [NAMES.direct, ...NAMES.networks[kind], NAMES.above];
  near(
    steps.map(({ total }) => total),
    flow.total,
    "∂E/∂memory",
  );
  near(
    steps.map(({ hidden }) => hidden),
    flow.dh,
    "∂E/∂h",
  );
  near(
    steps.map(({ direct }) => direct),
    flow.direct,
    "the direct part",
  );
  near(
    steps.map(({ norms: n }) => [n.total, n.hidden, n.direct, n.indirect]),
    flow.norms,
    "norms",
  );
  const paths = steps.slice(1).map((step) => ways.map((way) => step.paths[way]!));
  near(paths, flow.paths, "paths");
  for (const { paths: each } of steps.slice(1)) assert.deepEqual(Object.keys(each).sort(), [...ways].sort());
}

function checkMemory(found: MemoryDecomposition | null, { memory }: CellGolden): void {
  assert.equal(found === null, memory === null);
  if (!found || !memory) return;
  near(found.contributions, memory.contributions, "contributions");
  near(found.kept, memory.kept, "kept");
  near(found.shares, memory.shares, "shares");
}

/** The newest writing first, and last what was there before. */
function checkUnrolled({ terms, value }: Unrolled, { unrolled, kind, h, c }: CellGolden): void {
  near(
    terms.toSorted((a, b) => a.lag - b.lag).map((term) => term.value),
    unrolled,
    "terms",
  );
  const state = doubles(kind === "LSTM" ? c! : h);
  near(value, state.slice(-value.length), "the sum of the terms");
}

function checkJacobians(model: Model, place: number, traced: LayerTrace, golden: CellGolden): void {
  const { cell } = openCells(model)[place]!;
  const steps = traced.steps.filter(({ masked }) => !masked);
  const { singular, products } = golden.jacobians;
  const found = steps.slice(1).map((_, s) => singularValues(atOnce(stepJacobian(cell, steps, s + 1))));
  near(found, singular, "singular values of steps");
  const all = atOnce(gains(cell, steps));
  near(
    all.steps.slice(1),
    found.map(([first]) => first!),
    "the largest of them",
  );
  near(all.products.slice(0, -1), products, "of products");
}

async function checkAttribution(
  model: Model,
  { row, of: [kind, target], attribution, name }: ModelGolden,
): Promise<void> {
  if (!attribution) return;
  const of = kind === "output" ? "output" : "logOdds";
  const found = await attribute(model, row as number[], { kind: of, target });
  near([found.value, found.baseline], [attribution.value, attribution.baseline], "F");
  const words = found.words;
  const { points } = attribution;
  // 8, then 16 … on the whole path. Of pieces of it others do as well, and all agree within what completeness asks for.
  if (points !== null)
    assert.equal(found.completeness.points, 2 * points - 8, `${name}: points of the quadrature`);
  near(
    words.map((word) => word.integratedGradients),
    attribution.integrated,
    "integrated gradients",
    points === null ? 1e-6 : NEAR,
  );
  near(
    words.map((word) => word.occlusion),
    attribution.occlusion,
    "occlusion",
  );
  assert.equal(found.memory === null, attribution.along === undefined);
  if (!attribution.along) return;
  near(
    words.map((word) => word.memory!),
    attribution.along,
    "memory along the gradient",
  );
  near(
    words.map((word) => word.held!),
    attribution.held!,
    "shares of the memory",
  );
}

async function checkEmbedding(model: Model, { embedding }: ModelGolden): Promise<void> {
  if (!embedding) return;
  const table = wordTable(model);
  const neighbours = nearestWords(table, 2, table.size);
  assert.deepEqual(
    neighbours.map(({ id }) => id),
    embedding.neighbours,
  );
  near(
    neighbours.map(({ similarity }) => similarity),
    embedding.cosines,
    "cosines",
  );
  const { points, explained } = await embeddingMap(model, table);
  near(
    points.map(({ x, y }) => [x, y]),
    embedding.places,
    "places on the plane",
  );
  near(explained, embedding.explained, "variance explained");
}

/** In float64 as they are computed; float32 as they are handed out. */
function checkFitting(model: Model, { row, fitting }: ModelGolden): void {
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const { gradients } = model.gradients([row] as number[][], [fitting.target]);
  near(
    gradients.flatMap(({ data }) => Array.from(data)),
    fitting.gradients,
    "gradients of weights",
    6e-8,
  );
}

for (const golden of EXPLANATIONS) {
  test(`${golden.name}: as an independent program has it`, async () => {
    const model = modelOf(golden);
    const { of, row } = golden;
    const traced = trace(model, row);
    near(traced.output, golden.output, "output");
    assert.equal(traced.layers.length, golden.cells.length);
    assert.deepEqual(
      explainParameters(model).layers.map(({ count }) => count),
      golden.counts,
    );
    const objective = { kind: of[0], target: of[1] };
    for (const [place, cell] of golden.cells.entries()) {
      const { layer } = traced.layers[place]!;
      checkTrace(traced.layers[place]!, cell);
      const flow = gradientFlow(model, row, { ...objective, layer });
      near([flow.objective.value], [golden.value], "E");
      checkFlow(flow, cell);
      checkJacobians(model, place, traced.layers[place]!, cell);
      checkMemory(decomposeMemory(model, row, layer), cell);
      checkUnrolled(unroll(model, row, { layer, steps: 3 }), cell);
    }
    await checkAttribution(model, golden);
    await checkEmbedding(model, golden);
    checkFitting(model, golden);
  });
}

describe("what would be wrong is seen", () => {
  const named = (name: string) => EXPLANATIONS.find((each) => each.name === name)!;

  for (const name of ["lstm", "gru", "gru of 2014"]) {
    const golden = named(name);
    const [cell] = golden.cells as [CellGolden];
    const networks = NAMES.networks[cell.kind];

    test(`${name}: any two gates the other way round`, () => {
      const [layer] = trace(modelOf(golden), golden.row).layers;
      for (const a of networks)
        for (const b of networks) {
          if (a === b) continue;
          const steps = layer!.steps.map((step) => ({
            ...step,
            gates: { ...step.gates, [a]: step.gates[b]!, [b]: step.gates[a]! },
          }));
          assert.throws(() => checkTrace({ kind: layer!.kind, steps }, cell), /gates/, `${a} for ${b}`);
        }
    });

    test(`${name}: a path a millionth larger, or two the other way round`, () => {
      const flow = gradientFlow(modelOf(golden), golden.row, { kind: golden.of[0], target: golden.of[1] });
      const changed = (change: (paths: Record<string, number[]>) => Record<string, number[]>) => ({
        steps: flow.steps.map((step, s) =>
          s > 0 ? { ...step, paths: { ...step.paths, ...change(step.paths) } } : step,
        ),
      });
      for (const way of [NAMES.direct, ...networks]) {
        const larger = changed((paths) => ({ [way]: paths[way]!.map((value) => value * (1 + 1e-6)) }));
        assert.throws(() => checkFlow(larger, cell), /paths/, `${way} larger`);
        const swapped = changed((paths) => ({ [way]: paths[NAMES.above]!, [NAMES.above]: paths[way]! }));
        assert.throws(() => checkFlow(swapped, cell), /paths/, `${way} for another`);
      }
    });
  }
});
