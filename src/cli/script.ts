/** Keras scripts on the command line: what was taken from one is said, and `train` does as it says. */

import { InputError } from "../base/errors.js";
import type { Unread } from "../formats/python/session.js";
import { type ScriptSettings, saidBy } from "../formats/python/settings.js";
import { snakeCase } from "../layers/names.js";
import { readsIds } from "../layers/traits.js";
import type { ScriptModel } from "../model/script.js";
import { isOneHot } from "../objectives/losses.js";
import {
  type AskedOutputs,
  askedOutputs,
  assumedOfLastLayer,
  learnedWords,
  lossAsked,
  saidByLastLayer,
  saidUnasked,
} from "./asked-outputs.js";
import { note } from "./context.js";
import { openKnowing } from "./script-data.js";
import type { TrainFlags } from "./train-flags.js";

/** More of one kind would push the result out of sight; `--receipt` has them all. */
const MOST_LINES = 20;

/** Says on stderr what was taken from a script, what was assumed, and what was left aside. */
export function sayScript(file: string, { receipt, unread }: ScriptModel): void {
  const cannot = new Set(unread.map(lineOf));
  const lines = [
    ...receipt.taken.map((line) => `taken: ${line}`),
    ...receipt.filled.map((line) => `assumed: ${line}`),
    ...unread.map((item) => `cannot be read, and train refuses it: ${lineOf(item)}`),
    ...receipt.ignored.filter((line) => !cannot.has(line)).map((line) => `left aside: ${line}`),
    ...receipt.warnings.map((line) => `may differ from Keras: ${line}`),
  ];
  for (const line of lines.slice(0, MOST_LINES)) note(`${file}: ${line}`);
  const more = lines.length - MOST_LINES;
  if (more > 0) note(`${file}: and ${more} more; summary ${file} --receipt lists them`);
}

const lineOf = ({ at, what }: Unread) => `${at}: ${what}`;

type Flag = Exclude<keyof ScriptSettings, "text">;

/** Flags that do what a script may say, in the order in which they are told of. */
const FLAGS: Readonly<Record<Flag, string>> = {
  frontEnd: "--front-end",
  vocabulary: "--vocabulary",
  length: "--length",
  padding: "--padding",
  truncating: "--truncating",
  testSplit: "--test-split",
  validationSplit: "--validation-split",
  epochs: "--epochs",
  batchSize: "--batch-size",
  patience: "--patience",
};

/** Settings of which train has its own idea where neither the script nor a flag says one. */
const ASSUMED: readonly Flag[] = ["testSplit", "validationSplit", "epochs", "batchSize", "patience"];

/**
 * The flags with what the script says in place of those that were not typed; says on stderr which is which.
 * @param shown a typed flag's value as it is said; default the one in `flags`
 * @param data where the texts are, in which the script's own counts are found
 * @throws InputError where the script says what cannot be read and no flag says instead
 */
export async function flagsOfScript(
  flags: TrainFlags,
  isGiven: (flag: keyof TrainFlags) => boolean,
  shown = (flag: keyof TrainFlags) => String(flags[flag]),
  data?: string,
): Promise<TrainFlags> {
  const { model: file } = flags;
  const { script, definitions } = await openKnowing(flags, data);
  const { settings, receipt, model } = script;
  checkTrainable(script, flags, file);
  model.dispose();
  refuseUnread(script, flags, isGiven, file);
  const saidOfTraining = new Set(saidBy(settings));
  for (const line of receipt.taken) if (!saidOfTraining.has(line)) note(`${file}: taken: ${line}`);
  const applied: TrainFlags = { ...flags, ...(definitions ? { define: definitions } : {}) };
  for (const flag of Object.keys(FLAGS) as Flag[]) {
    const said = settings[flag];
    if (!said) continue;
    const instead = insteadOf(flag, flags, isGiven, shown);
    if (!instead) Object.assign(applied, { [flag]: said.value });
    // How texts become words is said below, with all of its options.
    if (instead) note(`${file}: left aside: ${said.said}; train uses ${instead}`);
    else if (flag !== "frontEnd") note(`${file}: taken: ${said.said}`);
  }
  checkSizes(script, applied, isGiven, file);
  if (settings.text) {
    const own = settings.frontEnd?.value === applied.frontEnd && !flags.tokenizer;
    if (own) applied.frontEndOptions = settings.text.value;
    note(`${file}: ${own ? "taken" : "left aside"}: ${settings.text.said}`);
  }
  for (const line of receipt.filled) note(`${file}: assumed: ${line}`);
  for (const line of assumptions(script, applied, isGiven)) note(`${file}: assumed: ${line}`);
  for (const line of receipt.ignored) note(`${file}: left aside: ${line}`);
  for (const line of receipt.warnings) note(`${file}: may differ from Keras: ${line}`);
  return applied;
}

