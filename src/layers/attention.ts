/**
 * Attention (Luong et al. 2015): every step t of a sequence of queries asks all steps s of another how far they matter
 * to it, y_t = Σ_s a_ts v_s, a_t = softmax over s of the scores e_ts of query q_t and key k_s:
 *
 *   dot      e_ts = σ · q_t·k_s
 *   concat   e_ts = w · Σ_i tanh(σ · (q_ti + k_si))
 *
 * Dropout, in training, is of the a_ts. Queries [T, I], values [S, F], keys [S, I]: the values themselves, where none
 * are given.
 */

import { inputError } from "../base/errors.js";
import { dropoutMask } from "./dropout.js";
import { resolveInitializer } from "./initializers.js";
import {
  type Builder,
  configure,
  Layer,
  type LayerKind,
  parameter,
  type Shape,
  sequenceShape,
  type Tensor,
} from "./layer.js";
import { choice, flag, type LayerOptions, type Resolved, rate } from "./options.js";

const SCORE_MODES = ["dot", "concat"] as const;
/** How a query and a key come to a score: by their product, or by the tanh of their sum. */
export type ScoreMode = (typeof SCORE_MODES)[number];

/** Options of `layers.attention`. */
export interface AttentionOptions extends LayerOptions {
  /** Whether a learned number σ, 1 at first, multiplies products or, with "concat", sums. Default false. */
  useScale?: boolean;
  /** "dot": σ · q·k; "concat": w · Σ tanh(σ · (q + k)), with a learned number w, 1 at first. Default "dot". */
  scoreMode?: ScoreMode;
  /** The share of weights that training sets to 0, from 0 to 1; the others are scaled up. Default 0. */
  dropout?: number;
}

export const attentionOptions = {
  useScale: flag(false),
  scoreMode: choice<ScoreMode>("dot", SCORE_MODES),
  dropout: rate(),
};

export const attentionKind: LayerKind<"Attention"> = {
  className: "Attention",
  options: attentionOptions,
  make: attention,
  mask: "passes",
  merges: true,
  needsBuilding: true,
  keras: { arguments: "use_scale score_mode dropout seed" },
};

export class Attention extends Layer {
  override get kind(): typeof attentionKind {
    return attentionKind;
  }
  override readonly options: Resolved<AttentionOptions, typeof attentionOptions>;

  constructor(given: AttentionOptions = {}) {
    super(given);
    this.options = configure(attentionOptions, given, this.className);
  }

  override build(): void {
    const { useScale, scoreMode } = this.options;
    const number = (name: string) => parameter(name, [], resolveInitializer("ones", name));
    this.parameters = [
      ...(useScale ? [number("scale")] : []),
      ...(scoreMode === "concat" ? [number("concat_score_weight")] : []),
    ];
  }

  override outputShape(inputs: readonly Shape[]): Shape {
    if (inputs.length !== 2 && inputs.length !== 3) {
      throw inputError({
        expected: "two inputs, query and value, or a key besides",
        where: `Attention ${this.name}`,
        received: inputs.length,
        next: "Write layers.attention().apply([query, value]) in a graph of layers.",
      });
    }
    const [query, value, key = value] = inputs.map((shape) => sequenceShape(shape, this));
    this.checkAlike("as many features in queries as in keys", query!.features, key!.features);
    this.checkAlike("as many keys as values", key!.steps, value!.steps);
    return [query!.steps, value!.features];
  }

  private checkAlike(expected: string, a: number | null, b: number | null): void {
    if (a === b || a === null || b === null) return;
    const where = `input of Attention ${this.name}`;
    throw inputError({ expected, where, received: `${a} and ${b}` });
  }

  override plan(b: Builder, inputs: readonly Tensor[]): Tensor {
    const [T, F] = this.outputShape(inputs.map(({ shape }) => shape)) as [number, number];
    const { useScale, scoreMode, dropout } = this.options;
    const concat = scoreMode === "concat";
    const query = inputs[0]!;
    // Values that are keys as well are used twice.
    const [value, key] =
      inputs.length === 3 ? [inputs[1]!, inputs[2]!] : [b.fork(inputs[1]!), b.fork(inputs[1]!)];
    const S = value.shape[0]!;
    const drops = b.training && !b.frozen && dropout > 0;
    const learns = useScale || concat || inputs.some(({ wantsGradient }) => wantsGradient);
    const out = b.tensor([T, F], { mask: query.mask, wantsGradient: learns });
    const call = {
      ...{ query: b.read(query), value: b.read(value), key: b.read(key), queryMask: query.mask },
      // One number a score, in the order in which dropout counts them.
      drop: drops ? dropoutMask(b, this, 0, dropout, T, S) : 0,
      weights: b.training ? b.allocate(T * b.B * S) : 0,
      scale: useScale ? b.parameter(this, "scale") : 0,
      concatWeight: concat ? b.parameter(this, "concat_score_weight") : 0,
      ...{ B: b.B, T, S, I: query.shape[1]!, F },
    };
    b.call("attentionForward", { ...call, out: out.at, valueMask: value.mask });
    b.backward(() => {
      if (!out.gradient) return;
      b.call("attentionBackward", {
        ...call,
        dQuery: b.gradientOf(query),
        dValue: b.gradientOf(value),
        dKey: b.gradientOf(key),
        dScale: useScale ? b.parameterGradient(this, "scale") : 0,
        dConcatWeight: concat ? b.parameterGradient(this, "concat_score_weight") : 0,
        dOut: out.gradient,
      });
    });
    return out;
  }
}

/**
 * Attention (Luong et al. 2015): for each step of a query the mean of all values, weighted by the softmax of its scores
 * with their keys.
 *
 * Takes a query [T, I], a value [S, F] and perhaps a key [S, I], without which the value is the key; puts out [T, F].
 * Steps that the value's mask hides have no weight. Where the query's hides a step, 0 comes out, and that mask goes
 * on; the key's is not looked at.
 *
 * @example layers.attention().apply([query, value])
 */
export function attention(options: AttentionOptions = {}): Attention {
  return new Attention(options);
}
