/** From the flags of `cellstate train` to what they come to; what can be refused is refused before data is read. */

import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InputError, inputError, oneOf } from "../base/errors.js";
import { checkWritable } from "../base/node-files.js";
import { ownVectorizer } from "../classifier/assemble.js";
import { replayOf } from "../classifier/auto/record.js";
import { checkGoesOn, TextClassifier } from "../classifier/classifier.js";
import { AUTOMATIC, type Automatic, isAutomatic, type TrainingRecord } from "../classifier/options.js";
import { PRESET_NAMES } from "../classifier/presets.js";
import { LARGE, type Scratch } from "../classifier/text-corpus.js";
import { readVectorsPath } from "../data/node-source.js";
import type { VectorsFile } from "../data/vectors/read.js";
import { readsIds } from "../layers/traits.js";
import type { Model } from "../model/model.js";
import { isScript } from "../model/source.js";
import { checkVocabularyFits } from "../network/text-fits.js";
import { type Optimizer, optimizers } from "../objectives/optimizers.js";
import type { MpiCommunicator } from "../processes/mpi.js";
import type { CorpusFrontEndOptions, FrontEndOptions, RowOptions } from "../tokens/options.js";
import type { Vectorizer } from "../tokens/vectorizer.js";
import { saidUnasked } from "./asked-outputs.js";
import { idleColumns } from "./data.js";
import { openEpochs } from "./epoch-files.js";
import { idleFor, openModel, sourceOf } from "./models.js";
import type { Idle } from "./options.js";
import { checkOutputs } from "./outputs.js";
import { checkRoom, textBytes } from "./room.js";
import { flagsOfScript } from "./script.js";
import { joinProcesses, refusedByAll, several, threadsAmong } from "./together.js";
import { readTokenizerFile } from "./tokenizer.js";
import { checkTrackFile } from "./tracking.js";
import type { TrainFlags } from "./train-flags.js";
import { sharedVectors } from "./trial-vectors.js";

/** What one training is to be. */
export interface TrainSetup {
  flags: TrainFlags;
  /** Whether it is an automatic classifier: the data is to choose, or the plainest is asked for. */
  auto: boolean;
  /** How the data's texts are taken apart. */
  frontEnd: CorpusFrontEndOptions;
  text: FrontEndOptions & RowOptions;
  sizes: { vocabulary: number; length: number };
  /** Null: the one the model file was compiled with. */
  optimizer: Optimizer | null;
  /** What a model file holds, when one was given: a classifier with its words and labels, or a network alone. */
  startFrom: TextClassifier | Model | null;
  /** The vocabulary, where it is not learned: a tokenizer file's, or the model file's own. */
  vectorizer: Vectorizer | null;
  /** Word vectors to begin with, opened. */
  vectors: VectorsFile | null;
  /** The processes that train together; null where this one is alone. */
  communicator: MpiCommunicator | null;
}

/** What the flags come to. */
export interface TrainPlan extends TrainSetup {
  /** What the data is called: "sms-spam". */
  name: string;
  out: string;
  /** How the classifier of --replay was trained; null without one. */
  replay: TrainingRecord | null;
  /** Where rows are kept that memory is not to hold; null where it holds them all. */
  scratch: Scratch | null;
}

/** The default: the data chooses what is trained. */
export const AUTO: Automatic = "auto";

/** What an automatic classifier settles by the data. */
const SETTLED = [
  ...[
    "define",
    "vocabulary",
    "length",
    "tokenizer",
    "frontEnd",
    "segment",
    "padding",
    "truncating",
    "epochs",
    "patience",
  ],
  ...["vectors", "freezeVectors", "batchSize", "validationSplit", "optimizer", "learningRate", "balance"],
  ...["checkpoint", "checkpointEvery", "resume", "track", "keepEpochs", "scratch", "inMemory"],
];
const idleWith = (model: Automatic): Idle => {
  const why = `with --model ${model}${model === AUTO ? ", the default" : ""} (--model lstm heeds it)`;
  return Object.fromEntries(SETTLED.map((flag) => [flag, why]));
};

/** Of the options by which auto chooses, those that would change nothing. */
export function idleInChoosing({ model, replay }: TrainFlags): Idle {
  const unchosen = model !== AUTO && `with --model ${model} (--model auto heeds it)`;
  const settled = replay !== undefined && "beside --replay, whose file says what runs";
  const large = !isAutomatic(model) && `with --model ${model} (--model auto heeds it)`;
  return {
    ...{ effort: unchosen || settled, budget: unchosen || settled, replay: unchosen, seed: settled },
    maxSize: large || settled,
  };
}

