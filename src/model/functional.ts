/** Models from graphs: layers applied to inputs and to each other's outputs, in the manner of Keras's Functional API. */
import { objectOf } from "../base/arguments.js";
import { inputError } from "../base/errors.js";
import { Layer, type Symbolic, symbolic } from "../layers/layer.js";
import type { Link } from "../network/graph.js";
import { Model, noteStateful } from "./model.js";
import type { ModelOptions } from "./options.js";

/** A model as a graph: its inputs, and what it puts out. */
export interface ModelGraph extends ModelOptions {
  /** In the order in which `fit` and `predict` take their data. */
  inputs: Layer | readonly Layer[];
  /** The one output. */
  outputs: Symbolic;
}

/**
 * A model of the layers between `inputs` and `outputs`:
 *
 *   const ids = layers.input({ shape: [200] });
 *   const h = layers.embedding({ inputDim: 1000, outputDim: 16 }).apply(ids);
 *   const both = [layers.lstm({ units: 8 }).apply(h), layers.globalMaxPooling1D().apply(h)];
 *   model({ inputs: ids, outputs: layers.dense({ units: 1 }).apply(layers.concatenate().apply(both)) });
 *
 * Layers come in Keras's order, farthest from the output first. @throws InputError for a layer applied twice, an input
 * that is missing, or one that leads nowhere.
 */
export function model(graph: ModelGraph): Model {
  const { inputs, outputs, ...options } = objectOf(graph, "model", "{ inputs, outputs }");
  const given = (Array.isArray(inputs) ? inputs : [inputs]).map(inputOf);
  if (Array.isArray(outputs)) {
    throw inputError({
      expected: "one output",
      where: "model outputs",
      received: `${outputs.length} outputs`,
    });
  }
  const made = outputs as Partial<Symbolic> | null;
  if (!(outputs instanceof Layer) && !(made?.layer instanceof Layer && Array.isArray(made.inputs))) {
    throw inputError({ expected: "what a layer's apply gave", where: "model outputs", received: outputs });
  }
  const found = inKerasOrder(symbolic(outputs));
  const missing = found.find((node) => node.inputs.length === 0 && !given.includes(node));
  if (missing) {
    const next = "List every layers.input(…) that the outputs hang on.";
    throw inputError({ expected: "all inputs", where: "model inputs", received: `${given.length}`, next });
  }
  const unused = given.findIndex((node) => !found.includes(node));
  if (unused >= 0) {
    throw inputError({
      expected: "inputs that lead to the output",
      where: "model inputs",
      received: `input ${unused}, which does not`,
    });
  }
  const order = [...given, ...found.filter((node) => node.inputs.length > 0)];
  const links = order.map(
    (node): Link => ({ layer: node.layer, inputs: node.inputs.map((from) => order.indexOf(from)) }),
  );
  const layers = order.map(({ layer }) => layer);
  return noteStateful(new Model(layers, links, { name: "functional", ...options }, [order.length - 1]));
}

function inputOf(value: unknown): Symbolic {
  if (value instanceof Layer && value.isInput) return symbolic(value);
  throw inputError({ expected: "what layers.input(…) makes", where: "model inputs", received: value });
}

/**
 * The graph before an output as Keras lists it: by decreasing distance to the output, and among equals as a walk from
 * the output, first argument first, meets them.
 */
function inKerasOrder(output: Symbolic): Symbolic[] {
  const met = new Map<Symbolic, number>();
  const finished: Symbolic[] = [];
  const walk = (node: Symbolic) => {
    if (met.has(node)) return;
    met.set(node, met.size);
    node.inputs.forEach(walk);
    finished.push(node);
  };
  walk(output);
  const distance = new Map<Symbolic, number>();
  for (const node of finished.reverse()) {
    const own = distance.get(node) ?? 0;
    distance.set(node, own);
    for (const from of node.inputs) distance.set(from, Math.max(own + 1, distance.get(from) ?? 0));
  }
  return finished.sort((x, y) => distance.get(y)! - distance.get(x)! || met.get(x)! - met.get(y)!);
}
