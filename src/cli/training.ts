/** The work of `cellstate train`: read, look, train, measure, save, report. */

import { count } from "../base/numbers.js";
import { atOnce } from "../base/pieces.js";
import { isAbort } from "../base/progress.js";
import { printable, printableJson } from "../base/text.js";
import { checkAnswerable } from "../classifier/answering.js";
import { changedAnswers } from "../classifier/changes.js";
import { TextClassifier, trainAutomatically } from "../classifier/classifier.js";
import { checkSettled } from "../classifier/continuing.js";
import { type Corpus, classesOf, refuseNoClasses } from "../classifier/corpus.js";
import { type CrossValidation, crossValidate, type Fold } from "../classifier/cross-validate.js";
import type {
  AutoRecord,
  FinetuneOptions,
  Prepared,
  SizedAccuracy,
  TrainOptions,
  TrainProgress,
} from "../classifier/options.js";
import { allRows, setAside } from "../classifier/text-corpus.js";
import { frontEndFor } from "../classifier/training.js";
import { AbortedTraining } from "../classifier/unfinished.js";
import { quickCheckup } from "../explain/doctor/index.js";
import type { Callback } from "../train/callbacks.js";
import type { TrainingState } from "../train/training-state.js";
import { openCheckpoints, stateToResume } from "./checkpoints.js";
import { EXIT, Exit, interruption, note, say } from "./context.js";
import { inFile, labelNotes, readCorpus } from "./data.js";
import { EpochFiles } from "./epoch-files.js";
import { evaluationSummary, sayUnknown } from "./evaluate.js";
import { digestsOf } from "./reproduce.js";
import { styleFor } from "./terminal.js";
import { isFirst, processesText, progressStream } from "./together.js";
import { Tracking } from "./tracking.js";
import type { TrainFlags } from "./train-flags.js";
import { AUTO, type TrainPlan, type TrainSetup } from "./train-plan.js";
import {
  dataOverview,
  type Material,
  type TrainingOutcome,
  trainingReport,
  type Unseen,
  unseenBy,
  vocabularyOf,
} from "./training-report.js";
import {
  checkpointing,
  endOfOther,
  epochLogs,
  halfTrained,
  keepLastGood,
  type Observer,
  Stopwatch,
  saveResult,
  splitTest,
  watchEpochs,
  watching,
  writePages,
} from "./training-steps.js";
import { autoText } from "./ui/auto.js";
import { changesText, type ShownChanges } from "./ui/changes.js";
import { evaluationText } from "./ui/evaluation.js";
import { findingsText } from "./ui/findings.js";
import { foldsText, foldText } from "./ui/folds.js";
import { encodingText, overviewText } from "./ui/overview.js";
import { EpochProgress } from "./ui/progress.js";
import { status } from "./ui/status.js";
import { vectorsText } from "./ui/vectors.js";

/** @param commandWith the command that makes the same classifier again, by the engine that computes */
export async function runTraining(
  data: string,
  plan: TrainPlan,
  commandWith: (engine: string) => string,
): Promise<void> {
  const watch = new Stopwatch("read");
  const material = await readMaterial(data, plan);
  const { report, card } = plan.flags;
  const inputs = report === undefined && card === undefined ? [] : await digestsOf(data, plan);
  note(overviewText(material.overview, styleFor(process.stderr)));
  const epochSeconds = new Map<number, number>();
  watch.enter("vectorize");
  // Until here Ctrl-C ends the process, as nothing would be lost.
  const { signal, release } = interruption();
  const folds = await validateInFolds(plan, material, signal);
  const tracking = new Tracking(plan.flags.track, plan.name);
  const observers = [tracking, new EpochFiles(plan.flags.keepEpochs, false)];
  const learned = await learn(plan, material, epochSeconds, signal, watch, observers);
  const { classifier, interrupted } = learned;
  watch.enter(null);
  if (!isFirst) return endOfOther(learned);
  await saveResult(classifier, plan);
  release();
  watch.enter("test");
  const { test } = material;
  const mistakes = Math.max(20, plan.flags.mistakes);
  const evaluation =
    test && !interrupted
      ? await classifier.evaluate(test.corpus, { rows: test.rows, mistakes, onProgress: status.told })
      : null;
  const changes = interrupted ? null : await changesOf(plan, classifier, test);
  const epochs = epochLogs(classifier, epochSeconds);
  const seconds = watch.total();
  const command = commandWith(classifier.model.engineName);
  if (plan.auto && evaluation) sayUnknown(evaluation.encoding, evaluation.rows, { remedy: `${MORE_TEXTS}.` });
  tracking.kept = classifier.training?.bestEpoch ?? null;
  const outcome = { ...material, ...learned, data, plan, evaluation, epochs, seconds, folds, changes };
  await conclude({ ...outcome, command, inputs }, tracking);
}