/** Rows and ids that the script makes must be those that its network reads: Keras would fail there too. */
function checkSizes(
  { settings, model }: ScriptModel,
  applied: TrainFlags,
  isGiven: (flag: keyof TrainFlags) => boolean,
  file: string,
): void {
  const { length, vocabulary } = settings;
  const fixed = model.inputShapes[0]?.[0] ?? null;
  if (length && !isGiven("length") && fixed !== null && fixed !== length.value) {
    const next = `Let them agree, or give --length ${fixed}.`;
    throw new InputError(
      `${file} ${length.said}: expected rows of ${fixed}, which is what the model reads. ${next}`,
    );
  }
  const embedding = model.layers.find(readsIds);
  const { inputDim } = embedding?.options ?? { inputDim: Infinity };
  if (
    vocabulary &&
    applied.vocabulary === vocabulary.value &&
    vocabulary.value > inputDim &&
    !isGiven("vocabulary")
  ) {
    const next = `Let them agree, or give --vocabulary ${inputDim}.`;
    throw new InputError(
      `${file} ${vocabulary.said}: expected at most ${inputDim} ids, which is what ${embedding!.name} takes. ${next}`,
    );
  }
}

/** What stands in place of what a script says: a flag, or a file of words. */
function insteadOf(
  flag: Flag,
  flags: TrainFlags,
  isGiven: (flag: keyof TrainFlags) => boolean,
  shown: (flag: keyof TrainFlags) => string,
): string | null {
  if (isGiven(flag)) return `${FLAGS[flag]} ${shown(flag)}`;
  if (flags.tokenizer && (flag === "frontEnd" || flag === "vocabulary"))
    return `--tokenizer ${flags.tokenizer}`;
  if (flag !== "testSplit") return null;
  if (flags.test !== undefined) return `--test ${flags.test}`;
  return flags.folds === undefined ? null : `--folds ${flags.folds}`;
}

/** Flags that say what a script says in a way that cannot be read. */
const SAYS_INSTEAD: Readonly<Record<string, readonly (keyof TrainFlags)[]>> = {
  optimizer: ["optimizer"],
  vocabulary: ["vocabulary", "tokenizer"],
  tokenizer: ["tokenizer"],
  length: ["length"],
  padding: ["padding"],
  truncating: ["truncating"],
  epochs: ["epochs"],
  batchSize: ["batchSize"],
  validationSplit: ["validationSplit"],
  patience: ["patience"],
};

/** "Lines 4, 7" */
function moreOf(others: readonly Unread[]): string {
  const plain = others.every(({ at }) => at.startsWith("line "));
  return plain ? `Lines ${others.map(({ line }) => line).join(", ")}` : others.map(({ at }) => at).join(", ");
}

function refuseUnread(
  { unread, model }: ScriptModel,
  flags: TrainFlags,
  isGiven: (flag: keyof TrainFlags) => boolean,
  file: string,
): void {
  const open = unread.filter(
    ({ about }) => !(SAYS_INSTEAD[about] ?? []).some((flag) => isGiven(flag) && flags[flag] !== undefined),
  );
  const [first, ...others] = open;
  if (!first) return;
  const asked = askedOutputs(flags);
  const said = asked === "classes" ? saidByLastLayer(model) : null;
  const ofLoss = /^compile loss\b/.test(first.what) && LOSS_INSTEAD[said ?? asked];
  const next = ofLoss ? `${ofLoss}${said === null ? "" : ` (${FLAG_OF[said]})`}.` : first.next;
  const more = others.length > 0 ? ` ${moreOf(others)} say more such.` : "";
  throw new InputError(
    `${file} ${first.at}: ${first.what}, which would change what training comes to. ${next}${more}`,
  );
}

