import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { atOnce, type Pieces } from "../../src/base/pieces.js";
import { Long } from "../../src/base/progress.js";
import type { SynchronousEngine } from "../../src/engines/engine.js";
import { ReferenceEngine } from "../../src/engines/reference.js";
import { Random } from "../../src/kernels/philox.js";
import {
  type LinearOptions,
  type LinearProblem,
  type LinearSolution,
  LinearSolver,
  linearScores,
  type SparseRows,
} from "../../src/train/linear.js";
import { testedEngines } from "../contract/engines.js";
import { decode, type Encoded, readVectors } from "../golden/vectors.js";

interface Golden {
  name: string;
  rows: number;
  features: number;
  starts: number[];
  ids: number[];
  values: Encoded;
  scales: Encoded;
  targets: number[];
  costs: Encoded;
  weights: Encoded;
  bias: number;
}

const { cases } = readVectors<Golden>("linear");

/** Float32 goes no nearer. */
const TURNS = new Long({}, "fit");
const EXACT: LinearOptions = { epochs: 5000, tolerance: 2e-6, seed: 3, turns: TURNS };

const dataOf = ({ rows, features, starts, ids }: Golden): SparseRows => {
  return { rows, features, starts: Uint32Array.from(starts), ids: Uint32Array.from(ids) };
};

const problemOf = ({ values, scales, targets, costs }: Golden): LinearProblem => ({
  values: decode(values),
  scales: decode(scales),
  targets: Float32Array.from(targets),
  costs: decode(costs),
});

async function solved(
  data: SparseRows,
  problems: readonly LinearProblem[],
  options: LinearOptions,
  engine: SynchronousEngine = new ReferenceEngine(),
): Promise<LinearSolution[]> {
  try {
    return await new LinearSolver(engine, data).solve(problems, options);
  } finally {
    engine.dispose();
  }
}

/**
 * What a solution costs, and what no solution can cost less than: α_i = 2 C_i ξ_i are allowed values of the dual problem,
 * the best ones where the weights are. 0 between them is proof of the optimum.
 */
function primalAndDual(data: SparseRows, problem: LinearProblem, solution: LinearSolution): [number, number] {
  const { values, scales, targets, costs } = problem;
  const scores = atOnce(linearScores(data, scales!, solution));
  let primal = solution.bias ** 2 / 2;
  solution.weights.forEach((u, j) => {
    if (values[j] !== 0) primal += (u / values[j]!) ** 2 / 2;
  });
  const w = new Float64Array(data.features);
  let [bias, dual] = [0, 0];
  for (let i = 0; i < data.rows; i++) {
    const slack = Math.max(0, 1 - targets[i]! * scores[i]!);
    primal += costs[i]! * slack ** 2;
    const alpha = 2 * costs[i]! * slack;
    dual += alpha - alpha ** 2 / (4 * costs[i]!);
    bias += alpha * targets[i]!;
    for (let k = data.starts[i]!; k < data.starts[i + 1]!; k++) {
      const j = data.ids[k]!;
      w[j]! += alpha * targets[i]! * scales![i]! * values[j]!;
    }
  }
  return [primal, dual - (bias ** 2 + w.reduce((sum, one) => sum + one * one, 0)) / 2];
}

const far = (got: ArrayLike<number>, wanted: ArrayLike<number>): number =>
  Math.max(...Array.from(wanted, (value, k) => Math.abs(value - got[k]!)));

describe("the optimum is scikit-learn's", () => {
  for (const golden of cases) {
    test(golden.name, async () => {
      const [data, problem] = [dataOf(golden), problemOf(golden)];
      const [solution] = await solved(data, [problem], EXACT);
      assert.ok(far(solution!.weights, decode(golden.weights)) < 2e-5);
      assert.ok(Math.abs(solution!.bias - golden.bias) < 2e-5);
      const [primal, dual] = primalAndDual(data, problem, solution!);
      assert.ok(primal - dual >= -1e-6 * primal && primal - dual < 1e-5 * primal, `${primal} and ${dual}`);
    });
  }

  test("costs that differ by side and row change it", async () => {
    const golden = cases.find(({ name }) => name === "rare")!;
    const [data, problem] = [dataOf(golden), problemOf(golden)];
    const even = { ...problem, costs: problem.costs.map(() => 1) };
    const [weighed, plain] = await solved(data, [problem, even], EXACT);
    assert.ok(far(weighed!.weights, plain!.weights) > 0.05);
    const [primal, dual] = primalAndDual(data, even, plain!);
    assert.ok(primal - dual < 1e-5 * primal);
  });
});

/** Ten problems of one class against the rest, which are more than lie in memory together. */
function manyClasses(): { data: SparseRows; problems: LinearProblem[] } {
  const random = new Random(5, 77);
  const [rows, features] = [120, 90];
  const starts = new Uint32Array(rows + 1);
  const ids: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < features; j++) if (random.uniform(i * features + j) < 0.12) ids.push(j);
    starts[i + 1] = ids.length;
  }
  const ofClass = (k: number): LinearProblem => ({
    values: Float32Array.from({ length: features }, (_, j) => (j % 11 === k ? 0 : 0.3 + (j % 7) / 3)),
    scales: Float32Array.from({ length: rows }, (_, i) => 0.2 + (i % 5) / 10),
    targets: Float32Array.from({ length: rows }, (_, i) => (i % 10 === k ? 1 : -1)),
    costs: Float32Array.from({ length: rows }, (_, i) => (i % 10 === k ? 2 : 0.5)),
  });
  return {
    data: { rows, features, starts, ids: Uint32Array.from(ids) },
    problems: Array.from({ length: 10 }, (_, k) => ofClass(k)),
  };
}