/** The texts, and which of them to learn from and to measure on. */
export async function readMaterial(
  data: string,
  plan: TrainSetup & Partial<Pick<TrainPlan, "scratch">>,
): Promise<Material> {
  const { flags, scratch = null } = plan;
  const { group, test: testData, oldData } = flags;
  const { corpus, notes } = await readCorpus(data, flags, plan.frontEnd, { group, scratch });
  const fresh = corpus.rows;
  if (corpus.scratch !== null) note(inFileText(corpus.scratch));
  // Other texts are taken apart as those are, whatever they themselves would need.
  const { frontEnd } = corpus.texts;
  if (oldData !== undefined)
    notes.push(...(await readCorpus(oldData, flags, frontEnd, { group, into: corpus })).notes);
  if (!(plan.startFrom instanceof TextClassifier))
    refuseNoClasses(corpus, targetOf(flags.target).target, data);
  const remarks = labelNotes(corpus.labelCounts()).map((line) => `${data}: ${line}`);
  for (const line of remarks) note(printable(line));
  notes.push(...remarks);
  const tested = testData ? await readCorpus(testData, flags, frontEnd, { scratch }) : null;
  if (tested) notes.push(...tested.notes);
  const oldRows = Uint32Array.from({ length: corpus.rows - fresh }, (_, i) => fresh + i);
  status.show("  splitting");
  const [toLearn, heldOut] = splitTest(corpus, classesOf(corpus, labelsOf(corpus, plan)), fresh, plan);
  const trainRows = oldRows.length === 0 ? toLearn : Uint32Array.from([...toLearn, ...oldRows]);
  let test: Material["test"] = null;
  if (tested) test = { corpus: tested.corpus, rows: allRows(tested.corpus.rows) };
  else if (heldOut.length > 0) test = { corpus, rows: heldOut };
  const labels = labelsOf(corpus, plan);
  // Labels that only the test data has are refused before training, not after.
  if (tested) await inFile(testData!, () => tested.corpus.classes(labels));
  const overview = dataOverview(data, corpus, labels, trainRows, test, plan.auto ? null : plan.sizes.length);
  // A list of them would be the most that memory holds.
  if (corpus.scratch !== null) setAside(corpus, heldOut);
  return {
    corpus,
    trainRows: corpus.scratch === null ? trainRows : null,
    oldRows,
    test,
    overview: { ...overview, ...(notes.length > 0 ? { notes } : {}) },
  };
}

/** The classes: those of the classifier that is gone on from, and those that the data adds. */
export const labelsOf = (corpus: Corpus, { startFrom }: Pick<TrainSetup, "startFrom">): string[] =>
  corpus.labels(startFrom instanceof TextClassifier ? startFrom.labels : []);

const inFileText = (folder: string): string =>
  `  rows are kept in a file in ${printable(folder)}, as memory need not hold so many (--in-memory has it hold them); texts are shown by their words`;

const MORE_TEXTS = "Learn from more texts of their kind";

/** What came of training. */
type Learned = Pick<TrainingOutcome, "classifier" | "interrupted" | "sizes" | "unseen">;

