/**
 * Fits linear classifiers over sparse binary features: one against the rest, L2-loss support vector machines by dual
 * coordinate descent (the linear kernels). Problems are independent of each other and run side by side; their bits depend
 * on the seed alone, not on threads nor on which others there are.
 */
import { NUMBERS, type Pieces, ROWS, spans } from "../base/pieces.js";
import type { Turns } from "../base/progress.js";
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
  /** [rows] s_i, by which a row is scaled; null: so that its length is 1. */
  readonly scales: Float32Array | null;
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
  /** Who waits: what it throws ends the fit. */
  readonly turns: Turns;
}

/** The score of a row is scale · Σ weights[feature] + bias. */
export interface LinearSolution {
  /** [features] u_j = w_j r_j */
  readonly weights: Float32Array;
  readonly bias: number;
}

/** Bytes of a row's beginning, and of a feature. */
const WORD = 4;
/** Problems whose numbers lie side by side: those of a feature fill a cache line. */
const SIDE_BY_SIDE = 8;
/** Bytes of weights that lie in memory at once, about, whatever the number of threads. */
const TOGETHER = 2 ** 28;

/** Features of rows that are gone through in one piece, times the problems that look at each. */
const TOGETHER_LOOKED = 2 ** 20;

/** How many problems lie side by side where so many are left: a group of fewer is filled up with problems that are over. */
const lanesFor = (left: number): number => (left === 1 ? 1 : left <= 4 ? 4 : SIDE_BY_SIDE);

/** Problems side by side. */
interface Group {
  readonly problems: readonly LinearProblem[];
  readonly lanes: number;
}

