/**
 * The reference engine: plain TypeScript loops over one ArrayBuffer, one thread. It defines what every other engine
 * must compute. With precision "float64" the same code serves central-difference checks.
 */

import * as activation from "../kernels/activation.js";
import type { Bound, Reals } from "../kernels/bound.js";
import {
  type Call,
  type Engine,
  KERNELS,
  type KernelName,
  type Phase,
  type Program,
} from "../kernels/contract.js";
import * as conv1d from "../kernels/conv1d.js";
import * as dense from "../kernels/dense.js";
import * as dropout from "../kernels/dropout.js";
import * as embedding from "../kernels/embedding.js";
import * as gradient from "../kernels/gradient.js";
import * as gru from "../kernels/gru.js";
import * as layout from "../kernels/layout.js";
import * as loss from "../kernels/loss.js";
import * as lstm from "../kernels/lstm.js";
import * as memory from "../kernels/memory.js";
import * as norm from "../kernels/norm.js";
import * as optimizer from "../kernels/optimizer.js";
import * as pool from "../kernels/pool.js";
import * as rnn from "../kernels/rnn.js";
import * as softmax from "../kernels/softmax.js";

/** One readable implementation a kernel. */
export const REFERENCE_KERNELS: { [K in KernelName]: (args: Bound<K>) => void } = {
  fill: memory.fill,
  add: memory.add,
  toRowMajor: memory.toRowMajor,
  toTimeMajor: memory.toTimeMajor,
  reverseTime: memory.reverseTime,
  sumShards: memory.sumShards,
  embeddingForward: embedding.embeddingForward,
  embeddingBackward: embedding.embeddingBackward,
  maskFromIds: embedding.maskFromIds,
  denseForward: dense.denseForward,
  denseBackward: dense.denseBackward,
  conv1dForward: conv1d.conv1dForward,
  conv1dBackward: conv1d.conv1dBackward,
  activationForward: activation.activationForward,
  activationBackward: activation.activationBackward,
  rectifyForward: activation.rectifyForward,
  rectifyBackward: activation.rectifyBackward,
  softmaxForward: softmax.softmaxForward,
  softmaxBackward: softmax.softmaxBackward,
  batchMoments: norm.batchMoments,
  batchNormForward: norm.batchNormForward,
  batchNormBackward: norm.batchNormBackward,
  layerNormForward: norm.layerNormForward,
  layerNormBackward: norm.layerNormBackward,
  dropoutMask: dropout.dropoutMaskKernel,
  multiplyMask: dropout.multiplyMask,
  choose: layout.choose,
  combine: layout.combine,
  maskFromValues: layout.maskFromValues,
  copyRows: layout.copyRows,
  repeatAxis: layout.repeatAxis,
  sumAxis: layout.sumAxis,
  maxPoolForward: pool.maxPoolForward,
  maxPoolBackward: pool.maxPoolBackward,
  averagePoolForward: pool.averagePoolForward,
  averagePoolBackward: pool.averagePoolBackward,
  rnnForward: rnn.rnnForward,
  rnnBackward: rnn.rnnBackward,
  lstmForward: lstm.lstmForward,
  lstmBackward: lstm.lstmBackward,
  gruForward: gru.gruForward,
  gruBackward: gru.gruBackward,
  rnnInfer: rnn.rnnInfer,
  lstmInfer: lstm.lstmInfer,
  gruInfer: gru.gruInfer,
  binaryCrossentropy: loss.binaryCrossentropyKernel,
  categoricalCrossentropy: loss.categoricalCrossentropyKernel,
  sparseCategoricalCrossentropy: loss.sparseCategoricalCrossentropyKernel,
  meanSquaredError: loss.meanSquaredErrorKernel,
  sgd: optimizer.sgdKernel,
  rmsprop: optimizer.rmspropKernel,
  adam: optimizer.adamKernel,
  sumSquares: gradient.sumSquares,
  clipToNorm: gradient.clipToNorm,
  clipToValue: gradient.clipToValue,
  regularize: gradient.regularize,
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