/** Cross-validates where that is asked for: each fold is trained as the classifier will be that learns from all. */
async function validateInFolds(
  plan: TrainPlan,
  { corpus, trainRows }: Material,
  signal: AbortSignal,
): Promise<CrossValidation | null> {
  const { folds } = plan.flags;
  if (folds === undefined || !trainRows) return null;
  note(
    `Cross-validation in ${folds} folds; after it one classifier learns from all ${count(trainRows.length)} texts.`,
  );
  const options = plan.auto
    ? automaticOptions(plan, trainRows, signal)
    : trainOptions(plan, trainRows, signal, null, []);
  const onFold = (fold: Fold) => note(foldText(fold, folds));
  try {
    return await crossValidate(corpus, { ...options, folds, onFold, onProgress: status.told });
  } catch (error) {
    if (!signal.aborted && !isAbort(error)) throw error;
    throw new Exit(EXIT.interrupted, "Interrupted in cross-validation: nothing is written.");
  }
}

/** Trains, with progress drawn and checkpoints kept. */
async function learn(
  plan: TrainPlan,
  { corpus, trainRows, oldRows, test }: Material,
  epochSeconds: Map<number, number>,
  signal: AbortSignal,
  watch: Stopwatch,
  observers: readonly Observer[],
): Promise<Learned> {
  if (plan.auto && trainRows) return learnAutomatically(plan, { corpus, trainRows, test }, signal, watch);
  const { checkpoint, resume } = plan.flags;
  const state = resume ? await stateToResume(checkpoint!, plan.communicator) : null;
  if (checkpoint && isFirst) await openCheckpoints(checkpoint);
  const progress = new EpochProgress(progressStream);
  const watchers = [watchEpochs(epochSeconds, progress), ...watching(observers), ...checkpointing(plan)];
  const options = trainOptions(plan, trainRows, signal, state, watchers);
  let unseen: Unseen | undefined;
  try {
    const onPrepared = async (prepared: Prepared) => {
      const { model, vectorizer, length } = prepared;
      if (test) atOnce(checkAnswerable(model, test.corpus, [test.rows], vectorizer, length));
      unseen = unseenBy(prepared, test);
      note(encodingText(prepared.encoding, vectorizer.size, length, unseen));
      // Of texts to measure on the findings tell.
      if (unseen.of === "validation")
        sayUnknown(unseen, unseen.rows, { remedy: `${MORE_TEXTS}, or raise --vocabulary.` });
      if (options.balance) note(`  ${BALANCED}`);
      const classes = plan.flags.track === undefined ? [] : classesOf(corpus, prepared.labels);
      for (const observer of observers) observer.prepare(prepared, classes);
      if (prepared.vectors) note(vectorsText(prepared.vectors, styleFor(process.stderr)));
      if (isFirst) await warn(prepared, test);
      const { communicator } = plan;
      if (communicator) note(`  ${processesText(communicator, plan.flags.batchSize)}`);
      watch.enter("fit");
    };
    const learning = { ...options, onPrepared };
    const { startFrom } = plan;
    const classifier =
      startFrom instanceof TextClassifier
        ? await startFrom.finetune(corpus, finetuneOptions(learning, startFrom, oldRows))
        : await TextClassifier.train(corpus, learning);
    return { classifier, interrupted: false, unseen };
  } catch (error) {
    if (error instanceof AbortedTraining)
      return { classifier: halfTrained(error), interrupted: true, unseen };
    return await keepLastGood(error, plan.out);
  } finally {
    progress.close();
  }
}

/** What the classifier settles goes without saying. @throws InputError where the flags ask for something else */
function finetuneOptions(asked: TrainOptions, start: TextClassifier, oldRows: Uint32Array): FinetuneOptions {
  checkSettled(asked, start);
  frontEndFor(asked, start);
  const { model: _m, vocabulary: _v, length: _l, text: _t, vectorizer: _w, rows, ...rest } = asked;
  const old = new Set(oldRows);
  return { ...rest, rows: Array.from(rows!).filter((row) => !old.has(row)), oldRows };
}

