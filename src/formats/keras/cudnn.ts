/**
 * CuDNNLSTM and CuDNNGRU of Keras 2: the same mathematics as LSTM and GRU(reset_after=True) over weights in cuDNN's
 * layout. For each gate, the input kernel [I][U] lies column by column, the recurrent kernel [U][U] is transposed, and
 * there are two biases, one for the input and one for the recurrent part.
 */

import { inputError } from "../../base/errors.js";
import { isObject, type JsonObject } from "../../base/json.js";
import { COMPUTING_KINDS } from "./layer-kinds.js";
import { readFloats, type StoredWeight } from "./stored-weight.js";

interface CudnnKind {
  /** The layer that computes the same. */
  readonly className: string;
  readonly gates: number;
  /** Whether that layer keeps both biases apart, [2, gates · U]; else it has their sum. */
  readonly twoBiases: boolean;
  /** Options that cuDNN has no other value for. */
  readonly fixed: Readonly<Record<string, unknown>>;
}

export const CUDNN_KINDS: ReadonlyMap<string, CudnnKind> = new Map([
  ["CuDNNLSTM", { className: "LSTM", gates: 4, twoBiases: false, fixed: {} }],
  ["CuDNNGRU", { className: "GRU", gates: 3, twoBiases: true, fixed: { resetAfter: true } }],
]);

type Conversion = (stored: StoredWeight[]) => StoredWeight[];

/** The stored weights as the ordinary layer wants them, converted when read. Undefined for other layers. */
export function cudnnConversion(className: string, config: JsonObject): Conversion | undefined {
  const kind = CUDNN_KINDS.get(className);
  if (kind) return (stored) => convert(stored, kind);
  if (!COMPUTING_KINDS.get(className)?.keras?.copiesInner) return undefined;
  const [forward, backward] = [config["layer"], config["backward_layer"] ?? config["layer"]].map((inner) =>
    CUDNN_KINDS.get(isObject(inner) ? String(inner["class_name"]) : ""),
  );
  if (!forward && !backward) return undefined;
  return (stored) => {
    const [left, right] = [stored.slice(0, stored.length / 2), stored.slice(stored.length / 2)];
    return [...(forward ? convert(left, forward) : left), ...(backward ? convert(right, backward) : right)];
  };
}

function convert(stored: StoredWeight[], { twoBiases, gates }: CudnnKind): StoredWeight[] {
  const [kernel, recurrent, bias] = stored;
  if (!kernel || !recurrent || !bias || stored.length !== 3) return stored;
  const U = recurrent.dataset.shape[0] ?? 0;
  const I = kernel.dataset.shape[0] ?? 0;
  const { shape } = bias.dataset;
  if (shape.length !== 1 || shape[0] !== 2 * gates * U) {
    throw inputError({ expected: `two biases, (${2 * gates * U})`, where: bias.where, received: shape });
  }
  const biasShape = twoBiases ? [2, gates * U] : [gates * U];
  const mergeBias = twoBiases ? (b: Float32Array) => b : sumHalves;
  return [
    reshaped(kernel, kernel.dataset.shape, (k) => eachGate(k, I, U, gates, (i, u) => i + u * I)),
    reshaped(recurrent, recurrent.dataset.shape, (r) => eachGate(r, U, U, gates, (i, u) => u * U + i)),
    reshaped(bias, biasShape, mergeBias),
  ];
}

function reshaped(
  stored: StoredWeight,
  shape: readonly number[],
  change: (values: Float32Array) => Float32Array,
): StoredWeight {
  const read = () => change(readFloats(stored));
  return { where: stored.where, dataset: { ...stored.dataset, shape, read } };
}

/** Element (i, u) of each gate's block comes from element `from(i, u)` of that block read row by row. */
function eachGate(
  values: Float32Array,
  rows: number,
  U: number,
  gates: number,
  from: (i: number, u: number) => number,
): Float32Array {
  const out = new Float32Array(values.length);
  for (let gate = 0; gate < gates; gate++) {
    for (let i = 0; i < rows; i++) {
      for (let u = 0; u < U; u++) {
        const source = from(i, u);
        const [row, column] = [Math.floor(source / U), source % U];
        out[i * gates * U + gate * U + u] = values[row * gates * U + gate * U + column]!;
      }
    }
  }
  return out;
}

function sumHalves(bias: Float32Array): Float32Array {
  const half = bias.length / 2;
  return bias.slice(0, half).map((value, i) => value + bias[half + i]!);
}
