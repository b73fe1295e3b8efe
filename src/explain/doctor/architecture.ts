/** Traps in the network and its training settings, seen without any data. */
import { Bidirectional } from "../../layers/bidirectional.js";
import { Flatten } from "../../layers/flatten.js";
import type { Layer } from "../../layers/layer.js";
import type { Model } from "../../model/model.js";
import { factsOf, type Loss } from "../../objectives/losses.js";
import type { OptimizerName } from "../../objectives/optimizers.js";
import type { Schedule } from "../../objectives/schedules.js";
import type { Check, Finding } from "./finding.js";
import { isRecurrent, optionsOf, type Subject } from "./subject.js";

/** Flatten after a layer that yields one vector a row changes nothing. */
const idleFlatten: Check<Subject> = ({ model }) =>
  model.nodes.flatMap(({ layer, inputs }) => {
    const input = model.nodes[inputs[0] ?? -1];
    if (!(layer instanceof Flatten) || input?.shape.length !== 1) return [];
    return [
      {
        id: "flatten-does-nothing",
        severity: "note",
        title: "Flatten has nothing to flatten",
        seen: `${layer.name} gets the vector of ${input.shape[0]} numbers that ${input.layer.name} yields, and hands it on.`,
        evidence: { layer: layer.name, after: input.layer.name, features: input.shape[0] ?? 0 },
        remedy:
          "Leave it out; or let the recurrent layer return sequences, if every step was meant to be seen.",
      },
    ];
  });

interface End {
  layer: Layer;
  activation: string;
  units: number;
}

/** The layer and activation that the output comes from; layers that hand its numbers on are passed over. */
function endOf(model: Model): End {
  const { nodes, outputNode } = model;
  let node = outputNode;
  while (node.layer.kind.keepsNumbers && node.inputs.length === 1) {
    node = nodes[node.inputs[0]!]!;
  }
  const { activation } = optionsOf(node.layer);
  const name = node.layer.kind.activation ?? activation;
  return {
    layer: node.layer,
    activation: typeof name === "string" ? name : "linear",
    units: node.shape.at(-1) ?? 0,
  };
}

const oneSoftmax: Check<Subject> = ({ model }) => {
  const { layer, activation, units } = endOf(model);
  if (activation !== "softmax" || units !== 1) return [];
  return [
    {
      id: "softmax-with-one-unit",
      severity: "problem",
      title: "Softmax over one unit always answers 1",
      seen: `${layer.name} has one unit and softmax, which shares out a whole among one: its output is 1 whatever it reads.`,
      evidence: { layer: layer.name, units },
      remedy: "Use sigmoid with the one unit, or softmax with a unit a label.",
    },
  ];
};

/** Labels that exclude each other, and units that do not; two units are suspect whatever is known of the labels. */
const severalSigmoids: Check<Subject> = ({ model, labels }) => {
  const { layer, activation, units } = endOf(model);
  const exclusive = labels !== undefined || (model.isCompiled && factsOf(model.compiled.loss).exclusive);
  if (activation !== "sigmoid" || units < 2 || !(exclusive || units === 2)) return [];
  return [
    {
      id: "sigmoid-with-several-outputs",
      severity: exclusive ? "warning" : "note",
      title: exclusive
        ? "Labels exclude each other, but the outputs do not"
        : "Two sigmoid outputs are two answers, not one of two",
      seen: `${layer.name} has ${units} sigmoid units, each a probability of its own: they need not sum to 1, and all or none may be high.`,
      evidence: { layer: layer.name, units },
      remedy:
        units === 2
          ? "Use softmax with the two units, or one sigmoid unit, unless a text may have both labels."
          : "Use softmax, so that the labels compete; keep sigmoid only where a text may have several labels.",
    },
  ];
};

const lossMisfit: Check<Subject> = ({ model }) => {
  if (!model.isCompiled) return [];
  const end = endOf(model);
  const { loss } = model.compiled;
  const reason = misfitOf(loss, end);
  if (!reason) return [];
  const { severity, seen, remedy } = reason;
  const { activation, units } = end;
  const evidence = { loss: loss.name, activation, units, fromLogits: String(loss.fromLogits) };
  return [
    {
      id: "loss-does-not-fit",
      severity,
      title: "The loss does not fit the last layer",
      seen,
      evidence,
      remedy,
    },
  ];
};

