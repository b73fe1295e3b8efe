/**
 * npm run bench: Cellstate beside its peers, all in one run and in turn, so that a machine whose speed drifts drifts for
 * all alike. Peers that are not installed are named with the command that installs them.
 */
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { WASM_BUILDS } from "../src/engines/engines.js";
import { nativeAddon } from "../src/engines/registry.js";
import { WasmEngine } from "../src/engines/wasm.js";
import { type Contender, ours, pythonPeer, type Task } from "./contenders.js";
import { onnxNode, onnxWeb } from "./onnx.js";
import { tensorflowJs } from "./tfjs.js";

// Node 20 can run relaxed SIMD, but only when asked; newer ones and browsers do by themselves.
if (process.version.startsWith("v20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "9" }, only: { type: "string" } },
});
const rounds = Number(values.rounds);

const flagship = (what: Task["what"], batch: number): Task => ({ what, batch, inputs: 16, units: 32 });
const TASKS: { name: string; task: Task }[] = [
  { name: "train step, 32 rows", task: flagship("train", 32) },
  { name: "predict 1", task: flagship("predict", 1) },
  { name: "predict 32", task: flagship("predict", 32) },
  { name: "predict 256", task: flagship("predict", 256) },
  { name: "train step, 128 rows, 128 → 128", task: { what: "train", batch: 128, inputs: 128, units: 128 } },
  { name: "train step, 64 rows, 64 → 256", task: { what: "train", batch: 64, inputs: 64, units: 256 } },
  { name: "train step, 32 rows, GRU", task: { ...flagship("train", 32), cell: "gru" } },
  { name: "train step, 32 rows, SimpleRNN", task: { ...flagship("train", 32), cell: "simpleRNN" } },
  {
    name: "train step, 32 rows, no recurrent dropout",
    task: { ...flagship("train", 32), recurrentDropout: 0 },
  },
  { name: "train step, 64 rows", task: flagship("train", 64) },
];

/** Every engine here, on one thread and on two. */
function ownContenders(): Contender[] {
  const threads = availableParallelism() > 1 ? [1, 2] : [1];
  const engines: Parameters<typeof ours>[] = [];
  if ("addon" in nativeAddon())
    for (const n of threads) engines.push(["native", n, (threads) => ({ engine: "native", threads })]);
  for (const build of [WASM_BUILDS.relaxed, WASM_BUILDS.simd]) {
    if (!build.runsHere) continue;
    for (const n of threads)
      engines.push([`wasm ${build.name}`, n, (threads) => ({ engine: new WasmEngine(build, threads) })]);
  }
  return engines.map((args) => ours(...args));
}

async function contenders(): Promise<Contender[]> {
  const peers: [string, Promise<Contender | null>][] = [
    ["onnxruntime-node (cd bench/peers && ONNXRUNTIME_NODE_INSTALL=skip npm install)", onnxNode()],
    ["onnxruntime-web (likewise)", onnxWeb()],
    ["TensorFlow.js (likewise)", tensorflowJs()],
    [
      "PyTorch (pip install torch; CELLSTATE_PYTHON names the Python)",
      pythonPeer("torch_peer.py", ["1"], {}),
    ],
    ["Keras on JAX (pip install keras jax)", pythonPeer("keras_peer.py", [], KERAS_JAX)],
    ["Keras on TensorFlow (pip install keras tensorflow-cpu)", pythonPeer("keras_peer.py", [], KERAS_TF)],
  ];
  const found = await Promise.all(peers.map(async ([name, peer]) => ({ name, peer: await peer })));
  for (const { name, peer } of found) if (!peer) console.error(`not here: ${name}`);
  return [...ownContenders(), ...found.flatMap(({ peer }) => (peer ? [peer] : []))];
}

const ONE_THREAD_XLA = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1";
const KERAS_JAX = { KERAS_BACKEND: "jax", XLA_FLAGS: ONE_THREAD_XLA };
const KERAS_TF = { KERAS_BACKEND: "tensorflow", TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1" };

/** Repeats that make a measurement last about 20 ms. */
async function repeatsFor(contender: Contender, task: Task): Promise<number> {
  const once = await contender.time(task, 1);
  if (once === null) return 0;
  const steady = (await contender.time(task, 2)) ?? once;
  return Math.max(1, Math.min(500, Math.ceil(20 / steady)));
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

async function compare(name: string, task: Task, all: Contender[]): Promise<void> {
  const repeats = [];
  for (const contender of all) repeats.push(await repeatsFor(contender, task));
  const times: number[][] = all.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contender] of all.entries()) {
      if (repeats[i]! > 0) times[i]!.push((await contender.time(task, repeats[i]!))!);
    }
  }
  console.log(`\n${name}`);
  const best = median(times[0]!);
  for (const [i, contender] of all.entries()) {
    const list = times[i]!;
    if (list.length === 0) continue;
    const middle = median(list);
    const figures = [middle, Math.min(...list), Math.max(...list)]
      .map((ms) => ms.toFixed(3).padStart(10))
      .join("");
    console.log(`  ${contender.name.padEnd(38)}${figures}   ${(middle / best).toFixed(2)}×`);
  }
}

const all = await contenders();
console.log(
  `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}, ${rounds} rounds`,
);
console.log(`${" ".repeat(40)}    median       min       max ms; against the first`);
try {
  for (const { name, task } of TASKS) {
    if (!values.only || name.includes(values.only)) await compare(name, task, all);
  }
} finally {
  for (const contender of all) contender.close();
}
