/** Where a model's parameter count comes from: formula, numbers put in, and the meaning of every term. */

import { Bidirectional } from "../layers/bidirectional.js";
import type { Layer, Shape } from "../layers/layer.js";
import { readsIds } from "../layers/traits.js";
import { builtModelOf } from "../model/given.js";
import type { Model } from "../model/model.js";
import type { Node } from "../network/graph.js";
import { type NGRAMS_INPUT, takesNgrams } from "../network/ngrams-input.js";
import type { Channel } from "../tokens/channels.js";
import { evaluate, formulaOf, leavesOf, substitutionOf, texOf } from "./parameters/expression.js";
import { ruleFor } from "./parameters/layers.js";
import type { Derived, IdKind, LayerFacts } from "./parameters/rule.js";

/** A letter of a formula. */
export interface Term {
  /** "U". */
  symbol: string;
  /** Its value in this layer. */
  value: number;
  /** What it counts. */
  meaning: string;
}

/** A layer's parameter count and where it comes from. */
export interface LayerParameters {
  /** The layer's name. */
  name: string;
  /** Keras's class name. */
  type: string;
  /** Numbers in its weights, those that do not train included. */
  count: number;
  /** "4 × ((I + U) × U + U)" */
  formula: string;
  /** "4 × ((16 + 32) × 32 + 32) = 6,272" */
  substitution: string;
  /** What the letters of the formula stand for. */
  terms: Term[];
  /** The formula and its value in TeX. */
  tex: string;
  /** What is worth saying besides, a sentence each. */
  notes: string[];
  /** What the count is made of. */
  variables: { name: string; shape: number[]; count: number; trainable: boolean }[];
}

/** Every layer's parameter count and where it comes from. */
export interface ModelParameters {
  /** The model's name. */
  model: string;
  /** Numbers in all weights: `model.countParams()`. */
  total: number;
  /** Those of them that training changes. */
  trainable: number;
  /** In the model's order, inputs left out, each layer once. */
  layers: LayerParameters[];
}

/** A derivation beside the layer it belongs to. */
export interface LayerDerivation {
  readonly layer: Layer;
  readonly derived: Derived;
}

/** The derivation of every layer, inputs left out, each layer once. */
export function deriveParameters(given: Model): LayerDerivation[] {
  const model = builtModelOf(given, "explain");
  const nodes = model.nodes.filter(
    ({ layer, inputs }, i, all) => inputs.length > 0 && all.findIndex((node) => node.layer === layer) === i,
  );
  return nodes.map((node) => ({ layer: node.layer, derived: derive(factsOf(model, node)) }));
}

/** What ids stand for, by the names of an automatic classifier's inputs. */
const ID_KINDS: Readonly<Record<typeof NGRAMS_INPUT | Channel, IdKind>> = {
  ngrams: "n-gram",
  word: "word",
  start4: "word-beginning",
  start3: "word-beginning",
  end3: "word-ending",
  shape: "word-shape",
};

function idsOf(input: string, nodes: readonly Node[]): IdKind {
  const named = takesNgrams({ nodes }) && Object.hasOwn(ID_KINDS, input);
  return named ? ID_KINDS[input as keyof typeof ID_KINDS] : "word";
}

const derive = (facts: LayerFacts): Derived =>
  ruleFor(facts.layer.className, facts.layer.parameters.length > 0)(facts);

function factsOf({ nodes }: Model, { layer, inputs, shape }: Node): LayerFacts {
  const embedding = nodes.map((node) => node.layer).find(readsIds);
  const sequence = nodes.find((node) => node.inputs.length === 0 && node.shape.length > 0);
  const facts: Omit<LayerFacts, "derive"> = {
    layer,
    inputs: inputs.map((from) => nodes[from]!.shape),
    output: shape,
    before: nodes[inputs[0]!]!.inputs.length === 0 ? "the input" : nodes[inputs[0]!]!.layer.name,
    ...pathTo(nodes, inputs[0]!),
    steps: embedding || sequence?.shape.length === 2 ? (sequence?.shape[0] ?? null) : null,
    ids: idsOf(nodes[inputs[0]!]!.layer.name, nodes),
    vocabulary: embedding?.options.inputDim ?? null,
  };
  const inner = (innerLayer: Layer, innerInputs: readonly Shape[]): Derived => {
    const output = innerLayer.outputShape(innerInputs);
    // An upper cell of a stack reads the one below it, which no layer on the way is.
    const same = innerInputs[0]?.at(-1) === facts.inputs[0]?.at(-1);
    const way = same ? {} : { feeder: null, earlier: [] };
    return derive({ ...facts, ...way, layer: innerLayer, inputs: innerInputs, output, derive: inner });
  };
  return { ...facts, derive: inner };
}

/** What lies on the way to a layer that reads node `from`, along first inputs. */
function pathTo(nodes: readonly Node[], from: number): Pick<LayerFacts, "feeder" | "earlier"> {
  const path: Node[] = [];
  for (let at: number | undefined = from; at !== undefined; at = nodes[at]!.inputs[0]) path.push(nodes[at]!);
  const widthOf = ({ shape }: Node) => shape.at(-1) ?? 0;
  const weighted = path.filter(({ layer }) => layer.parameters.length > 0);
  const [feeder, ...others] = weighted;
  const earlier = others.map((node) => ({ name: node.layer.name, size: widthOf(node) }));
  if (!feeder) return { feeder: null, earlier };
  const { layer, inputs } = feeder;
  const reads = readsIds(layer) || inputs.length === 0 ? 0 : widthOf(nodes[inputs[0]!]!);
  return {
    feeder: { name: layer.name, reads, puts: widthOf(feeder), oneWay: oneWayOf(feeder, nodes) },
    earlier,
  };
}

/** Numbers that one of two directions puts out, where they lie side by side. */
function oneWayOf({ layer, inputs }: Node, nodes: readonly Node[]): number | null {
  if (!(layer instanceof Bidirectional) || layer.options.mergeMode !== "concat") return null;
  return layer.pair[0].outputShape(inputs.map((from) => nodes[from]!.shape)).at(-1) ?? null;
}

/**
 * Every layer's parameter count with its derivation. The formula's value and the sizes of the variables come by
 * different ways; that they differ is an error of ours, and said.
 */
export function explainParameters(model: Model): ModelParameters {
  const layers = deriveParameters(model).map(describe);
  const trainable = model.layers
    .filter((layer) => layer.trainable)
    .flatMap((layer) => layer.parameters)
    .reduce((sum, { shape, trainable }) => sum + (trainable ? sizeOf(shape) : 0), 0);
  return { model: model.name, total: model.countParams(), trainable, layers };
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

function describe({ layer, derived: { expression, notes } }: LayerDerivation): LayerParameters {
  const variables = layer.parameters.map(({ name, shape, trainable }) => {
    return { name, shape: [...shape], count: sizeOf(shape), trainable: trainable && layer.trainable };
  });
  const count = variables.reduce((sum, variable) => sum + variable.count, 0);
  if (evaluate(expression) !== count) {
    throw new Error(
      `${layer.className} ${layer.name} has ${count} parameters, but its formula gives ${evaluate(expression)}`,
    );
  }
  return {
    name: layer.name,
    type: layer.className,
    count,
    formula: formulaOf(expression),
    substitution: substitutionOf(expression),
    terms: leavesOf(expression).map(({ symbol, value, meaning }) => ({ symbol, value, meaning })),
    tex: texOf(expression),
    notes: [...notes],
    variables,
  };
}
