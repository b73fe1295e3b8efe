/**
 * A network, or a text classifier, as one ES module without dependencies: vocabulary, labels, weights and what runs the
 * layers it uses. Recurrent cells and products run as WebAssembly where the host allows it, else in JavaScript.
 */
import { objectOf } from "../../base/arguments.js";
import { inputError, knownOptions, oneOf } from "../../base/errors.js";
import type { Json } from "../../base/json.js";
import { type NetworkLike, networkOf } from "../../network/network.js";
import { checkAmountPart, checkLabelSetPart, checkTextPart } from "../../network/text-fits.js";
import type { WeightArray } from "../../network/weights.js";
import { FeatureEncoder } from "../../tokens/feature-encoder.js";
import { IdEncoder, type RowEncoder } from "../../tokens/row-encoder.js";
import {
  type Encoding,
  type LabelSetPart,
  readAmountPart,
  readLabelSetPart,
  readTextPart,
  type TextPart,
  textKindOf,
} from "../../tokens/text-part.js";
import type { ModuleWriter } from "./emitter.js";
import { emitLayer } from "./families.js";
import type { Bundles, Kit, WantedScaling } from "./kit.js";
import { pieceTexts } from "./piece-texts.js";
import { cutRules, rowRules, tokenRules } from "./text-rules.js";
import { WEIGHT_KINDS, type WeightKind, WeightsText } from "./weights-text.js";

/** Options of `writeModelModule` and `writeClassifierModule`. */
export interface ModuleOptions {
  /** Bytes with scales (default), which is a quarter of the size and rounds the weights, or exact float32. */
  weights?: WeightKind;
}

function checkOptions(options: ModuleOptions): void {
  knownOptions(options, ["weights"], "module options");
  oneOf(options.weights ?? "int8", WEIGHT_KINDS, "module weights");
}

/** Pieces in the order in which a module defines them: each after those it names. */
class PieceList implements ModuleWriter {
  private readonly definitions = new Map<keyof Kit | keyof Bundles, string>();
  private readonly values: ReadonlyMap<string, WeightArray>;

  constructor(
    model: NetworkLike,
    private readonly weights: WeightsText,
  ) {
    this.values = new Map(model.getWeights().map((weight) => [weight.name, weight]));
  }

  use(piece: keyof Kit | keyof Bundles): string {
    if (this.definitions.has(piece)) return piece;
    const { needs, definition } = pieceTexts[piece];
    for (const need of needs) this.use(need);
    this.definitions.set(piece, definition);
    return piece;
  }

  weight(name: string, scaling: WantedScaling): string {
    const weight = this.values.get(name);
    if (!weight) return "null";
    const columns = weight.shape.at(-1) ?? 1;
    return this.weights.add(weight.name, weight.data, weight.data.length / columns, columns, scaling);
  }

  source(): string {
    return [...this.definitions.values()].join("\n");
  }
}

/** A network: exports `predict(rows)`, whose rows and outputs are as those of `Model.predict`. */
export function writeModelModule(model: NetworkLike, options: ModuleOptions = {}): string {
  networkOf(model, "writeModelModule");
  checkOptions(options);
  return assemble(model, options, () => []);
}

/** A classifier, of one label a text or of several, or a regressor: a network and what stands around it. */
export type ClassifierLike = (TextPart | LabelSetPart | Encoding) & { readonly model: NetworkLike };

/** A classifier's module where the network is kept with its texts and labels, else the network's alone. */
export function moduleSource(
  model: NetworkLike,
  extras: Json,
  { name, weights }: { name: string; weights: WeightKind },
): string {
  if (extras === null) return writeModelModule(model, { weights });
  return writeClassifierModule({ ...partOf(model, extras, name), model }, { weights });
}

/** What a file keeps beside its network. @throws InputError where it does not fit */
function partOf(model: NetworkLike, extras: Json, name: string): TextPart | LabelSetPart | Encoding {
  const kind = textKindOf(extras);
  if (kind === "multi-label-classifier") {
    const part = readLabelSetPart(extras, name);
    checkLabelSetPart(model, part, name);
    return part;
  }
  if (kind === "text-regressor") {
    const part = readAmountPart(extras, name);
    checkAmountPart(model, part.encoder, name);
    return part;
  }
  const part = readTextPart(extras, name);
  checkTextPart(model, part, name);
  return part;
}