/** Options that would change nothing, as far as the others tell. */
export function idleInTraining(data: string, flags: TrainFlags): Idle {
  const { test, testSplit, report, json, checkpoint, validationSplit, model, folds } = flags;
  const unmeasured =
    test === undefined && (testSplit === 0 || folds !== undefined) && "without texts to measure on";
  const folded = folds !== undefined && "beside --folds";
  const held = inMemoryAlways(flags);
  const ownWords = sourceOf(model) !== "a preset" && `with ${model}, whose Embedding is its own`;
  return {
    ...idleColumns(data, test),
    testSplit: test !== undefined ? "beside --test" : folded,
    budget: folded,
    replay: folded,
    checkpoint: folded,
    resume: folded,
    track: folded,
    keepEpochs: folded,
    define: idleFor(model)["define"],
    oldData: sourceOf(model) !== "a model file" && "without a classifier to go on from (--model FILE.keras)",
    vectors: ownWords,
    freezeVectors: flags.vectors === undefined ? "without --vectors" : ownWords,
    scratch: held,
    inMemory: held || (flags.scratch !== undefined && "beside --scratch"),
    patience: validationSplit === 0 && "with --validation-split 0",
    checkpointEvery: checkpoint === undefined && "without --checkpoint",
    ...(isAutomatic(model) ? idleWith(model) : {}),
    mistakes: unmeasured || (json && report === undefined && "with --json and no --report"),
  };
}

/** Why memory holds all rows, whatever their number; false where a file may. */
function inMemoryAlways({ folds, group, duplicates, oldData }: TrainFlags): string | false {
  if (folds !== undefined) return "beside --folds";
  if (group !== undefined) return "beside --group";
  if (oldData !== undefined) return "beside --old-data";
  return duplicates === "together" && "with --duplicates together";
}

/**
 * Options of one label a text, where several are learned, or an amount; and those of the others. They are told of before those
 * of a model: another model would not heed them either.
 */
export function idleWithOutput({ multiLabel, target, model }: TrainFlags): Idle {
  const amounts = target === "amounts" && "with --target amounts";
  const several = multiLabel ? "with --multi-label" : false;
  const other = several || amounts;
  const classes = ["effort", "budget", "maxSize", "replay", "folds", "balance", "oldData"];
  return {
    ...Object.fromEntries(classes.map((flag) => [flag, other])),
    target: several,
    labelSeparator: !multiLabel && "without --multi-label",
    scratch: other,
    inMemory: other,
    labelMap: amounts,
    mergeLabels: amounts,
    keepEpochs: amounts && `${amounts}, whose unit stands only at the end`,
    model: other && model === "linear" && `${other}, of which auto is the linear one`,
  };
}

/** Options that a model or vocabulary that comes ready leaves nothing to do for. */
export function idleWithModel({ flags, startFrom }: Pick<TrainSetup, "flags" | "startFrom">): Idle {
  const own = ownVocabulary(startFrom) !== null;
  return {
    vocabulary: own && flags.tokenizer === undefined && `with ${flags.model}, which brings its vocabulary`,
    ...Object.fromEntries(
      ["frontEnd", "segment"].map((flag) => [
        flag,
        (own || flags.tokenizer !== undefined) && "with a vocabulary that comes ready",
      ]),
    ),
    ...Object.fromEntries(
      ["scratch", "inMemory"].map((flag) => [
        flag,
        startFrom instanceof TextClassifier &&
          `with ${flags.model}, whose changed answers are looked at in memory`,
      ]),
    ),
    target: startFrom instanceof TextClassifier && `with ${flags.model}, whose labels are classes`,
    oldData: !(startFrom instanceof TextClassifier) && `with ${flags.model}, which is no classifier`,
  };
}

/** @param isGiven whether a flag was typed, which then counts for more than what a script says */
export async function planTraining(
  data: string,
  typed: TrainFlags,
  isGiven: (flag: keyof TrainFlags) => boolean = () => true,
): Promise<TrainPlan> {
  const given = isScript(typed.model) ? await flagsOfScript(typed, isGiven, undefined, data) : typed;
  const name = dataName(data);
  const out = given.out ?? `${name}.keras`;
  const {
    test,
    report,
    card,
    track,
    checkpoint,
    model,
    tokenizer,
    vectors: words,
    replay: from,
    oldData,
  } = given;
  const read = [data, test, model, tokenizer, words, from, oldData, given.labelMap];
  checkTrackFile(track);
  const outputs = { "--out": out, "--report": report, "--card": card, "--track": track };
  await refuseOutputs({ ...outputs, "--rejects": given.rejects }, read);
  if (checkpoint && existsSync(checkpoint) && !statSync(checkpoint).isDirectory()) {
    throw inputError({ expected: "a folder, found a file", where: `--checkpoint ${checkpoint}` });
  }
  await openEpochs(given.keepEpochs, given.resume === true);
  if (given.resume && !given.checkpoint) {
    throw new InputError("--resume: expected --checkpoint FOLDER beside it, to know where to go on from.");
  }
  // Each fold learns a vocabulary of its own, and goes through the file for it.
  const openVectors = given.folds === undefined ? readVectorsPath : sharedVectors;
  const vectors = words === undefined ? null : await openVectors(words);
  const replay = from === undefined ? null : await recordIn(from);
  refuseAlone(given);
  if (several) refuseStandardInput([data, test, oldData]);
  const communicator = await joinProcesses();
  // Which rows are held out to test on follows from the seed, too.
  const settled = replay ? { ...given, seed: replayOf(replay).seed } : given;
  const flags = { ...threadsAmong(communicator, given), ...settled };
  const setup = await setUp(flags, await openStart(flags), vectors, communicator);
  const scratch = await scratchOf(setup, out, [data, test]);
  const what = flags.model === "auto" || flags.model === "linear" ? flags.model : "network";
  checkRoom([data, test, oldData], { what, scratch });
  return { ...setup, name, out, replay, scratch };
}

