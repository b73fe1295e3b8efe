/** The work of `cellstate train`: read, look, train, measure, save, report. */
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readLabelledPath } from "../data/node-source.js";
import { stratifiedSplit } from "../data/split.js";
import { PURPOSE, Random } from "../engine/philox.js";
import { writeAtomic } from "../formats/node-files.js";
import { reportHtml } from "../report/report.js";
import { TextClassifier, type TrainOptions, UnfinishedTraining } from "../text/classifier.js";
import { allRows, Corpus } from "../text/corpus.js";
import { type Callback, callbacks, type Logs, type TrainingProgress } from "../train/callbacks.js";
import { decodeCheckpoint, encodeCheckpoint, type TrainingState } from "../train/checkpoint.js";
import { EXIT, Exit, interruption, note, say } from "./context.js";
import { evaluationSummary } from "./evaluate.js";
import { styleFor } from "./terminal.js";
import type { TrainPlan } from "./train-plan.js";
import { dataOverview, type EpochLog, type TrainingOutcome, trainingReport } from "./training-report.js";
import { evaluationText } from "./ui/evaluation.js";
import { overviewText } from "./ui/overview.js";
import { EpochProgress } from "./ui/progress.js";

/** Adds up how long each stage takes. */
class Stopwatch {
  readonly seconds: Record<string, number> = {};
  private readonly started = performance.now();

  async time<T>(stage: string, work: () => Promise<T> | T): Promise<T> {
    const from = performance.now();
    const result = await work();
    this.seconds[stage] = (this.seconds[stage] ?? 0) + (performance.now() - from) / 1000;
    return result;
  }

  total(): Record<string, number> {
    return { ...this.seconds, total: (performance.now() - this.started) / 1000 };
  }
}

export async function runTraining(data: string, plan: TrainPlan): Promise<void> {
  const { flags } = plan;
  const watch = new Stopwatch();
  const { signal, release } = interruption();
  const corpus = await watch.time("read", () => readCorpus(data, plan));
  const testCorpus = flags.test ? await watch.time("read", () => readCorpus(flags.test!, plan)) : null;
  const [trainRows, heldOut] = splitTest(corpus, plan);
  const test = testCorpus
    ? { corpus: testCorpus, rows: allRows(testCorpus.rows) }
    : heldOut.length > 0
      ? { corpus, rows: heldOut }
      : null;
  // Labels that only the test data has are refused before training, not after.
  test?.corpus.classes(corpus.labels());
  const overview = dataOverview(data, corpus, trainRows, test, plan.sizes.length);
  note(overviewText(overview, styleFor(process.stderr)));

  const epochSeconds = new Map<number, number>();
  const resume = flags.resume ? await readCheckpoint(flags.checkpoint!) : null;
  if (flags.checkpoint) mkdirSync(flags.checkpoint, { recursive: true });
  const progress = new EpochProgress(process.stderr);
  const options = trainOptions(plan, trainRows, signal, resume, [
    watchEpochs(epochSeconds, progress),
    ...checkpointing(plan),
  ]);
  const classifier = await watch
    .time("fit", () => TextClassifier.train(corpus, options))
    .catch((error: unknown) => keepLastGood(error, plan.out))
    .finally(() => progress.close());
  const interrupted = signal.aborted;
  release();
  const evaluation =
    test && !interrupted
      ? await watch.time("test", () =>
          classifier.evaluate(test.corpus, { rows: test.rows, mistakes: Math.max(20, flags.mistakes) }),
        )
      : null;
  await classifier.save(plan.out);
  const seconds = watch.total();
  const epochs = epochLogs(classifier, epochSeconds);
  const outcome: TrainingOutcome = {
    data,
    plan,
    classifier,
    corpus,
    trainRows,
    test,
    evaluation,
    epochs,
    seconds,
    interrupted,
    overview,
  };
  if (flags.report)
    await writeAtomic(flags.report, new TextEncoder().encode(reportHtml(trainingReport(outcome))));
  conclude(outcome);
}

/** After a loss that is no number: what was learned until then goes beside `out`, never over it. */
async function keepLastGood(error: unknown, out: string): Promise<never> {
  if (!(error instanceof UnfinishedTraining)) throw error;
  const file = `${out.replace(/\.keras$/, "")}.last-good.keras`;
  await error.classifier.save(file);
  throw new Exit(EXIT.failed, `cellstate: ${error.message}\nThe last good weights are in ${file}.`);
}

async function readCorpus(path: string, plan: TrainPlan): Promise<Corpus> {
  const rows = await readLabelledPath(path, { text: plan.flags.text, label: plan.flags.label });
  note(`${path === "-" ? "standard input" : path}: ${rows.description.found}`);
  const { padding: _p, truncating: _t, length: _l, ...frontEnd } = plan.text;
  return Corpus.read(rows, frontEnd);
}

function splitTest(corpus: Corpus, { flags }: TrainPlan): [Uint32Array, Uint32Array] {
  if (flags.test || flags.testSplit === 0) return [allRows(corpus.rows), new Uint32Array(0)];
  const random = new Random(flags.seed, PURPOSE.split, 0);
  return stratifiedSplit(corpus.classes(corpus.labels()), flags.testSplit, (i) => random.uniform(i));
}

function trainOptions(
  { flags, sizes, text, optimizer, startFrom }: TrainPlan,
  rows: Uint32Array,
  signal: AbortSignal,
  resume: TrainingState | null,
  watchers: Callback[],
): TrainOptions {
  const { epochs, patience, batchSize, validationSplit, balance, seed, engine, threads } = flags;
  const { model = flags.model, vectorizer = null } = startFrom ?? {};
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
    note(`${folder}: no checkpoint yet, so this starts from the beginning.`);
    return null;
  }
}

/** Prints the result: tables for people, or the one JSON line. */
function conclude(outcome: TrainingOutcome): void {
  const { plan, evaluation, interrupted } = outcome;
  const { flags, out } = plan;
  if (flags.json) say(JSON.stringify(trainingSummary(outcome)));
  else {
    if (evaluation)
      say(
        evaluationText(
          { ...evaluation, mistakes: evaluation.mistakes.slice(0, flags.mistakes) },
          styleFor(process.stdout),
        ),
      );
    say(`Saved ${out}${flags.report ? `, report in ${flags.report}` : ""}`);
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
