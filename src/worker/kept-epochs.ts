/** The weights of every epoch, and networks of their own in which one looks at them. */

import { inputError, wholeNumber } from "../base/errors.js";
import { TextClassifier } from "../classifier/classifier.js";
import { ENGINE_CHOICES } from "../engines/registry.js";
import { copyArchitecture } from "../model/copy.js";
import type { Model } from "../model/model.js";

/** Bytes of weights that are kept; of longer trainings the first epochs are forgotten, but for the untrained network. */
const MOST_BYTES = 2 ** 28;

export class KeptEpochs {
  readonly #weights = new Map<number, Float32Array>();
  #bytes = 0;
  #view: TextClassifier | null = null;

  constructor(private readonly isKeeping: boolean) {}

  /** Those that are kept, in order; 0 is before the first step. */
  get epochs(): number[] {
    return [...this.#weights.keys()];
  }

  keep(epoch: number, weights: () => Float32Array): void {
    if (!this.isKeeping) return;
    const own = weights();
    this.#weights.set(epoch, own);
    this.#bytes += own.byteLength;
    for (const old of this.epochs.slice(1, -1)) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#bytes -= this.#weights.get(old)!.byteLength;
      this.#weights.delete(old);
    }
  }

  /**
   * A classifier with the weights of an epoch, or with those that `source` has now: the same one each time, beside the one
   * that learns, so it is for what asks it at once. Its optimizer is a fresh one.
   * @throws InputError for an epoch that is not kept
   */
  at(epoch: number | null, source: TextClassifier): TextClassifier {
    const { threshold, reject } = source;
    this.#view = this.#view ? Object.assign(this.#view, { threshold, reject }) : copyOf(source);
    this.#view.model.restoreWeights(this.#weightsAt(epoch, source));
    return this.#view;
  }

  /**
   * As `at`, for what takes its time (a file, an evaluation), in which another epoch may be asked for: one of its own, freed
   * when `use` is done.
   */
  async during<R>(
    epoch: number | null,
    source: TextClassifier,
    use: (classifier: TextClassifier) => Promise<R>,
  ): Promise<R> {
    const weights = this.#weightsAt(epoch, source);
    const own = copyOf(source);
    try {
      own.model.restoreWeights(weights);
      return await use(own);
    } finally {
      own.model.dispose();
    }
  }

  #weightsAt(epoch: number | null, source: TextClassifier): Float32Array {
    if (epoch === null) return source.model.weightSnapshot();
    const { epochs } = this;
    const kept = this.#weights.get(wholeNumber(epoch, "at epoch"));
    if (kept) return kept;
    throw inputError({
      expected:
        epochs.length > 0 ? `an epoch that is kept: ${epochs.join(", ")}` : "a network whose epochs are kept",
      where: "at",
      received: epoch,
      ...(epochs.length > 0
        ? {}
        : { next: "Those of train with keepEpochs: false, and of automatic classifiers, are not." }),
    });
  }

  /** Frees all of it. */
  dispose(): void {
    this.#view?.model.dispose();
    this.#view = null;
    this.#weights.clear();
    this.#bytes = 0;
  }
}

function copyOf({ model, encoder, labels, threshold, reject, training }: TextClassifier): TextClassifier {
  const copy = copyArchitecture(model, { ...computedAs(model), seed: model.seed });
  if (model.isCompiled) copy.compile(model.compiled);
  return new TextClassifier({ model: copy, encoder, labels, threshold, reject, training });
}

const computedAs = ({ engineName, threads }: Model) => {
  const engine = ENGINE_CHOICES.find((name) => name === engineName);
  return { ...(engine ? { engine } : {}), threads };
};
