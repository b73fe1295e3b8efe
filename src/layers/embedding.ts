/** Embedding: row x_t of a learned table E [V][F] for every token id. Its gradient adds into the rows looked up. */

import { inputError } from "../base/errors.js";
import { type Builder, configure, Layer, parameter, type Shape, type Tensor } from "./layer.js";
import { count, countOr, flag, type Given, initializer, type Resolved, regularizer } from "./options.js";

export const embeddingOptions = {
  /** V: ids run from 0 to inputDim − 1. */
  inputDim: count(),
  /** F, the size of a word's vector. */
  outputDim: count(),
  embeddingsInitializer: initializer("randomUniform"),
  embeddingsRegularizer: regularizer(),
  /** Id 0 is padding: later layers skip those steps. */
  maskZero: flag(false),
  /** Keras 2's way to fix the number of steps. */
  inputLength: countOr(null),
};

export class Embedding extends Layer {
  readonly className = "Embedding";
  override readonly options: Resolved<typeof embeddingOptions>;

  constructor(given: Given<typeof embeddingOptions>) {
    super(given);
    this.options = configure(embeddingOptions, given, this.className);
  }

  override build(): void {
    const { inputDim, outputDim, embeddingsInitializer, embeddingsRegularizer } = this.options;
    this.parameters = [
      parameter("embeddings", [inputDim, outputDim], embeddingsInitializer, {
        regularizer: embeddingsRegularizer,
      }),
    ];
  }

  override outputShape([input]: readonly Shape[]): Shape {
    if (input!.length !== 1) {
      throw inputError({
        expected: "token ids [steps]",
        where: `input of Embedding ${this.name}`,
        received: input,
      });
    }
    return [input![0] ?? null, this.options.outputDim];
  }

  override plan(b: Builder, [ids]: readonly Tensor[]): Tensor {
    const { inputDim: V, outputDim: F, maskZero } = this.options;
    const T = ids!.shape[0]!;
    const table = b.parameter(this, "embeddings");
    const sizes = { ids: b.read(ids!), B: b.B, T };
    const mask = maskZero ? b.allocate(b.B * T) : 0;
    if (mask) b.call("maskFromIds", { mask, ...sizes });
    const forward = (at: number) => b.call("embeddingForward", { out: at, table, ...sizes, F, V });
    if (!b.training) {
      const embedded = { ids: sizes.ids, table, vocabulary: V };
      const out: Tensor = b.tensor([T, F], { mask, embedded, pending: () => forward(out.at) });
      return out;
    }
    const out = b.tensor([T, F], { mask });
    forward(out.at);
    b.backward(() => {
      if (!out.gradient) return;
      const dTable = b.parameterGradient(this, "embeddings");
      b.call("embeddingBackward", { dTable, dOut: out.gradient, ...sizes, F, V });
    });
    return out;
  }
}

export const embedding = (given: Given<typeof embeddingOptions>): Embedding => new Embedding(given);
export type EmbeddingOptions = Given<typeof embeddingOptions>;