/** Where a group's numbers lie. */
interface Places {
  readonly weights: Pointer;
  readonly alpha: Pointer;
  readonly state: Pointer;
  readonly rows: Pointer;
}

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

  /** The solutions of problems over the solver's rows, in their order; each is asked for when its turn comes. */
  async solve(problems: Iterable<LinearProblem>, options: LinearOptions): Promise<LinearSolution[]> {
    const bytes = 4 * SIDE_BY_SIDE * (2 * this.data.features + 5 * this.data.rows);
    const together = SIDE_BY_SIDE * Math.max(1, Math.floor(TOGETHER / Math.max(1, bytes)));
    const solutions: LinearSolution[] = [];
    let waiting: LinearProblem[] = [];
    const solveWaiting = async () => {
      const groups: Group[] = [];
      for (let from = 0; from < waiting.length; from += SIDE_BY_SIDE) {
        const own = waiting.slice(from, from + SIDE_BY_SIDE);
        groups.push({ problems: own, lanes: lanesFor(own.length) });
      }
      waiting = [];
      solutions.push(...(await this.solveTogether(groups, options)));
    };
    for (const problem of problems) {
      await options.turns.did();
      if (waiting.push(problem) === together) await solveWaiting();
    }
    if (waiting.length > 0) await solveWaiting();
    return solutions;
  }

  private async solveTogether(groups: readonly Group[], options: LinearOptions): Promise<LinearSolution[]> {
    const { engine, arena, data } = this;
    const { epochs, tolerance, seed } = options;
    arena.release(this.mark);
    const places = groups.map(
      ({ lanes }): Places => ({
        weights: arena.allocate(Math.max(1, 2 * data.features * lanes)),
        alpha: arena.allocate(Math.max(1, data.rows * lanes)),
        state: arena.allocate(2 * lanes),
        rows: arena.allocate(Math.max(1, 4 * data.rows * lanes)),
      }),
    );
    arena.commit();
    const rows = { starts: this.starts, ids: this.ids, N: data.rows, M: data.ids.length, F: data.features };
    const common = groups.map(({ lanes }) => ({ ...rows, L: lanes }));
    const { turns } = options;
    for (const [g, group] of groups.entries()) await turns.run(this.begin(places[g]!, group));
    const parts = this.parts(groups);
    for (const [from, to] of parts) {
      const squares = places.map(({ weights, alpha }, g): Call[] => {
        const own = {
          out: alpha + engine.elementBytes * from * groups[g]!.lanes,
          starts: this.starts + WORD * from,
        };
        return [{ kernel: "linearSquares", args: { weights, ...common[g]!, ...own, N: to - from } }];
      });
      this.runOnce(engine.load([squares]));
      await turns.did();
    }
    for (const [g, group] of groups.entries()) await turns.run(this.prepare(places[g]!, group));
    const epochOf = (place: Places, g: number): Call[] => [
      { kernel: "linearEpoch", args: { ...place, ...common[g]!, order: this.order, tolerance } },
    ];
    const program = engine.load([places.map(epochOf)]);
    const order = new Uint32Array(data.rows);
    const largest = ({ state }: Places, { lanes }: Group) => view(engine, state, 2 * lanes).subarray(lanes);
    try {
      for (let epoch = 0; epoch < epochs; epoch++) {
        const rows = new Random(seed, PURPOSE.shuffle, epoch).permutation(data.rows);
        const before = groups.map((group, g) => Float32Array.from(largest(places[g]!, group)));
        const found = before.map((own) => own.map((one) => (one < tolerance ? one : 0)));
        for (const [from, to] of parts) {
          // A call of the kernel's is an epoch over the rows that it is given: of others it is given none.
          order.fill(data.rows).set(rows.subarray(from, to));
          engine.write(this.order, order);
          for (const [g, group] of groups.entries()) largest(places[g]!, group).set(before[g]!);
          program.run();
          for (const [g, group] of groups.entries()) {
            const seen = largest(places[g]!, group);
            found[g]!.forEach((one, l) => void (found[g]![l] = Math.max(one, seen[l]!)));
          }
          await turns.did();
        }
        for (const [g, group] of groups.entries()) largest(places[g]!, group).set(found[g]!);
        if (found.every((own) => own.every((one) => one < tolerance))) break;
      }
    } finally {
      program.dispose();
    }
    const solutions: LinearSolution[] = [];
    for (const [g, group] of groups.entries()) {
      solutions.push(...(await turns.run(this.solutionsOf(places[g]!, group))));
    }
    return solutions;
  }

  /** The places of an epoch's rows, from … to − 1, so many at a time that others have their turn between. */
  private parts(groups: readonly Group[]): [from: number, to: number][] {
    const { rows, ids } = this.data;
    const vectors = groups.reduce((sum, { lanes }) => sum + Math.max(1, lanes / 4), 0);
    const looks = (ids.length * vectors) / Math.min(groups.length, this.engine.threads);
    const size = Math.max(1, Math.ceil(rows / Math.max(1, Math.ceil(looks / TOGETHER_LOOKED))));
    return Array.from({ length: Math.ceil(rows / size) }, (_, k) => [
      k * size,
      Math.min((k + 1) * size, rows),
    ]);
  }

  private runOnce(program: SynchronousProgram): void {
    program.run();
    program.dispose();
  }

  /** Nothing learned: all weights 0, beside the squares of the features' values. */
  private *begin({ weights, state }: Places, { problems, lanes }: Group): Pieces<void> {
    const { engine } = this;
    const { features } = this.data;
    yield* spans(features, NUMBERS / lanes, (from, to) => {
      const pairs = view(
        engine,
        weights + engine.elementBytes * 2 * from * lanes,
        2 * (to - from) * lanes,
      ).fill(0);
      for (const [l, { values }] of problems.entries()) {
        for (let j = from; j < to; j++) pairs[(2 * (j - from) + 1) * lanes + l] = values[j]! * values[j]!;
      }
    });
    // Lanes without a problem are over from the beginning.
    const own = view(this.engine, state, 2 * lanes).fill(0);
    for (const l of problems.keys()) own[lanes + l] = Number.MAX_VALUE;
  }

  /** What an epoch needs to know of each row; `alpha` holds Σ r_j² until then. */
  private *prepare({ alpha, rows }: Places, { problems, lanes }: Group): Pieces<void> {
    const N = this.data.rows;
    const own = (from: number, to: number) => {
      const squares = view(this.engine, alpha, N * lanes);
      const facts = view(this.engine, rows, 4 * N * lanes);
      facts.fill(0, 4 * from * lanes, 4 * to * lanes);
      for (let l = 0; l < lanes; l++)
        for (let i = from; i < to; i++) {
          const problem = problems[l];
          const at = 4 * i * lanes + l;
          // Where there is no problem nothing may be divided by 0.
          facts[at + 3 * lanes] = 1;
          if (!problem) continue;
          const damping = 0.5 / problem.costs[i]!;
          const square = squares[i * lanes + l]!;
          const scale = problem.scales ? problem.scales[i]! : square > 0 ? 1 / Math.sqrt(square) : 0;
          facts[at] = scale;
          facts[at + lanes] = problem.targets[i]!;
          facts[at + 2 * lanes] = damping;
          facts[at + 3 * lanes] = scale * scale * square + 1 + damping;
        }
      squares.fill(0, from * lanes, to * lanes);
    };
    yield* spans(N, NUMBERS / 8 / lanes, own);
  }

  private *solutionsOf({ weights, state }: Places, { problems, lanes }: Group): Pieces<LinearSolution[]> {
    const { features } = this.data;
    const found: LinearSolution[] = [];
    for (const l of problems.keys()) {
      const own = new Float32Array(features);
      yield* spans(features, NUMBERS, (from, to) => {
        const pairs = view(this.engine, weights, 2 * features * lanes);
        for (let j = from; j < to; j++) own[j] = pairs[2 * j * lanes + l]!;
      });
      found.push({ weights: own, bias: view(this.engine, state, 2 * lanes)[l]! });
    }
    return found;
  }
}

/** [rows] the scores of rows of a solution. */
export function* linearScores(
  { rows, starts, ids }: SparseRows,
  scales: Float32Array,
  { weights, bias }: LinearSolution,
): Pieces<Float32Array> {
  const scores = new Float32Array(rows);
  yield* spans(rows, ROWS, (from, to) => {
    for (let i = from; i < to; i++) {
      let sum = 0;
      for (let k = starts[i]!; k < starts[i + 1]!; k++) sum += weights[ids[k]!]!;
      scores[i] = scales[i]! * sum + bias;
    }
  });
  return scores;
}