/** Where rows are to be that memory is not to hold. @throws InputError where there is no such folder, or it is closed to us */
async function scratchOf(
  { flags, auto, startFrom }: TrainSetup,
  out: string,
  read: readonly (string | undefined)[],
): Promise<Scratch | null> {
  const { scratch, inMemory, multiLabel, target } = flags;
  const held = auto || multiLabel || target === "amounts" || startFrom instanceof TextClassifier;
  if (held || inMemory || inMemoryAlways(flags) !== false) return null;
  const folder = dirname(resolve(out));
  // What is known to be large need not begin in memory.
  if (scratch === undefined) return { folder, above: (textBytes(read) ?? 0) > LARGE ? 0 : LARGE };
  await checkWritable(join(scratch, "rows"));
  return { folder: scratch };
}

/** @throws InputError for what the first process alone could read */
function refuseStandardInput(paths: readonly (string | undefined)[]): void {
  if (!paths.includes("-")) return;
  throw refusedByAll(
    inputError({
      expected: "a file, which all processes read",
      where: "train with mpirun",
      received: "standard input",
      next: "Write it to a file first.",
    }),
  );
}

/** @throws InputError where several processes were started for what one does */
function refuseAlone({ model, multiLabel, target }: TrainFlags): void {
  if (!several || !isAutomatic(model) || !(multiLabel || target === "amounts")) return;
  throw refusedByAll(
    inputError({
      expected: "a network, as --model lstm, whose training several processes share",
      where: `train ${multiLabel ? "--multi-label" : "--target amounts"} with mpirun`,
      received: `--model ${model}`,
      next: "Run it without mpirun: one process uses all cores of its host.",
    }),
  );
}

/** How a saved classifier was trained. @throws InputError where it does not say what ran */
async function recordIn(file: string): Promise<TrainingRecord> {
  const { model, training } = await TextClassifier.load(file, { engine: "reference" });
  model.dispose();
  if (training) return training;
  throw inputError({ expected: "a classifier with a record of its training", where: `--replay ${file}` });
}

/**
 * What the flags come to with what --model and --vectors name, opened.
 * @throws InputError for sizes that the model cannot have
 */
export async function setUp(
  flags: TrainFlags,
  startFrom: TrainSetup["startFrom"],
  vectors: VectorsFile | null,
  communicator: MpiCommunicator | null = null,
): Promise<TrainSetup> {
  const auto = isAutomatic(flags.model);
  if (startFrom instanceof TextClassifier) checkGoesOn(startFrom);
  const model = startFrom instanceof TextClassifier ? startFrom.model : startFrom;
  const compiled = model?.isCompiled ? model.compiled.optimizer : null;
  const chosen = flags.optimizer !== undefined || flags.learningRate !== undefined || !compiled;
  const vectorizer = (await givenVocabulary(flags)) ?? ownVocabulary(startFrom);
  const padding = flags.padding ?? vectorizer?.padding ?? "pre";
  const row = { padding, truncating: flags.truncating ?? vectorizer?.truncating ?? padding };
  if (model && vectorizer) checkVocabularyFits(model, vectorizer, flags.model);
  const text = {
    frontEnd: flags.frontEnd,
    ...(vectorizer ? vectorizer.frontEnd : { ...flags.frontEndOptions, ...segmentOf(flags) }),
    ...row,
  } as TrainSetup["text"];
  const { padding: _p, truncating: _t, length: _l, ...rules } = text;
  const frontEnd = vectorizer ? rules : { segment: "auto" as const, ...rules };
  return {
    flags,
    auto,
    frontEnd: auto ? { frontEnd: "lexer" } : frontEnd,
    sizes: startFrom ? sizesOf(startFrom, flags) : { ...DEFAULT_SIZES, ...given(flags) },
    text,
    optimizer: chosen ? makeOptimizer(flags, compiled) : null,
    startFrom,
    vectorizer,
    vectors,
    communicator,
  };
}

