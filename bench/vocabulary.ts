/**
 * npm run bench:vocabulary: what a training step costs by the size of the vocabulary, with Adam over the whole table and
 * with sparse Adam: Embedding 100, BiLSTM 32, 64 rows of 40 words, the native engine where it runs. All points are
 * measured in turn, round by round.
 */
import { availableParallelism, cpus } from "node:os";
import { interleave, type Timed } from "../src/cli/measure.js";
import { ENGINES } from "../src/engines/engines.js";
import { layers, optimizers, sequential } from "../src/index.js";
import { PURPOSE, Random } from "../src/kernels/philox.js";

const ROUNDS = 15;
const [BATCH, LENGTH] = [64, 40];
const engine = ENGINES.available()[0]!;

interface Point {
  vocabulary: number;
  threads: number;
  sparse: boolean;
}

/** Word k about as often as 1/k, as in texts. */
function texts(vocabulary: number): Float32Array {
  const random = new Random(1, PURPOSE.selfCheck, 0);
  return Float32Array.from(
    { length: BATCH * LENGTH },
    (_, i) => Math.floor(vocabulary ** random.uniform(i)) - 1,
  );
}

function prepare({ vocabulary, threads, sparse }: Point): Timed & { dispose(): void } {
  const model = sequential(
    [
      layers.embedding({ inputDim: vocabulary, outputDim: 100 }),
      layers.bidirectional({ layer: layers.lstm({ units: 32 }) }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 1, engine, threads },
  );
  model.compile({ optimizer: optimizers.adam({ sparse }), loss: "binaryCrossentropy" });
  const x = { data: texts(vocabulary), rows: BATCH, shape: [LENGTH] };
  const y = Float32Array.from({ length: BATCH }, (_, i) => i % 2);
  return { run: () => void model.trainOnBatch(x, y), dispose: () => model.dispose() };
}

const points = [1, 2].flatMap((threads) =>
  [2_000, 20_000, 200_000].flatMap((vocabulary) =>
    [false, true].map((sparse): Point => ({ vocabulary, threads, sparse })),
  ),
);
const tasks = points.map(prepare);
const timings = interleave(tasks, ROUNDS, (done) => console.error(`${done} of ${ROUNDS} rounds`));
for (const task of tasks) task.dispose();
console.log(
  `${engine} engine, ${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}; ` +
    `Embedding 100, BiLSTM 32, ${BATCH} rows of ${LENGTH} words, medians of ${ROUNDS}\n`,
);
console.log("threads   words     Adam   sparse");
for (let i = 0; i < points.length; i += 2) {
  const { threads, vocabulary } = points[i]!;
  const [dense, sparse] = [timings[i]!, timings[i + 1]!].map(({ medianMs }) =>
    medianMs.toFixed(2).padStart(9),
  );
  console.log(`${String(threads).padStart(7)}${String(vocabulary).padStart(8)}${dense}${sparse} ms`);
}
