/** Ridge regression: weights against scikit-learn's, several penalties at once against one alone, and what has no answer. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { atOnce, type Pieces } from "../../src/base/pieces.js";
import { Long } from "../../src/base/progress.js";
import { type RidgeBlock, ridgeScores, ridgeWeights, solveRidge } from "../../src/train/ridge.js";
import { readVectors } from "../golden/vectors.js";

interface Golden {
  name: string;
  rows: number;
  blocks: { features: number; starts: number[]; ids: number[]; scales: number[] }[];
  targets: number[];
  solutions: { penalty: number; weights: number[]; scores: number[] }[];
}

const { cases } = readVectors<Golden>("ridge");

const blocksOf = ({ rows, blocks }: Golden): RidgeBlock[] =>
  blocks.map(({ features, starts, ids, scales }) => {
    return { rows, features, starts: Uint32Array.from(starts), ids: Uint32Array.from(ids), scales };
  });

const EXACT = { iterations: 2000, tolerance: 1e-12, turns: new Long({}, "fit") };

/** Is told of every product. */
class Told extends Long {
  constructor(private readonly each: () => void) {
    super({}, "fit");
  }

  override async did(): Promise<void> {
    this.each();
  }

  override async run<Result>(pieces: Pieces<Result>): Promise<Result> {
    return atOnce(pieces);
  }
}

const far = (got: ArrayLike<number>, wanted: ArrayLike<number>): number => {
  assert.equal(got.length, wanted.length);
  return Math.max(...Array.from(wanted, (value, k) => Math.abs(value - got[k]!)));
};

describe("the weights are scikit-learn's, of all penalties at once", () => {
  for (const golden of cases) {
    test(golden.name, async () => {
      const blocks = blocksOf(golden);
      const penalties = golden.solutions.map(({ penalty }) => penalty);
      const found = await solveRidge(blocks, golden.targets, penalties, EXACT);
      for (const [k, { weights, scores, penalty }] of golden.solutions.entries()) {
        assert.deepEqual([found[k]!.penalty, found[k]!.solved], [penalty, true]);
        const own = atOnce(ridgeWeights(blocks, found[k]!.dual));
        assert.ok(
          far(
            own.flatMap((each) => [...each]),
            weights,
          ) < 1e-9,
          `λ = ${penalty}`,
        );
        assert.ok(far(atOnce(ridgeScores(blocks, own)), scores) < 1e-9, `λ = ${penalty}`);
      }
    });
  }
});

test("a penalty alone is what it is among others, in whatever order", async () => {
  const golden = cases.find(({ name }) => name === "wide")!;
  const blocks = blocksOf(golden);
  const together = await solveRidge(blocks, golden.targets, [16, 0.25, 1], EXACT);
  for (const { penalty, dual } of together) {
    const [alone] = await solveRidge(blocks, golden.targets, [penalty], EXACT);
    assert.ok(far(dual, alone!.dual) < 1e-9);
  }
});

test("too few steps are said, and a looser tolerance takes fewer", async () => {
  const golden = cases.find(({ name }) => name === "tall")!;
  const blocks = blocksOf(golden);
  let steps = 0;
  const turns = new Told(() => void steps++);
  const [few, large] = await solveRidge(blocks, golden.targets, [0.01, 1e6], {
    ...{ iterations: 2, tolerance: 1e-6, turns },
  });
  assert.deepEqual([few!.solved, large!.solved, steps], [false, true, 2]);
  steps = 0;
  const [loose] = await solveRidge(blocks, golden.targets, [0.01], {
    ...{ iterations: 500, tolerance: 0.01, turns },
  });
  const looseSteps = steps;
  assert.equal(loose!.solved, true);
  steps = 0;
  await solveRidge(blocks, golden.targets, [0.01], { iterations: 500, tolerance: 1e-8, turns });
  assert.ok(steps > looseSteps + 3, `${looseSteps} and ${steps}`);
});

test("targets of 0, rows without features and features without rows weigh nothing", async () => {
  const empty: RidgeBlock = {
    ...{
      rows: 3,
      features: 2,
      starts: Uint32Array.of(0, 0, 1, 1),
      ids: Uint32Array.of(1),
      scales: [1, 2, 1],
    },
  };
  const [zero] = await solveRidge([empty], [0, 0, 0], [1], EXACT);
  assert.deepEqual([...atOnce(ridgeWeights([empty], zero!.dual))[0]!], [0, 0]);
  const [one] = await solveRidge([empty], [5, 3, -1], [2], EXACT);
  // 2 w = 3, and a penalty of 2: w = 2 · 3 / (4 + 2).
  const [weights] = atOnce(ridgeWeights([empty], one!.dual));
  assert.ok(far(weights!, [0, 1]) < 1e-12);
  const [none] = await solveRidge([], [5, -5], [2], EXACT);
  assert.ok(none!.solved && atOnce(ridgeWeights([], none!.dual)).length === 0);
});

test("what a step throws ends it", async () => {
  const golden = cases[0]!;
  const turns = new Told(() => {
    throw new Error("no more");
  });
  await assert.rejects(solveRidge(blocksOf(golden), golden.targets, [1], { ...EXACT, turns }), /no more/);
});