/** What going on from a classifier changed, on the texts to measure on, too. */
async function changesOf(
  { startFrom }: TrainPlan,
  classifier: TextClassifier,
  test: Material["test"],
): Promise<ShownChanges | null> {
  const changes = classifier.training?.changes;
  if (!changes || !(startFrom instanceof TextClassifier)) return null;
  return { ...changes, ...(test ? { test: await changedAnswers(startFrom, classifier, test) } : {}) };
}

/** Lets the data choose, and says what is tried. */
async function learnAutomatically(
  plan: TrainPlan,
  { corpus, trainRows: rows, test }: Pick<Material, "corpus" | "test"> & { trainRows: Uint32Array },
  signal: AbortSignal,
  watch: Stopwatch,
): Promise<Learned> {
  const { flags, replay, communicator } = plan;
  const { budget, report } = flags;
  if (communicator) note(`  ${processesText(communicator)}`);
  let sizes: readonly SizedAccuracy[] = [];
  const onStep = (what: string) => note(`  ${what} …`);
  watch.enter("fit");
  const options = {
    ...automaticOptions(plan, rows, signal),
    onStep,
    ...(report === undefined ? {} : { onSizes: (found: readonly SizedAccuracy[]) => void (sizes = found) }),
    ...(replay ? { replay, ...SETTLED_BY_REPLAY } : budget === undefined ? {} : { budget }),
  };
  // The budget is from the file to the end.
  const timing = { began: watch.started, testRows: test?.rows.length ?? 0 };
  try {
    return { classifier: await trainAutomatically(corpus, options, timing), interrupted: false, sizes };
  } catch (error) {
    if (error instanceof AbortedTraining) return { classifier: halfTrained(error), interrupted: true };
    throw error;
  }
}

/** What the epochs' figures are of where labels are weighed. */
const BALANCED =
  "both losses count each label alike; the best validation macro F1 decides, and of equal ones the lower loss";

/** What automatic classifiers are asked for, be it of all rows or of a fold. */
function automaticOptions(
  { flags, communicator }: Pick<TrainPlan, "flags" | "communicator">,
  rows: Uint32Array,
  signal: AbortSignal,
) {
  const { model, engine, threads, seed, maxSize, effort, duplicates, target } = flags;
  return {
    ...{ model, engine, seed, rows, signal, onProgress: status.told },
    ...(model === AUTO ? { effort } : {}),
    ...(threads === undefined ? {} : { threads }),
    ...(maxSize === undefined ? {} : { maxSize }),
    ...(duplicates === undefined ? {} : { duplicates }),
    ...(communicator ? { communicator } : {}),
    ...targetOf(target),
  };
}

/** What a classifier of one label a text is told of its labels. */
const targetOf = (target: TrainFlags["target"]): { target?: "classes" } =>
  target === "classes" ? { target } : {};

/** The record says it: asked for besides, it is refused. */
const SETTLED_BY_REPLAY = { seed: undefined, effort: undefined, maxSize: undefined };

/** Says what is likely to waste the time about to be spent. */
async function warn({ rows, corpus, ...subject }: Prepared, test: Material["test"]): Promise<void> {
  // Of rows in a file some tell as much: memory need not hold what all of them are like.
  const some = (of: Uint32Array) => (corpus.scratch === null ? of : evenly(of, LOOKED_AT));
  const texts = { corpus, rows: some(rows) };
  const tested = test && { corpus: test.corpus, rows: some(test.rows) };
  const findings = await quickCheckup({ ...subject, texts, ...(tested ? { test: tested } : {}) });
  // What labels are like was said when they were read; and of some rows nobody knows which stand on both sides.
  const isSaid = (id: string) => SAID.has(id) || (corpus.scratch !== null && id === "test-in-training");
  const grave = findings.filter(({ severity, id }) => severity !== "note" && !isSaid(id));
  if (grave.length > 0) note(findingsText(grave, styleFor(process.stderr)));
}

/** Rows in a file that are looked at. */
const LOOKED_AT = 50_000;

/** At most `most` of the rows, evenly spread. */
function evenly(rows: Uint32Array, most: number): Uint32Array {
  const count = Math.min(most, rows.length);
  return Uint32Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]!);
}