/**
 * A classifier: exports `classify(text)`, which answers as `TextClassifier.predict` (rejecting, where the classifier does) or, of
 * several labels a text, as `MultiLabelClassifier.predict`, `labels`, and `predict(rows)`. A regressor: exports `estimate(text)`,
 * which answers as `TextRegressor.predict`, and `predict(rows)`.
 */
export function writeClassifierModule(classifier: ClassifierLike, options: ModuleOptions = {}): string {
  const where = "writeClassifierModule";
  const expected = "a TextClassifier, MultiLabelClassifier or TextRegressor";
  const { model, encoder } = objectOf(classifier, where, expected);
  if (!(encoder instanceof IdEncoder || encoder instanceof FeatureEncoder)) {
    throw inputError({ expected, where, received: classifier });
  }
  networkOf(model, where);
  checkOptions(options);
  return assemble(model, options, (pieces) => {
    const encode = encoding(encoder, pieces);
    if ("thresholds" in classifier) {
      const { labels, thresholds } = classifier;
      return [
        `export const labels = ${literal(labels)};`,
        `/** @type {(text: string) => ${LABELS_ANSWER}} */`,
        `export const classify = ${pieces.use("multiLabel")}(${encode}, run, labels, ${literal(thresholds)});`,
      ];
    }
    if (!("labels" in classifier)) {
      return [
        `/** @type {(text: string) => ${AMOUNT_ANSWER}} */`,
        `export const estimate = ${pieces.use("regressor")}(${encode}, run);`,
      ];
    }
    const { labels, threshold, reject = null } = classifier;
    const { familiar = null } = encoder as RowEncoder;
    const answering = literal({ threshold, reject, familiar });
    return [
      `export const labels = ${literal(labels)};`,
      `/** @type {(text: string) => ${ANSWER}} */`,
      `export const classify = ${pieces.use("classifier")}(${encode}, run, labels, ${answering});`,
    ];
  });
}

const LABELS_ANSWER = "{ labels: string[], scores: Record<string, number>, known?: number }";
const AMOUNT_ANSWER = "{ value: number, known?: number }";
const ANSWER =
  "{ label: string, probability: number, scores: Record<string, number>, known?: number, rejected?: string | false }";

/** What turns a text into the network's inputs. */
function encoding(encoder: IdEncoder | FeatureEncoder, pieces: PieceList): string {
  if (encoder instanceof FeatureEncoder) {
    return `${pieces.use("features")}(${literal(JSON.stringify(encoder))})`;
  }
  const { vectorizer, length } = encoder;
  const whole = `${pieces.use("tokenizer")}(${literal(tokenRules(vectorizer))})`;
  const cut = cutRules(vectorizer);
  const tokens = cut ? `${pieces.use("cutting")}(${whole}, ${literal(cut)})` : whole;
  return `${pieces.use("encoder")}(${tokens}, ${literal(rowRules(vectorizer, length))})`;
}

function assemble(
  model: NetworkLike,
  { weights: kind = "int8" }: ModuleOptions,
  more: (pieces: PieceList) => string[],
): string {
  const weights = new WeightsText(oneOf(kind, WEIGHT_KINDS, "weights"));
  const pieces = new PieceList(model, weights);
  const nodes = model.nodes.map(({ layer, inputs }) => {
    const expression =
      inputs.length === 0
        ? "null"
        : emitLayer(
            layer,
            inputs.map((i) => model.nodes[i]!.shape),
            pieces,
          );
    return `  [${[expression, ...inputs].join(", ")}],`;
  });
  const shapes = literal(model.inputShapes);
  const parts = [
    `const run = ${pieces.use("graph")}([`,
    ...nodes,
    `], ${model.nodes.indexOf(model.outputNode)});`,
    ...more(pieces),
    "/** @type {(rows: ArrayLike<any>) => any[]} */",
    `export const predict = ${pieces.use("predictor")}(run, ${shapes});`,
  ];
  const take = `const take = ${pieces.use("unpack")}("${weights.text()}");`;
  return [HEADER, pieces.source(), take, ...parts, ""].join("\n");
}

const HEADER =
  "// Written by Cellstate: a trained network and what runs it, in one file without dependencies.";

/** A value as source text. Texts come from data: nothing in them may end a string, a script or a line. */
function literal(value: unknown): string {
  if (value instanceof RegExp) return String(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, item]) => `${key}: ${literal(item)}`)
      .join(", ")} }`;
  }
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
