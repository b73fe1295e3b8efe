/** Embedding: row x_t of a learned table E [V][F] for every token id. Its gradient adds into the rows looked up. */

import { inputError } from "../base/errors.js";
import type { Initializer, InitializerName } from "./initializers.js";
import {
  type Builder,
  configure,
  Layer,
  type LayerKind,
  parameter,
  type Shape,
  type Tensor,
} from "./layer.js";
import {
  count,
  countOr,
  flag,
  initializer,
  type LayerOptions,
  LORA_ARGUMENTS,
  type Regularizer,
  type Resolved,
  regularizer,
} from "./options.js";

/** Options of `layers.embedding`. */
export interface EmbeddingOptions extends LayerOptions {
  /** V, the rows of the table: ids run from 0 to V − 1, padding and unknown words included. */
  inputDim: number;
  /** F, the size of a word's vector. */
  outputDim: number;
  /** What the table is before training; "randomUniform" is ±0.05. Default "randomUniform". */
  embeddingsInitializer?: InitializerName | Initializer;
  /** Penalties { l1, l2 } on the table, added to the loss. Default null. */
  embeddingsRegularizer?: Partial<Regularizer> | null;
  /** Takes id 0 for padding: a mask then hides those steps from later layers. Default false. */
  maskZero?: boolean;
  /** T, Keras 2's way to fix the number of steps; null leaves it to the data. Default null. */
  inputLength?: number | null;
}

export const embeddingOptions = {
  inputDim: count(),
  outputDim: count(),
  embeddingsInitializer: initializer("randomUniform"),
  embeddingsRegularizer: regularizer(),
  maskZero: flag(false),
  inputLength: countOr(null),
};

export const embeddingKind: LayerKind<"Embedding"> = {
  className: "Embedding",
  options: embeddingOptions,
  make: embedding,
  mask: "fromIds",
  readsIds: true,
  needsBuilding: true,
  keras: {
    arguments: `input_dim output_dim embeddings_initializer embeddings_regularizer | embeddings_constraint mask_zero input_length sparse ${LORA_ARGUMENTS}`,
  },
};

export class Embedding extends Layer {
  override get kind(): typeof embeddingKind {
    return embeddingKind;
  }
  override readonly options: Resolved<EmbeddingOptions, typeof embeddingOptions>;

  constructor(given: EmbeddingOptions) {
    super(given);
    this.options = configure(embeddingOptions, given, this.className);
  }

  override build(): void {
    const { inputDim, outputDim, embeddingsInitializer, embeddingsRegularizer } = this.options;
    this.parameters = [
      parameter("embeddings", [inputDim, outputDim], embeddingsInitializer, {
        regularizer: embeddingsRegularizer,
        lookedUp: true,
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
      b.lookupGradient(this, "embeddings", { ids: sizes.ids, dOut: out.gradient, T, F, V });
    });
    return out;
  }
}

/**
 * A learned vector for every token id: ids [T], whole numbers from 0 to V − 1, become [T, F]. It stands behind the
 * model's input alone. With `maskZero` the steps of id 0 are hidden from later layers.
 *
 * @example layers.embedding({ inputDim: 1000, outputDim: 16, maskZero: true })
 */
export function embedding(options: EmbeddingOptions): Embedding {
  return new Embedding(options);
}
