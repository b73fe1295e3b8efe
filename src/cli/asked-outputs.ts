/** What a network is asked to learn, by flags, and what its last layer and loss say that it does. */
import type { Model } from "../model/model.js";
import { type LossName, lossOfLabels } from "../objectives/losses.js";
import type { TrainFlags } from "./train-flags.js";

/** One label a text, any number of them, or an amount. */
export type AskedOutputs = "classes" | "label sets" | "amounts";

type Asking = Pick<TrainFlags, "multiLabel" | "target">;

export function askedOutputs({ multiLabel, target }: Asking): AskedOutputs {
  if (multiLabel) return "label sets";
  return target === "amounts" ? "amounts" : "classes";
}

/** What each is taught by, where the number of classes does not decide. */
const LOSSES = { "label sets": "binaryCrossentropy", amounts: "meanSquaredError" } as const;

/** The loss that a network is taught by. */
export const lossAsked = (asked: AskedOutputs, outputs: number): LossName =>
  asked === "classes" ? lossOfLabels(outputs) : LOSSES[asked];

/** In words of a sentence: "what train learns … by". */
export function learnedWords(asked: AskedOutputs, outputs: number): string {
  if (asked === "label sets") return "any number of labels a text";
  if (asked === "amounts") return "amounts";
  return outputs === 1 ? "two labels" : "one of several labels";
}

/** What each is asked for by, and what is written in its stead where one label a text is meant. */
const FLAGS = {
  "label sets": {
    flag: "--multi-label",
    of: "sigmoids that are a question each",
    instead: 'end the network in softmax, with loss="sparse_categorical_crossentropy"',
  },
  amounts: {
    flag: "--target amounts",
    of: "one linear unit, an amount",
    instead: 'end the network in one sigmoid, with loss="binary_crossentropy"',
  },
} as const;

/** What a network's last layer says that it puts out; null where that is one label a text, or is not said. */
export function saidByLastLayer({ outputNode, outputSize }: Model): Exclude<AskedOutputs, "classes"> | null {
  const { activation } = outputNode.layer.options as { activation?: string };
  if (activation === "sigmoid" && outputSize > 1) return "label sets";
  return activation === "linear" && outputSize === 1 ? "amounts" : null;
}

/** What a compiled network says by last layer and loss that is not asked for; null: nothing. */
export function saidUnasked(model: Model, flags: Asking): { what: string; next: string } | null {
  const said = saidByLastLayer(model);
  if (said === null || !model.isCompiled || askedOutputs(flags) !== "classes") return null;
  const { loss } = model.compiled;
  if (loss.name !== LOSSES[said]) return null;
  const { flag, of, instead } = FLAGS[said];
  return {
    what: `the network ends in ${of}, and its loss is ${loss.name}`,
    next: `train ${flag} learns that; where a text has one label of several, ${instead}.`,
  };
}

/** What is assumed of a network that is not compiled and ends in what may mean something else; null: nothing. */
export function assumedOfLastLayer(model: Model, flags: Asking): string | null {
  const said = saidByLastLayer(model);
  if (said === null || model.isCompiled || askedOutputs(flags) !== "classes") return null;
  const { flag, of } = FLAGS[said];
  return `one label a text, though the network ends in what may be ${of} (train ${flag})`;
}
