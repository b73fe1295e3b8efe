/**
 * Fits linear classifiers over sparse binary features: one against the rest, L2-loss support vector machines by dual
 * coordinate descent (the linear kernels). Problems are independent of each other and run side by side; the bits depend
 * on the seed alone, not on threads.
 */
import { Arena, view } from "../engines/arena.js";
import type { Call, SynchronousEngine, SynchronousProgram } from "../engines/engine.js";
import type { Pointer } from "../kernels/declare.js";
import { PURPOSE, Random } from "../kernels/philox.js";

/** Rows of features that are there or not. */
export interface SparseRows {
  readonly rows: number;
  /** Features are 0 … features − 1. */
  readonly features: number;
  /** [rows + 1] where each row's features begin in `ids` */
  readonly starts: Uint32Array;
  /** The features of every row, one after another, each once a row. */
  readonly ids: Uint32Array;
}

/** One class against the rest. */
export interface LinearProblem {
  /** [features] r_j, the value of a feature that is there; 0 leaves it out. */
  readonly values: Float32Array;
  /** [rows] s_i, by which a row is scaled. */
  readonly scales: Float32Array;
  /** [rows] 1 for rows of the class, −1 for the rest. */
  readonly targets: Float32Array;
  /** [rows] C_i, the cost of a row. */
  readonly costs: Float32Array;
}

export interface LinearOptions {
  /** Most passes over the rows. */
  readonly epochs: number;
  /** Ends a problem once no projected gradient of a pass was larger. */
  readonly tolerance: number;
  readonly seed: number;
  /** Called after every pass, and waited for; what it throws ends the fit. */
  readonly onEpoch?: () => void | Promise<void>;
}

/** The score of a row is scale · Σ weights[feature] + bias. */
export interface LinearSolution {
  /** [features] u_j = w_j r_j */
  readonly weights: Float32Array;
  readonly bias: number;
}

/** Problems that lie in memory at once, whatever the number of threads. */
const TOGETHER = 8;

export class LinearSolver {
  private readonly starts: Pointer;
  private readonly ids: Pointer;
  private readonly order: Pointer;
  private readonly mark: number;

  /** Copies the rows into the engine's memory, which is then the solver's alone. */
  constructor(
    private readonly engine: SynchronousEngine,
    private readonly data: SparseRows,
    private readonly arena = new Arena(engine),
  ) {
    const { rows, starts, ids } = data;
    this.starts = arena.allocate(rows + 1);
    this.ids = arena.allocate(Math.max(1, ids.length));
    this.order = arena.allocate(Math.max(1, rows));
    arena.commit();
    engine.write(this.starts, starts);
    engine.write(this.ids, ids);
    this.mark = arena.mark();
  }

  /** The solutions of problems over the solver's rows, in their order. */
  async solve(problems: readonly LinearProblem[], options: LinearOptions): Promise<LinearSolution[]> {
    const solutions: LinearSolution[] = [];
    for (let from = 0; from < problems.length; from += TOGETHER) {
      solutions.push(...(await this.solveTogether(problems.slice(from, from + TOGETHER), options)));
    }
    return solutions;
  }

  private async solveTogether(
    problems: readonly LinearProblem[],
    options: LinearOptions,
  ): Promise<LinearSolution[]> {
    const { engine, arena, data } = this;
    const { epochs, tolerance, seed } = options;
    arena.release(this.mark);
    const places = problems.map(() => ({
      weights: arena.allocate(2 * data.features),
      alpha: arena.allocate(data.rows),
      state: arena.allocate(2),
      rows: arena.allocate(4 * data.rows),
    }));
    arena.commit();
    const common = { starts: this.starts, ids: this.ids, N: data.rows, M: data.ids.length, F: data.features };
    for (const [k, { values }] of problems.entries()) this.begin(places[k]!, values);
    const squares: Call[][] = places.map(({ weights, alpha }) => [
      { kernel: "linearSquares", args: { out: alpha, weights, ...common } },
    ]);
    this.runOnce(engine.load([squares]));
    for (const [k, problem] of problems.entries()) this.prepare(places[k]!, problem);
    const epochOf = (place: (typeof places)[number]): Call[] => [
      { kernel: "linearEpoch", args: { ...place, ...common, order: this.order, tolerance } },
    ];
    const program = engine.load([places.map(epochOf)]);
    for (let epoch = 0; epoch < epochs; epoch++) {
      engine.write(this.order, new Random(seed, PURPOSE.shuffle, epoch).permutation(data.rows));
      program.run();
      await options.onEpoch?.();
      if (places.every(({ state }) => view(engine, state, 2)[1]! < tolerance)) break;
    }
    program.dispose();
    return places.map(({ weights, state }) => {
      const pairs = view(engine, weights, 2 * data.features);
      const solution = new Float32Array(data.features);
      for (let j = 0; j < solution.length; j++) solution[j] = pairs[2 * j]!;
      return { weights: solution, bias: view(engine, state, 2)[0]! };
    });
  }

  private runOnce(program: SynchronousProgram): void {
    program.run();
    program.dispose();
  }

  /** Nothing learned: all weights 0, beside the squares of the features' values. */
  private begin({ weights, state }: { weights: Pointer; state: Pointer }, values: Float32Array): void {
    const pairs = view(this.engine, weights, 2 * values.length);
    for (let j = 0; j < values.length; j++) {
      pairs[2 * j] = 0;
      pairs[2 * j + 1] = values[j]! * values[j]!;
    }
    view(this.engine, state, 2).set([0, Number.MAX_VALUE]);
  }

  /** What an epoch needs to know of each row; `alpha` holds Σ r_j² until then. */
  private prepare(
    { alpha, rows }: { alpha: Pointer; rows: Pointer },
    { scales, targets, costs }: LinearProblem,
  ): void {
    const squares = view(this.engine, alpha, scales.length);
    const facts = view(this.engine, rows, 4 * scales.length);
    for (let i = 0; i < scales.length; i++) {
      const damping = 0.5 / costs[i]!;
      const length = scales[i]! * scales[i]! * squares[i]!;
      facts.set([scales[i]!, targets[i]!, damping, length + 1 + damping], 4 * i);
    }
    squares.fill(0);
  }
}

/** [rows] the scores of rows of a solution. */
export function linearScores(
  { rows, starts, ids }: SparseRows,
  scales: Float32Array,
  { weights, bias }: LinearSolution,
): Float32Array {
  const scores = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let k = starts[i]!; k < starts[i + 1]!; k++) sum += weights[ids[k]!]!;
    scores[i] = scales[i]! * sum + bias;
  }
  return scores;
}