const SAID: ReadonlySet<string> = new Set(["labels-alike", "labels-mistyped", "label-for-nothing"]);

/** Epochs have a bar of their own. */
const beforeEpochs = (progress: TrainProgress): void => {
  if (progress.epoch === undefined) status.told(progress);
};

/** What `TextClassifier.train` is asked for. */
export function trainOptions(
  { flags, sizes, text, optimizer, startFrom, vectorizer, vectors, communicator }: TrainSetup,
  rows: Uint32Array | null,
  signal: AbortSignal,
  resume: TrainingState | null,
  watchers: Callback[],
): TrainOptions {
  const { epochs, patience, batchSize, validationSplit, balance, seed, engine, threads, target, duplicates } =
    flags;
  const model = startFrom ?? flags.model;
  // A classifier settles its sizes itself; what the flags ask for besides is held against them.
  const asked =
    startFrom instanceof TextClassifier ? { vocabulary: flags.vocabulary, length: flags.length } : sizes;
  return {
    ...{ ...asked, epochs, patience, batchSize, validationSplit, balance, seed, engine, threads },
    ...{ text, model, signal, callbacks: watchers, onProgress: beforeEpochs },
    ...(rows ? { rows } : {}),
    ...(optimizer ? { optimizer } : {}),
    ...(vectorizer ? { vectorizer } : {}),
    ...(vectors ? { vectors } : {}),
    ...(duplicates === undefined ? {} : { duplicates }),
    ...(flags.freezeVectors ? { freezeVectors: true } : {}),
    ...targetOf(target),
    ...(resume ? { resume } : {}),
    ...(communicator ? { communicator } : {}),
  };
}

/** Writes report and card and prints the result: tables for people, or the one JSON line. */
async function conclude(outcome: TrainingOutcome, tracking: Tracking): Promise<void> {
  const { plan, evaluation, interrupted, folds } = outcome;
  const { flags, out } = plan;
  // A file that cannot be written takes the figures with it, were they not printed first.
  const { written, failure } = await writePages(flags, () => trainingReport(outcome), tracking);
  const auto = outcome.classifier.training?.auto;
  if (auto) note(autoText(auto, styleFor(process.stderr)));
  if (flags.json) say(printableJson(trainingSummary(outcome)));
  else {
    if (outcome.changes) say(`${changesText(outcome.changes, flags.model, styleFor(process.stdout))}\n`);
    if (folds) say(`${foldsText(folds, styleFor(process.stdout))}\n`);
    if (evaluation)
      say(
        evaluationText(
          { ...evaluation, mistakes: evaluation.mistakes.slice(0, flags.mistakes) },
          styleFor(process.stdout),
        ),
      );
    say(printable([`Saved ${out}`, ...written].join(", ")));
  }
  if (failure) throw failure;
  if (interrupted) throw new Exit(EXIT.interrupted, `Interrupted: ${out} holds the best weights so far.`);
}

/** The object that `--json` ends with. */
function trainingSummary(outcome: TrainingOutcome) {
  const { plan, classifier, evaluation, epochs, seconds, overview, folds, changes } = outcome;
  const { model, encoder, training } = classifier;
  const test = evaluation && { ...evaluationSummary(evaluation), repeated: overview.repeated };
  return {
    model: plan.out,
    engine: model.engineName,
    threads: model.threads,
    ...(plan.communicator ? { processes: plan.communicator.size } : {}),
    params: model.countParams(),
    vocabulary: vocabularyOf(encoder),
    epochs,
    test,
    ...(folds ? { folds } : {}),
    ...(changes ? { changes } : {}),
    seconds,
    ...(training?.auto ? autoSummary(training.auto) : {}),
    ...(training?.vectors ? { vectors: training.vectors } : {}),
    ...(plan.flags.card === undefined ? {} : { card: plan.flags.card }),
  };
}

/** What `--json` says of an automatic classifier besides. */
function autoSummary({ members, picked, networks, useful, why, heldOut, notes, ran }: AutoRecord) {
  return { members, picked, networks, useful, known: heldOut.known, why, heldOut, notes, ran };
}