/** What is wrong about a loss on such an output, if anything; the first of these. */
function misfitOf(
  loss: Loss,
  { activation, units }: End,
): Pick<Finding, "severity" | "seen" | "remedy"> | null {
  const probabilities = activation === "sigmoid" || activation === "softmax";
  const { targets, exclusive, logitActivation } = factsOf(loss);
  if (logitActivation !== null && loss.fromLogits && probabilities) {
    return {
      severity: "problem",
      seen: `${loss.name} from logits applies ${logitActivation} to outputs that have been through ${activation} already.`,
      remedy: "Take the loss of probabilities (not from logits), or leave out the last activation.",
    };
  }
  if (logitActivation !== null && !loss.fromLogits && !probabilities) {
    return {
      severity: "problem",
      seen: `${loss.name} reads probabilities, but the last activation is ${activation}: what lies outside 0 to 1 is cut off and teaches nothing.`,
      remedy: `End in ${units === 1 ? "sigmoid" : "softmax"}, or take the loss from logits.`,
    };
  }
  if (exclusive && units === 1) {
    return {
      severity: "problem",
      seen: `${loss.name} expects a unit a label; with one unit there is one label, and nothing to learn.`,
      remedy: "Use binaryCrossentropy with one sigmoid unit, or a softmax unit a label.",
    };
  }
  if (exclusive && activation === "sigmoid") {
    return {
      severity: "warning",
      seen: `${loss.name} compares labels that exclude each other, but ${units} sigmoid units do not sum to 1.`,
      remedy: "End in softmax.",
    };
  }
  if (logitActivation === "sigmoid" && activation === "softmax" && units > 2) {
    return {
      severity: "warning",
      seen: `${loss.name} judges each of ${units} softmax outputs by itself, so most of its weight lies on labels that are absent; its accuracy counts outputs, not texts.`,
      remedy:
        "Use categoricalCrossentropy (one-hot targets) or sparseCategoricalCrossentropy (label numbers).",
    };
  }
  if (targets === "numbers" && probabilities) {
    return {
      severity: "note",
      seen: `${loss.name} on ${activation} outputs has almost no gradient where the model is surely wrong.`,
      remedy: `Use ${units === 1 ? "binaryCrossentropy" : "a categorical cross-entropy"} to learn labels.`,
    };
  }
  return null;
}

/** Learning rates beyond which training rarely works, and those under which it rarely gets anywhere. */
const RATES: Record<OptimizerName, { least: number; most: number; usual: number }> = {
  sgd: { least: 1e-4, most: 1, usual: 0.01 },
  rmsprop: { least: 1e-5, most: 0.02, usual: 0.001 },
  adam: { least: 1e-5, most: 0.02, usual: 0.001 },
  adamw: { least: 1e-5, most: 0.02, usual: 0.001 },
};

function highestRate(schedule: Schedule): number {
  if (schedule.name === "piecewiseConstantDecay") return Math.max(...schedule.values);
  const target = schedule.name === "cosineDecay" ? (schedule.warmupTarget ?? 0) : 0;
  return Math.max(schedule.initialLearningRate, target);
}

const learningRate: Check<Subject> = ({ model }) => {
  if (!model.isCompiled) return [];
  const { name, learningRate: given } = model.compiled.optimizer;
  // A schedule may well begin or end with next to nothing: what counts is where it leads to.
  const rate = typeof given === "number" ? given : highestRate(given);
  const { least, most, usual } = RATES[name];
  if (rate >= least && rate <= most) return [];
  const large = rate > most;
  return [
    {
      id: "learning-rate-extreme",
      severity: "warning",
      title: `The learning rate is very ${large ? "large" : "small"}`,
      seen: `${name} with a learning rate of ${rate}; recurrent networks of this kind ${large ? "rarely settle above" : "hardly move below"} ${large ? most : least}.`,
      evidence: { optimizer: name, learningRate: rate, usual },
      remedy: `Try the usual ${usual}${large ? ", with gradients clipped to a global norm of 1 if the loss jumps" : ""}.`,
    },
  ];
};

/** Keras 2's hard sigmoid, which Keras 3 computes otherwise. */
const oldHardSigmoid: Check<Subject> = ({ model }) => {
  const layers = model.layers.filter((layer) => {
    const { activation, recurrentActivation } = optionsOf(layer);
    return activation === "hardSigmoid2" || recurrentActivation === "hardSigmoid2";
  });
  if (layers.length === 0) return [];
  const names = layers.map(({ name }) => name).join(", ");
  return [
    {
      id: "keras2-hard-sigmoid",
      severity: "note",
      title: "Gates use Keras 2's hard sigmoid",
      seen: `${names} computes clip(0.2 x + 0.5, 0, 1), as the model was made; Keras 3 computes relu6(x + 3) / 6 under the same name and gives other numbers.`,
      evidence: { layers: names },
      remedy: "Keep it to reproduce the old model; train anew with sigmoid where Keras 3 is to agree.",
    },
  ];
};

/** Activations without an upper bound: the state may grow from step to step. */
const UNBOUNDED = new Set([
  ...["relu", "linear", "elu", "selu", "exponential", "softplus"],
  ...["leakyRelu", "silu", "gelu", "geluApproximate", "mish", "hardSilu"],
]);

/** Gates that may exceed 1: what is kept then grows. */
const ABOVE_1 = new Set([...UNBOUNDED, "relu6"]);

/** Of these, those with values below 0. */
const BELOW_0 = new Set([
  ...["linear", "elu", "selu", "leakyRelu"],
  ...["silu", "gelu", "geluApproximate", "mish", "hardSilu"],
]);

