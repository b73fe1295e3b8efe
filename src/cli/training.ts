/** The work of `cellstate train`: read, look, train, measure, save, report. */

import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readLabelledPath } from "../data/node-source.js";
import { stratifiedSplit } from "../data/split.js";
import { printable, printableJson } from "../display/text.js";
import { PURPOSE, Random } from "../engine/philox.js";
import { quickCheckup } from "../explain/doctor/index.js";
import { writeAtomic } from "../formats/node-files.js";
import { reportHtml } from "../report/report.js";
import { TextClassifier, UnfinishedTraining } from "../text/classifier.js";
import { allRows, Corpus } from "../text/corpus.js";
import type { Prepared, TrainOptions } from "../text/training.js";
import { type Callback, callbacks, type Logs, type TrainingProgress } from "../train/callbacks.js";
import { decodeCheckpoint, encodeCheckpoint, type TrainingState } from "../train/checkpoint.js";
import { EXIT, Exit, interruption, note, say } from "./context.js";
import { evaluationSummary } from "./evaluate.js";
import { styleFor } from "./terminal.js";
import type { TrainPlan } from "./train-plan.js";
import {
  dataOverview,
  type EpochLog,
  type Material,
  type TrainingOutcome,
  trainingReport,
} from "./training-report.js";
import { evaluationText } from "./ui/evaluation.js";
import { findingsText } from "./ui/findings.js";
import { encodingText, overviewText } from "./ui/overview.js";
import { EpochProgress } from "./ui/progress.js";

type Stage = "read" | "vectorize" | "fit" | "test";

/** Adds up how long each stage takes, in seconds. */
class Stopwatch {
  private readonly seconds: Record<Stage, number> = { read: 0, vectorize: 0, fit: 0, test: 0 };
  private readonly started = performance.now();
  private since = this.started;

  constructor(private stage: Stage | null) {}

  /** What comes now belongs to this stage; null: to none. */
  enter(stage: Stage | null): void {
    const now = performance.now();
    if (this.stage) this.seconds[this.stage] += (now - this.since) / 1000;
    [this.stage, this.since] = [stage, now];
  }

  total(): Record<Stage | "total", number> {
    this.enter(this.stage);
    return { ...this.seconds, total: (this.since - this.started) / 1000 };
  }
}

export async function runTraining(data: string, plan: TrainPlan): Promise<void> {
  const watch = new Stopwatch("read");
  const material = await readMaterial(data, plan);
  note(overviewText(material.overview, styleFor(process.stderr)));
  const epochSeconds = new Map<number, number>();
  watch.enter("vectorize");
  // Until here Ctrl-C ends the process, as nothing would be lost.
  const { signal, release } = interruption();
  const classifier = await learn(plan, material, epochSeconds, signal, () => watch.enter("fit"));
  watch.enter(null);
  const interrupted = signal.aborted;
  if (interrupted && classifier.model.iterations === 0) {
    throw new Exit(EXIT.interrupted, "Interrupted before the first step: nothing is written.");
  }
  await classifier.save(plan.out);
  release();
  watch.enter("test");
  const { test } = material;
  const mistakes = Math.max(20, plan.flags.mistakes);
  const evaluation =
    test && !interrupted ? await classifier.evaluate(test.corpus, { rows: test.rows, mistakes }) : null;
  const epochs = epochLogs(classifier, epochSeconds);
  const seconds = watch.total();
  await conclude({ ...material, data, plan, classifier, evaluation, epochs, seconds, interrupted });
}

/** The texts, and which of them to learn from and to measure on. */
async function readMaterial(data: string, plan: TrainPlan): Promise<Material> {
  const corpus = await readCorpus(data, plan);
  const testCorpus = plan.flags.test ? await readCorpus(plan.flags.test, plan) : null;
  const [trainRows, heldOut] = splitTest(corpus, plan);
  let test: Material["test"] = null;
  if (testCorpus) test = { corpus: testCorpus, rows: allRows(testCorpus.rows) };
  else if (heldOut.length > 0) test = { corpus, rows: heldOut };
  // Labels that only the test data has are refused before training, not after.
  test?.corpus.classes(corpus.labels());
  const overview = dataOverview(data, corpus, trainRows, test, plan.sizes.length);
  return { corpus, trainRows, test, overview };
}

/** Trains, with progress drawn and checkpoints kept. */
async function learn(
  plan: TrainPlan,
  { corpus, trainRows, test }: Material,
  epochSeconds: Map<number, number>,
  signal: AbortSignal,
  begin: () => void,
): Promise<TextClassifier> {
  const { checkpoint, resume } = plan.flags;
  const state = resume ? await readCheckpoint(checkpoint!) : null;
  if (checkpoint) mkdirSync(checkpoint, { recursive: true });
  const progress = new EpochProgress(process.stderr);
  const watchers = [watchEpochs(epochSeconds, progress), ...checkpointing(plan)];
  const options = trainOptions(plan, trainRows, signal, state, watchers);
  try {
    const onPrepared = (prepared: Prepared) => {
      note(encodingText(prepared.encoding, prepared.vectorizer.size, prepared.length));
      warn(prepared, test);
      begin();
    };
    return await TextClassifier.train(corpus, { ...options, onPrepared });
  } catch (error) {
    return await keepLastGood(error, plan.out);
  } finally {
    progress.close();
  }
}

/** Says what is likely to waste the time about to be spent. */
function warn({ rows, corpus, ...subject }: Prepared, test: Material["test"]): void {
  const findings = quickCheckup({ ...subject, texts: { corpus, rows }, ...(test ? { test } : {}) });
  const grave = findings.filter(({ severity }) => severity !== "note");
  if (grave.length > 0) note(findingsText(grave, styleFor(process.stderr)));
}