/** What to write for a loss that is not there. */
const LOSS_INSTEAD: Readonly<Record<AskedOutputs, string | null>> = {
  classes: null,
  "label sets": 'Any number of labels are learned by loss="binary_crossentropy" alone: write that',
  amounts:
    'Amounts are learned by the mean squared error alone, not by the mean absolute error or another: write loss="mse"',
};
const FLAG_OF = { "label sets": "train --multi-label", amounts: "train --target amounts" } as const;

/** Losses by Keras's names, where another than train's own comes to the same. */
function checkTrainable({ model, receipt }: ScriptModel, flags: TrainFlags, file: string): void {
  if (!model.isCompiled) return;
  const { loss } = model.compiled;
  const asked = askedOutputs(flags);
  const own = lossAsked(asked, model.outputSize);
  const line = receipt.taken.find((text) => text.includes(": compile:"))?.split(":")[0] ?? "compile";
  const refuse = (what: string, next: string): never => {
    throw new InputError(`${file} ${line}: ${what}. ${next}`);
  };
  const unasked = saidUnasked(model, flags);
  if (unasked) refuse(unasked.what, unasked.next);
  if (loss.fromLogits && asked !== "amounts") {
    const activation = asked === "label sets" || model.outputSize === 1 ? "sigmoid" : "softmax";
    refuse(
      "the loss is of logits, and a classifier answers with probabilities",
      `End the network in activation="${activation}" and leave from_logits out: it trains the same.`,
    );
  }
  if (loss.name === own) return;
  if (asked === "classes" && isOneHot(loss) && model.outputSize > 1) {
    if (loss.labelSmoothing === 0) return;
    refuse("label_smoothing is not done with labels by their index", "Leave it out.");
  }
  refuse(
    `the loss ${loss.name} is not what train learns ${learnedWords(asked, model.outputSize)} by`,
    `Write loss="${snakeCase(own)}", or train with model.compile and model.fit of the library.`,
  );
}

/** What is learned by where a script compiles no model. */
const LOSS_WORDS: Readonly<Record<AskedOutputs, string>> = {
  classes: "a cross-entropy by the number of labels",
  "label sets": "binary cross-entropy, a question for each label",
  amounts: "mean squared error",
};

/** What train does where neither the script nor a flag says. */
function* assumptions(
  { settings, model, unread }: ScriptModel,
  flags: TrainFlags,
  isGiven: (flag: keyof TrainFlags) => boolean,
): Generator<string> {
  if (!model.isCompiled && !flags.optimizer && !unread.some(({ about }) => about === "loss")) {
    yield `it compiles no model: adam, and ${LOSS_WORDS[askedOutputs(flags)]}`;
  }
  const outputs = assumedOfLastLayer(model, flags);
  if (outputs !== null) yield outputs;
  if (askedOutputs(flags) === "classes" && model.isCompiled && isOneHot(model.compiled.loss)) {
    yield "labels by their index: categorical_crossentropy of one-hot rows is sparse_categorical_crossentropy of those";
  }
  if (!settings.frontEnd && !flags.tokenizer) {
    yield `it does not say how texts become words: --front-end ${flags.frontEnd}`;
  }
  if (!settings.padding && !isGiven("padding")) yield "it does not say how rows are filled up: --padding pre";
  const unsaid = ASSUMED.filter(
    (flag) => !settings[flag] && !isGiven(flag) && !(flag === "testSplit" && (flags.test ?? flags.folds)),
  );
  if (unsaid.length > 0)
    yield `it does not say: ${unsaid.map((flag) => `${FLAGS[flag]} ${String(flags[flag])}`).join(", ")}`;
}
