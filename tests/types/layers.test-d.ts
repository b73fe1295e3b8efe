/** What the compiler says of layers and their options. Nothing here runs: that it compiles is the test. */
import {
  type ActivationName,
  type AttentionOptions,
  type Conv1DOptions,
  type DenseOptions,
  type GruOptions,
  type Initializer,
  type LayerOptions,
  type LstmOptions,
  layers,
  type Regularizer,
  type ScoreMode,
  type Shape,
} from "../../src/index.js";
import { configure } from "../../src/layers/layer.js";
import { count, countFrom, countOr, flag, type OptionTable, only } from "../../src/layers/options.js";
import type { Equal, Expect, RequiredKeys } from "./types.js";

// ---- which options must be given ----------------------------------------------------------------------------

type Of<F extends (options: never) => unknown> = Exclude<Parameters<F>[0], undefined>;
type Layers = typeof layers;

export type MustBeGiven = [
  Expect<Equal<RequiredKeys<LstmOptions>, "units">>,
  Expect<Equal<RequiredKeys<GruOptions>, "units">>,
  Expect<Equal<RequiredKeys<Of<Layers["simpleRNN"]>>, "units">>,
  Expect<Equal<RequiredKeys<DenseOptions>, "units">>,
  Expect<Equal<RequiredKeys<Conv1DOptions>, "filters" | "kernelSize">>,
  Expect<Equal<RequiredKeys<AttentionOptions>, never>>,
  Expect<Equal<RequiredKeys<Of<Layers["embedding"]>>, "inputDim" | "outputDim">>,
  Expect<Equal<RequiredKeys<Of<Layers["bidirectional"]>>, "layer">>,
  Expect<Equal<RequiredKeys<Of<Layers["rnn"]>>, "cell">>,
  Expect<Equal<RequiredKeys<Of<Layers["dropout"]>>, "rate">>,
  Expect<Equal<RequiredKeys<Of<Layers["averagePooling1D"]>>, "poolSize">>,
  Expect<Equal<RequiredKeys<Of<Layers["maxPooling1D"]>>, never>>,
  Expect<Equal<RequiredKeys<Of<Layers["batchNormalization"]>>, never>>,
  Expect<Equal<RequiredKeys<Of<Layers["textVectorization"]>>, "vocabulary">>,
];

// ---- what is taken ------------------------------------------------------------------------------------------

layers.lstm({ units: 2 });
layers.lstm({ units: 2, activation: null, kernelInitializer: { name: "randomNormal", stddev: 0.1 } });
layers.lstm({ units: 2, kernelRegularizer: { l2: 0.01 }, name: "reader", trainable: false });
layers.conv1D({ filters: 2, kernelSize: [3], padding: "causal" });
layers.attention({ useScale: true, scoreMode: "concat", dropout: 0.1 });
layers.relu();
layers.add();

// @ts-expect-error: units must be given
layers.lstm({});
// @ts-expect-error: and with them the options
layers.dense();
// @ts-expect-error: a name that there is not
layers.lstm({ units: 2, unit: 2 });
// @ts-expect-error: Keras's spelling
layers.lstm({ units: 2, recurrent_dropout: 0.1 });
// @ts-expect-error: an option of another layer's
layers.gru({ units: 2, unitForgetBias: true });
// @ts-expect-error: a merging layer has none
layers.add({ axis: 1 });
// @ts-expect-error: text for a number
layers.dense({ units: "2" });
// @ts-expect-error: null where a number must be
layers.dense({ units: null });
// @ts-expect-error: an activation that there is not
layers.dense({ units: 2, activation: "sigmod" });
// @ts-expect-error: an initializer that there is not
layers.dense({ units: 2, kernelInitializer: "glorot" });
// @ts-expect-error: Keras's short form of a regularizer
layers.dense({ units: 2, kernelRegularizer: "l2" });
// @ts-expect-error: a score that there is not
layers.attention({ scoreMode: "additive" });
// @ts-expect-error: a padding of Conv1D's alone
layers.maxPooling1D({ padding: "causal" });
// @ts-expect-error: a cell by its name
layers.rnn({ cell: "lstm" });

// ---- what comes out -----------------------------------------------------------------------------------------

const dense = layers.dense({ units: 2 });
const recurrent = layers.lstm({ units: 2 });
const padded = layers.zeroPadding1D();
const attending = layers.attention();

export type Kept = [
  Expect<Equal<(typeof dense.options)["units"], number>>,
  Expect<Equal<(typeof dense.options)["activation"], ActivationName>>,
  Expect<Equal<(typeof dense.options)["kernelInitializer"], Initializer>>,
  Expect<Equal<(typeof dense.options)["biasRegularizer"], Regularizer | null>>,
  Expect<Equal<(typeof recurrent.options)["unitForgetBias"], boolean>>,
  Expect<Equal<(typeof padded.options)["padding"], readonly [before: number, behind: number]>>,
  Expect<Equal<(typeof attending.options)["scoreMode"], ScoreMode>>,
  // Every option is there, and nothing else: name and trainable are the layer's own.
  Expect<Equal<keyof typeof dense.options, Exclude<keyof DenseOptions, keyof LayerOptions>>>,
  Expect<Equal<keyof typeof recurrent.options, Exclude<keyof LstmOptions, keyof LayerOptions>>>,
  Expect<Equal<RequiredKeys<typeof recurrent.options>, keyof typeof recurrent.options>>,
  Expect<Equal<ReturnType<typeof recurrent.outputShape>, Shape>>,
];

// @ts-expect-error: what a layer is does not change
dense.options.units = 3;

// ---- a table of checks and an interface that do not fit -----------------------------------------------------

interface Options extends LayerOptions {
  units: number;
  steps?: number | null;
  wide?: boolean;
}
declare const given: Options;

configure({ units: count(), steps: countOr(null), wide: flag(true) }, given, "Wide");
// @ts-expect-error: an option without a check
configure({ units: count(), steps: countOr(null) }, given, "Wide");
// @ts-expect-error: a check without an option
configure({ units: count(), steps: countOr(null), wide: flag(true), more: flag(true) }, given, "Wide");
const shared = { steps: countOr(null), wide: flag(true), more: flag(true) };
// @ts-expect-error: nor where the checks come from elsewhere
configure({ units: count(), ...shared }, given, "Wide");
// @ts-expect-error: a default where the option must be given
configure({ units: countFrom(1), steps: countOr(null), wide: flag(true) }, given, "Wide");
// @ts-expect-error: none where it may be left out
configure({ units: count(), steps: count(), wide: flag(true) }, given, "Wide");
// @ts-expect-error: a check of less than the option takes
configure({ units: count(), steps: countFrom(1), wide: flag(true) }, given, "Wide");
// @ts-expect-error: a check of more
configure({ units: count(), steps: countOr(null), wide: only<boolean | null>(null, "") }, given, "Wide");

/** A table is one of checks, whatever their types. */
export const table: OptionTable = { units: count(), wide: flag(true) };
