/** Activations as ONNX has them: as nodes, and as names inside a recurrent node. */

import { inputError } from "../../base/errors.js";
import { type ActivationName, LEAKY_SLOPE } from "../../kernels/activations.js";
import type { Attribute, OnnxGraph } from "./graph.js";

type NodeMaker = (g: OnnxGraph, x: string) => string;

const plain =
  (op: string): NodeMaker =>
  (g, x) =>
    g.node(op, [x]);

const clip =
  (low: number, high: number): NodeMaker =>
  (g, x) =>
    g.node("Clip", [x, g.float(low), g.float(high)]);

/** clip(slope · x + 0.5, 0, 1) */
const hardSigmoid =
  (slope: number): NodeMaker =>
  (g, x) =>
    clip(0, 1)(g, g.node("Add", [g.node("Mul", [x, g.float(slope)]), g.float(0.5)]));

const times =
  (f: NodeMaker): NodeMaker =>
  (g, x) =>
    g.node("Mul", [x, f(g, x)]);

/** 1 + f(x), times x / 2 */
const gelu =
  (f: NodeMaker): NodeMaker =>
  (g, x) =>
    g.node("Mul", [g.node("Mul", [x, g.float(0.5)]), g.node("Add", [f(g, x), g.float(1)])]);

const NODES: Record<ActivationName, NodeMaker> = {
  linear: (_, x) => x,
  sigmoid: plain("Sigmoid"),
  tanh: plain("Tanh"),
  relu: plain("Relu"),
  hardSigmoid: hardSigmoid(1 / 6),
  hardSigmoid2: hardSigmoid(0.2),
  softsign: plain("Softsign"),
  softplus: plain("Softplus"),
  elu: plain("Elu"),
  selu: plain("Selu"),
  exponential: plain("Exp"),
  relu6: clip(0, 6),
  hardTanh: clip(-1, 1),
  leakyRelu: (g, x) => g.node("Max", [x, g.node("Mul", [x, g.float(LEAKY_SLOPE)])]),
  silu: times(plain("Sigmoid")),
  gelu: gelu((g, x) => g.node("Erf", [g.node("Mul", [x, g.float(Math.SQRT1_2)])])),
  geluApproximate: gelu((g, x) => {
    const cube = g.node("Mul", [g.node("Mul", [x, x]), x]);
    const sum = g.node("Add", [x, g.node("Mul", [cube, g.float(0.044715)])]);
    return g.node("Tanh", [g.node("Mul", [sum, g.float(Math.sqrt(2 / Math.PI))])]);
  }),
  mish: times((g, x) => g.node("Tanh", [g.node("Softplus", [x])])),
  hardSilu: times(hardSigmoid(1 / 6)),
  softmax: (g, x) => g.node("Softmax", [x], { axis: -1 }),
};

export const activationNode = (g: OnnxGraph, name: ActivationName, x: string): string => NODES[name](g, x);

interface CellActivation {
  name: string;
  alpha?: number;
  beta?: number;
}

/** What LSTM, GRU and RNN nodes can run, with the numbers that some take. */
const IN_CELLS: Partial<Record<ActivationName, CellActivation>> = {
  linear: { name: "Affine", alpha: 1, beta: 0 },
  sigmoid: { name: "Sigmoid" },
  tanh: { name: "Tanh" },
  relu: { name: "Relu" },
  hardSigmoid: { name: "HardSigmoid", alpha: 1 / 6, beta: 0.5 },
  hardSigmoid2: { name: "HardSigmoid", alpha: 0.2, beta: 0.5 },
  softsign: { name: "Softsign" },
  softplus: { name: "Softplus" },
  elu: { name: "Elu", alpha: 1 },
  leakyRelu: { name: "LeakyRelu", alpha: LEAKY_SLOPE },
};

/** The attributes of a recurrent node for its activations. @throws InputError for one that such nodes cannot run */
export function cellActivations(names: readonly ActivationName[], where: string): Record<string, Attribute> {
  const found = names.map((name) => {
    const known = IN_CELLS[name];
    if (known) return known;
    const expected = `an activation that ONNX's recurrent nodes have (${Object.keys(IN_CELLS).join(", ")})`;
    const next = "Train the cell with one of these, or keep the model as .keras.";
    throw inputError({ expected, where, received: name, next });
  });
  const attributes: Record<string, Attribute> = { activations: found.map(({ name }) => name) };
  for (const key of ["alpha", "beta"] as const) {
    const floats = found.flatMap((activation) => activation[key] ?? []);
    // An empty list is none, and runtimes refuse it.
    if (floats.length > 0) attributes[`activation_${key}`] = { floats };
  }
  return attributes;
}