const unboundedState: Check<Subject> = ({ model }) =>
  model.layers.flatMap((layer): Finding[] => {
    if (!isRecurrent(layer)) return [];
    return cellsIn(layer).flatMap(({ kind, options }): Finding[] => {
      const { activation, recurrentActivation } = options as Record<string, string>;
      const grows = UNBOUNDED.has(activation!);
      const gates = recurrentActivation !== undefined && ABOVE_1.has(recurrentActivation);
      if (!grows && !gates) return [];
      return [
        {
          id: "unbounded-state",
          severity: "warning",
          title: "The recurrent state has no bound",
          seen: [
            ...(grows
              ? [`${layer.name} uses ${activation}: ${GROWTH[kind.className] ?? GROWTH["SimpleRNN"]}.`]
              : []),
            ...(gates ? [gatesPhrase(layer.name, kind.className, recurrentActivation!)] : []),
          ].join(" "),
          evidence: {
            layer: layer.name,
            ...(grows ? { activation: activation! } : {}),
            ...(gates ? { recurrentActivation: recurrentActivation! } : {}),
          },
          remedy: `Use ${[...(grows ? ["tanh"] : []), ...(gates ? ["sigmoid for the gates"] : [])].join(" and ")}; or clip gradients to a global norm of 1 and start the recurrent kernel small.`,
        },
      ];
    });
  });

/** What an activation without a bound does to each kind of cell. */
const GROWTH: Record<string, string> = {
  SimpleRNN: "its state is multiplied by the same matrix at every step and may grow without end",
  GRU: "its candidate has no bound, and reads through the recurrent kernel the h that it was mixed into, which may grow without end",
  LSTM: "what is written into c, and the h made of c, have no bound, and h comes back through the recurrent kernel at every step: both may grow without end",
};

function gatesPhrase(name: string, kind: string, activation: string): string {
  const low = BELOW_0.has(activation);
  const what = low ? "above 1 and below 0" : "above 1";
  const [keeps, state] = kind === "GRU" ? ["an update gate", "h"] : ["a forget gate", "c"];
  const turns = low ? ", below 0 turns its sign" : "";
  return `The gates of ${name} use ${activation}, which goes ${what}: ${keeps} above 1 makes ${state} larger at every step${turns}.`;
}

/** The cells that a recurrent layer holds: a Bidirectional's two are alike, those of an RNN need not be. */
function cellsIn(layer: Layer): Layer[] {
  const own = layer instanceof Bidirectional ? cellsIn(layer.pair[0]) : layer.inner;
  const inner = layer instanceof Bidirectional ? own : own.flatMap(cellsIn);
  const cells = inner.length > 0 ? inner : [layer];
  const seen = new Set<string>();
  return cells.filter(({ kind, options }) => {
    const { activation, recurrentActivation } = options as Record<string, unknown>;
    const key = `${kind.className} ${activation} ${recurrentActivation}`;
    return !seen.has(key) && seen.add(key);
  });
}

const heavyDropout: Check<Subject> = ({ model }) =>
  model.layers.flatMap((layer): Finding[] => {
    const { rate, dropout, recurrentDropout } = optionsOf(layer);
    const rates = Object.entries({ rate, dropout, recurrentDropout }).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    );
    return rates.flatMap(([option, value]): Finding[] => {
      if (value < 0.7) return [];
      // Keras applies a cell's dropout for 0 < rate < 1 only.
      const idle = value === 1 && option !== "rate";
      return [
        {
          id: "dropout-extreme",
          severity: "warning",
          title: idle ? "A dropout rate of 1 is taken for none" : "Dropout leaves next to nothing",
          seen: idle
            ? `${layer.name} has ${option} 1, which recurrent layers ignore, as in Keras.`
            : `${layer.name} drops ${Math.round(100 * value)} % of what reaches it at every training step (${option} ${value}).`,
          evidence: { layer: layer.name, option, rate: value },
          remedy: "Use 0.1 to 0.5.",
        },
      ];
    });
  });

const brokenWeights: Check<Subject> = ({ model }) => {
  const broken = model.getWeights().flatMap(({ name, data }) => {
    const count = data.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
    return count > 0 ? [{ name, count }] : [];
  });
  if (broken.length === 0) return [];
  const total = broken.reduce((sum, { count }) => sum + count, 0);
  return [
    {
      id: "weights-not-finite",
      severity: "problem",
      title: "Weights are no numbers",
      seen: `${total} weights are NaN or infinite, the first in ${broken[0]!.name}: every answer will be too.`,
      evidence: { weights: total, first: broken[0]!.name },
      remedy:
        "Train anew with a smaller learning rate or gradients clipped to a global norm of 1, or go back to an earlier checkpoint.",
    },
  ];
};

export const ARCHITECTURE: readonly Check<Subject>[] = [
  brokenWeights,
  oneSoftmax,
  lossMisfit,
  severalSigmoids,
  learningRate,
  unboundedState,
  heavyDropout,
  oldHardSigmoid,
  idleFlatten,
];