/** The vocabulary of --tokenizer; rows are padded in front, as without it. */
async function givenVocabulary({ tokenizer, vocabulary, ...flags }: TrainFlags): Promise<Vectorizer | null> {
  if (!tokenizer) return null;
  const { padding = "pre" } = flags;
  const row = { padding, truncating: flags.truncating ?? padding };
  return readTokenizerFile(tokenizer, { ...row, size: vocabulary });
}

const segmentOf = ({ segment }: TrainFlags) => (segment === undefined ? {} : { segment });

const DEFAULT_SIZES = { vocabulary: 1000, length: 200 };

const given = ({ vocabulary, length }: TrainFlags) => ({
  ...(vocabulary === undefined ? {} : { vocabulary }),
  ...(length === undefined ? {} : { length }),
});

/** What to start from, where --model names a file or script. @throws InputError where it names nothing */
export async function openStart(flags: TrainFlags): Promise<TrainSetup["startFrom"]> {
  const { engine, threads, seed, define: definitions } = flags;
  if (isAutomatic(flags.model)) return null;
  if (sourceOf(flags.model) === "a preset") {
    oneOf(flags.model, [...AUTOMATIC, ...PRESET_NAMES], "model");
    return null;
  }
  const { model, extras } = await openModel(flags.model, { engine, threads, seed, definitions });
  const unasked = extras ? null : saidUnasked(model, flags);
  if (unasked) throw new InputError(`${flags.model}: ${unasked.what}. ${unasked.next}`);
  return extras ? TextClassifier.fromModel(model, extras, flags.model) : model;
}

/** The vocabulary that comes with what is started from. */
function ownVocabulary(start: TrainSetup["startFrom"]): Vectorizer | null {
  if (start instanceof TextClassifier) return start.vectorizer;
  return (start && ownVectorizer(start)) ?? null;
}

/** The length of the rows that it reads; null where that is not settled. */
export function fixedLength(start: TextClassifier | Model): number | null {
  return (start instanceof TextClassifier ? start.length : start.inputShapes[0]?.[0]) ?? null;
}

/** A model file says how many ids it knows and reads; flags may ask for fewer ids, not for another length. */
function sizesOf(start: TextClassifier | Model, flags: TrainFlags): TrainSetup["sizes"] {
  const model = start instanceof TextClassifier ? start.model : start;
  const first = model.layers.find(readsIds);
  if (!first) {
    throw inputError({
      expected: "a network that begins with an Embedding, to learn from text",
      where: flags.model,
      received: model.layers[0]?.className,
    });
  }
  const { inputDim } = first.options;
  const fixed = fixedLength(start);
  if (fixed !== null && flags.length !== undefined && flags.length !== fixed) {
    throw inputError({
      expected: `${fixed}, as ${flags.model} reads`,
      where: "--length",
      received: flags.length,
    });
  }
  if (flags.vocabulary !== undefined && flags.vocabulary > inputDim) {
    throw inputError({
      expected: `at most ${inputDim}, which is all that ${flags.model} takes`,
      where: "--vocabulary",
      received: flags.vocabulary,
    });
  }
  return {
    vocabulary: flags.vocabulary ?? inputDim,
    length: fixed ?? flags.length ?? DEFAULT_SIZES.length,
  };
}

/** The optimizer that the flags name; a learning rate alone changes that of the model file's own. */
function makeOptimizer({ optimizer, learningRate }: TrainFlags, compiled: Optimizer | null): Optimizer {
  if (optimizer === undefined && compiled && learningRate !== undefined) return { ...compiled, learningRate };
  return optimizers[optimizer ?? "adam"]({ learningRate });
}

/** "mail/spam.csv.gz" → "spam": the classifier is named after its data. */
export function dataName(data: string): string {
  if (data === "-") return "classifier";
  return (
    basename(resolve(data))
      .replace(/\.(gz|zst)$/, "")
      .replace(/\.[^.]+$/, "") || "classifier"
  );
}

/**
 * Refuses, before anything is read, what cannot be written at the end.
 * @param outputs by option; a classifier goes to --out
 * @param inputs what is read
 */
export async function refuseOutputs(
  outputs: Readonly<Record<string, string | undefined>>,
  inputs: readonly (string | undefined)[],
): Promise<void> {
  const [data, test] = inputs;
  if (data === "-" && test === "-") {
    throw inputError({
      expected: "standard input once: for DATA or for --test",
      where: "--test",
      received: test,
    });
  }
  const out = outputs["--out"];
  if (out !== undefined && !/\.keras$/i.test(out)) {
    const next = "For other formats: cellstate convert, after training.";
    throw inputError({ expected: "a name that ends in .keras", where: "--out", received: out, next });
  }
  await checkOutputs(outputs, inputs);
}