const FEW: LinearOptions = { epochs: 6, tolerance: 0.01, seed: 9, turns: TURNS };

/** Counts how often it is told that something is done. */
class Told extends Long {
  times = 0;

  constructor(private readonly each: () => void = () => {}) {
    super({}, "fit");
  }

  override async did(): Promise<void> {
    this.times++;
    this.each();
  }

  override async run<Result>(pieces: Pieces<Result>): Promise<Result> {
    return atOnce(pieces);
  }
}

const bitsOf = (solutions: readonly LinearSolution[]) =>
  solutions.map(({ weights, bias }) => Buffer.from(Float32Array.of(...weights, bias).buffer).toString("hex"));

describe("the same bits", () => {
  const { data, problems } = manyClasses();
  const engines = testedEngines();

  for (const { label, create, missing } of engines) {
    test(`${label}: 1 thread and 2, together and one by one, and again`, { skip: missing }, async () => {
      const wanted = bitsOf(await solved(data, problems, FEW, create(1)));
      assert.deepEqual(bitsOf(await solved(data, problems, FEW, create(2))), wanted);
      const engine = create(2);
      const solver = new LinearSolver(engine, data);
      const alone: LinearSolution[] = [];
      for (const problem of problems) alone.push(...(await solver.solve([problem], FEW)));
      assert.deepEqual(bitsOf(alone), wanted);
      assert.deepEqual(bitsOf(await solver.solve(problems, FEW)), wanted);
      engine.dispose();
    });
  }

  test("on every engine that fuses multiply-add", async () => {
    const fused = engines.filter(({ fused, missing }) => fused && !missing);
    const found = new Set<string>();
    for (const { create } of fused)
      found.add(bitsOf(await solved(data, problems, FEW, create(2))).join("\n"));
    assert.ok(found.size <= 1);
  });

  test("another seed goes another way", async () => {
    const one = bitsOf(await solved(data, problems, FEW));
    assert.notDeepEqual(bitsOf(await solved(data, problems, { ...FEW, seed: 10 })), one);
  });
});

test("rows without scales are of length 1, those without features too", async () => {
  const { data, problems } = manyClasses();
  const lengths = (values: Float32Array) =>
    Float32Array.from({ length: data.rows }, (_, i) => {
      const own = data.ids.subarray(data.starts[i]!, data.starts[i + 1]!);
      const square = own.reduce((sum, j) => sum + values[j]! ** 2, 0);
      return square > 0 ? 1 / Math.sqrt(square) : 0;
    });
  const wanted = await solved(
    data,
    problems.map((problem) => ({ ...problem, scales: lengths(problem.values) })),
    FEW,
  );
  const got = await solved(
    data,
    problems.map((problem) => ({ ...problem, scales: null })),
    FEW,
  );
  for (const [k, { weights, bias }] of got.entries()) {
    assert.ok(far(weights, wanted[k]!.weights) < 1e-5 && Math.abs(bias - wanted[k]!.bias) < 1e-5);
    assert.ok(weights.every(Number.isFinite) && weights.some((weight) => Math.abs(weight) > 0.01));
  }
});

test("a pass that moves nothing far is the last, and each is told of", async () => {
  const { data, problems } = manyClasses();
  const passes = async (options: LinearOptions) => {
    const told = new Told();
    await solved(data, problems.slice(0, 2), { ...options, turns: told });
    // Once a problem, once for the squares, and then once a pass.
    return told.times - 3;
  };
  assert.equal(await passes({ ...FEW, tolerance: 0 }), FEW.epochs);
  assert.equal(await passes({ ...FEW, tolerance: 100 }), 1);
  const some = await passes({ ...FEW, epochs: 1000, tolerance: 0.05 });
  assert.ok(some > 1 && some < 1000, `${some}`);
  const turns = new Told(() => {
    throw new Error("enough");
  });
  await assert.rejects(solved(data, problems, { ...FEW, turns }), /enough/);
});

test("rows without features, features of no row, and none of either", async () => {
  const options = { epochs: 500, tolerance: 1e-5, seed: 1, turns: TURNS };
  const data = { rows: 3, features: 2, starts: Uint32Array.of(0, 0, 0, 0), ids: new Uint32Array(0) };
  const problem = {
    values: Float32Array.of(1, 1),
    scales: Float32Array.of(1, 1, 1),
    targets: Float32Array.of(1, -1, -1),
    costs: Float32Array.of(1, 1, 1),
  };
  const [solution] = await solved(data, [problem], options);
  assert.deepEqual([...solution!.weights], [0, 0]);
  // b of least b²/2 + (1 − b)² + 2 (1 + b)²
  assert.ok(Math.abs(solution!.bias + 2 / 7) < 1e-5);
  assert.deepEqual(await solved(data, [], options), []);
});
