/**
 * The reference engine: plain TypeScript loops over one ArrayBuffer, one thread. It defines what every other engine
 * must compute. With precision "float64" the same code serves central-difference checks.
 */

import type { Bound, Reals } from "../kernels/bound.js";
import {
  type Call,
  type Engine,
  KERNELS,
  type KernelName,
  type Phase,
  type Program,
} from "../kernels/contract.js";
import * as activation from "../layers/activation.js";
import * as batchNorm from "../layers/batch-normalization.js";
import * as conv1d from "../layers/conv1d.js";
import * as dense from "../layers/dense.js";
import * as dropout from "../layers/dropout.js";
import * as embedding from "../layers/embedding.js";
import * as flatten from "../layers/flatten.js";
import * as gru from "../layers/gru.js";
import * as layerNorm from "../layers/layer-normalization.js";
import * as layout from "../layers/layout.js";
import * as lstm from "../layers/lstm.js";
import * as operations from "../layers/operations.js";
import * as pooling from "../layers/pooling.js";
import * as relu from "../layers/relu.js";
import * as rnn from "../layers/simple-rnn.js";
import * as losses from "../objectives/losses.js";
import * as optimizers from "../objectives/optimizers.js";

/** One readable implementation a kernel. */
export const REFERENCE_KERNELS: { [K in KernelName]: (args: Bound<K>) => void } = {
  fill: ({ out, length, value }) => void out.fill(value, 0, length),
  add: ({ out, x, length }) => {
    for (let i = 0; i < length; i++) out[i]! += x[i]!;
  },
  toRowMajor: flatten.toRowMajor,
  toTimeMajor: flatten.toTimeMajor,
  reverseTime: ({ out, x, T, N }) => {
    for (let t = 0; t < T; t++) {
      for (let i = 0; i < N; i++) out[t * N + i] = x[(T - 1 - t) * N + i]!;
    }
  },
  sumShards: ({ out, parts, count, stride, length }) => {
    for (let i = 0; i < length; i++) {
      let sum = parts[i]!;
      for (let s = 1; s < count; s++) sum += parts[s * stride + i]!;
      out[i] = sum;
    }
  },
  embeddingForward: embedding.embeddingForward,
  embeddingBackward: embedding.embeddingBackward,
  maskFromIds: embedding.maskFromIds,
  denseForward: dense.denseForward,
  denseBackward: dense.denseBackward,
  conv1dForward: conv1d.conv1dForward,
  conv1dBackward: conv1d.conv1dBackward,
  activationForward: activation.activationForward,
  activationBackward: activation.activationBackward,
  rectifyForward: relu.rectifyForward,
  rectifyBackward: relu.rectifyBackward,
  softmaxForward: activation.softmaxForward,
  softmaxBackward: activation.softmaxBackward,
  batchMoments: batchNorm.batchMoments,
  batchNormForward: batchNorm.batchNormForward,
  batchNormBackward: batchNorm.batchNormBackward,
  layerNormForward: layerNorm.layerNormForward,
  layerNormBackward: layerNorm.layerNormBackward,
  dropoutMask: dropout.dropoutMaskKernel,
  multiplyMask: dropout.multiplyMask,
  choose: operations.choose,
  combine: operations.combine,
  maskFromValues: operations.maskFromValues,
  copyRows: layout.copyRows,
  repeatAxis: layout.repeatAxis,
  sumAxis: layout.sumAxis,
  maxPoolForward: pooling.maxPoolForward,
  maxPoolBackward: pooling.maxPoolBackward,
  averagePoolForward: pooling.averagePoolForward,
  averagePoolBackward: pooling.averagePoolBackward,
  rnnForward: rnn.rnnForward,
  rnnBackward: rnn.rnnBackward,
  rnnInfer: rnn.rnnInfer,
  lstmForward: lstm.lstmForward,
  lstmBackward: lstm.lstmBackward,
  lstmInfer: lstm.lstmInfer,
  gruForward: gru.gruForward,
  gruBackward: gru.gruBackward,
  gruInfer: gru.gruInfer,
  binaryCrossentropy: losses.binaryCrossentropyKernel,
  categoricalCrossentropy: losses.categoricalCrossentropyKernel,
  sparseCategoricalCrossentropy: losses.sparseCategoricalCrossentropyKernel,
  meanSquaredError: losses.meanSquaredErrorKernel,
  sgd: optimizers.sgdKernel,
  rmsprop: optimizers.rmspropKernel,
  adam: optimizers.adamKernel,
  sumSquares: optimizers.sumSquares,
  clipToNorm: optimizers.clipToNorm,
  clipToValue: optimizers.clipToValue,
  regularize: optimizers.regularize,
};

export class ReferenceEngine implements Engine {
  readonly name = "reference";
  readonly threads = 1;
  readonly elementBytes: 4 | 8;
  readonly base = 64;
  buffer = new ArrayBuffer(0);

  constructor({ precision = "float32" }: { precision?: "float32" | "float64" } = {}) {
    this.elementBytes = precision === "float64" ? 8 : 4;
  }

  reserve(bytes: number): void {
    if (bytes <= this.buffer.byteLength) return;
    const grown = new ArrayBuffer(bytes);
    new Uint8Array(grown).set(new Uint8Array(this.buffer));
    this.buffer = grown;
  }

  load(phases: Phase[]): Program {
    const calls = phases.flat(2);
    let boundTo: ArrayBufferLike | null = null;
    let steps: (() => void)[] = [];
    return {
      run: () => {
        // Views are made once, and again when the memory has grown.
        if (boundTo !== this.buffer) {
          steps = calls.map((call) => this.bind(call));
          boundTo = this.buffer;
        }
        for (const step of steps) step();
      },
      dispose: () => {
        steps = [];
        calls.length = 0;
      },
    };
  }

  private bind({ kernel, args }: Call): () => void {
    const values: Record<string, Reals | Uint32Array | number | null> = {};
    for (const [field, kind] of Object.entries(KERNELS[kernel])) {
      values[field] = this.bindField(kind, (args as Record<string, number>)[field]!, `${kernel} ${field}`);
    }
    const run = REFERENCE_KERNELS[kernel] as (args: unknown) => void;
    return () => run(values);
  }

  private bindField(kind: string, value: number, where: string): Reals | Uint32Array | number | null {
    if (value === undefined || Number.isNaN(value)) throw new TypeError(`${where} has no value`);
    if (kind === "integer" || kind === "real") return value;
    if (kind === "words") return new Uint32Array(this.buffer, value);
    if (value === 0) {
      if (kind === "optional") return null;
      throw new RangeError(`${where} is a null pointer`);
    }
    return this.elementBytes === 8
      ? new Float64Array(this.buffer, value)
      : new Float32Array(this.buffer, value);
  }

  dispose(): void {
    this.buffer = new ArrayBuffer(0);
  }
}