/** After a loss that is no number: what was learned until then goes beside `out`, never over it. */
async function keepLastGood(error: unknown, out: string): Promise<never> {
  if (!(error instanceof UnfinishedTraining)) throw error;
  const file = `${out.replace(/\.keras$/, "")}.last-good.keras`;
  await error.classifier.save(file);
  throw new Exit(EXIT.badInput, `cellstate: ${error.message}\nThe last good weights are in ${file}.`);
}

async function readCorpus(path: string, plan: TrainPlan): Promise<Corpus> {
  const rows = await readLabelledPath(path, { text: plan.flags.text, label: plan.flags.label });
  note(printable(`${path === "-" ? "standard input" : path}: ${rows.description.found}`));
  const { padding: _p, truncating: _t, length: _l, ...frontEnd } = plan.text;
  return Corpus.read(rows, frontEnd);
}

function splitTest(corpus: Corpus, { flags }: TrainPlan): [Uint32Array, Uint32Array] {
  if (flags.test || flags.testSplit === 0) return [allRows(corpus.rows), new Uint32Array(0)];
  const random = new Random(flags.seed, PURPOSE.split, 0);
  return stratifiedSplit(corpus.classes(corpus.labels()), flags.testSplit, (i) => random.uniform(i));
}

function trainOptions(
  { flags, sizes, text, optimizer, startFrom, vectorizer }: TrainPlan,
  rows: Uint32Array,
  signal: AbortSignal,
  resume: TrainingState | null,
  watchers: Callback[],
): TrainOptions {
  const { epochs, patience, batchSize, validationSplit, balance, seed, engine, threads } = flags;
  const model = startFrom ?? flags.model;
  return {
    ...{ ...sizes, epochs, patience, batchSize, validationSplit, balance, seed, engine, threads },
    ...{ text, rows, model, signal, callbacks: watchers },
    ...(optimizer ? { optimizer } : {}),
    ...(vectorizer ? { vectorizer } : {}),
    ...(resume ? { resume } : {}),
  };
}

/** Draws progress and keeps what each epoch came to. */
function watchEpochs(epochSeconds: Map<number, number>, view: EpochProgress): Callback {
  let started = 0;
  return {
    onTrainBegin(progress: TrainingProgress) {
      view.start(progress);
    },
    onEpochBegin(progress: TrainingProgress) {
      started = performance.now();
      view.beginEpoch(progress);
    },
    onBatchEnd(progress: TrainingProgress, logs: Logs) {
      view.batch(progress, logs);
    },
    onEpochEnd(progress: TrainingProgress, logs: Logs) {
      const seconds = (performance.now() - started) / 1000;
      epochSeconds.set(progress.epoch, seconds);
      view.endEpoch(progress, logs, seconds);
    },
  };
}

/** Every epoch of the run, those before a resume included. */
function epochLogs({ training }: TextClassifier, seconds: Map<number, number>): EpochLog[] {
  const { loss = [], accuracy = [], valLoss, valAccuracy } = training?.history ?? {};
  return loss.map((value, epoch) => ({
    epoch: epoch + 1,
    loss: value,
    accuracy: accuracy[epoch]!,
    ...(valLoss ? { valLoss: valLoss[epoch], valAccuracy: valAccuracy?.[epoch] } : {}),
    ...(seconds.has(epoch) ? { seconds: seconds.get(epoch) } : {}),
  }));
}

const checkpointFile = (folder: string) => join(folder, "checkpoint.cellstate");

function checkpointing({ flags }: TrainPlan): Callback[] {
  const { checkpoint, checkpointEvery } = flags;
  if (!checkpoint) return [];
  const save = (state: TrainingState) => writeAtomic(checkpointFile(checkpoint), encodeCheckpoint(state));
  return [callbacks.checkpoint(save, checkpointEvery)];
}

async function readCheckpoint(folder: string): Promise<TrainingState | null> {
  const file = checkpointFile(folder);
  try {
    return decodeCheckpoint(await readFile(file), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    note(printable(`${folder}: no checkpoint yet, so this starts from the beginning.`));
    return null;
  }
}

/** Writes the report and prints the result: tables for people, or the one JSON line. */
async function conclude(outcome: TrainingOutcome): Promise<void> {
  const { plan, evaluation, interrupted } = outcome;
  const { flags, out } = plan;
  if (flags.report) {
    await writeAtomic(flags.report, new TextEncoder().encode(reportHtml(trainingReport(outcome))));
  }
  if (flags.json) say(printableJson(trainingSummary(outcome)));
  else {
    if (evaluation)
      say(
        evaluationText(
          { ...evaluation, mistakes: evaluation.mistakes.slice(0, flags.mistakes) },
          styleFor(process.stdout),
        ),
      );
    say(printable(`Saved ${out}${flags.report ? `, report in ${flags.report}` : ""}`));
  }
  if (interrupted) throw new Exit(EXIT.interrupted, `Interrupted: ${out} holds the best weights so far.`);
}

/** The object that `--json` ends with. */
function trainingSummary({ plan, classifier, evaluation, epochs, seconds }: TrainingOutcome) {
  const { model, vectorizer } = classifier;
  const test = evaluation && evaluationSummary(evaluation);
  return {
    model: plan.out,
    engine: model.engineName,
    threads: model.runtime.engine.threads,
    params: model.countParams(),
    vocabulary: vectorizer.size,
    epochs,
    test,
    seconds,
  };
}
