/** The work of `cellstate train` where several labels a text are learned, or an amount. */
import { InputError, inputError } from "../base/errors.js";
import { atOnce } from "../base/pieces.js";
import { printable, printableJson } from "../base/text.js";
import { checkAnswerable } from "../classifier/answering.js";
import { TextClassifier } from "../classifier/classifier.js";
import type { Prepared } from "../classifier/options.js";
import type { OutputTrainOptions } from "../classifier/other-outputs.js";
import { repeatedTexts } from "../classifier/repeated-texts.js";
import { allRows, type CorpusText, type TextCorpus } from "../classifier/text-corpus.js";
import type { TextModel } from "../classifier/text-model.js";
import { AbortedTraining } from "../classifier/unfinished.js";
import { kindOf } from "../report/classifier-report.js";
import type { DatasetReport } from "../report/data.js";
import { lengthSummary } from "../report/lengths.js";
import { isLexer } from "../tokens/options.js";
import type { AnyTextModel } from "./asking.js";
import { openCheckpoints, stateToResume } from "./checkpoints.js";
import { EXIT, Exit, interruption, note, say } from "./context.js";
import { inFile } from "./data.js";
import { EpochFiles } from "./epoch-files.js";
import { sayUnknown } from "./evaluate.js";
import type { Measured, OutputKind } from "./output-kinds.js";
import { digestsOf } from "./reproduce.js";
import { styleFor } from "./terminal.js";
import { isFirst, processesText, progressStream } from "./together.js";
import { Tracking } from "./tracking.js";
import type { TrainPlan } from "./train-plan.js";
import { trainOptions } from "./training.js";
import { runReport, type Unseen, unseenBy, vocabularyOf } from "./training-report.js";
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
import { linearText } from "./ui/linear.js";
import { encodingText, overviewText } from "./ui/overview.js";
import { EpochProgress } from "./ui/progress.js";
import { status } from "./ui/status.js";

/** The texts of a run, read once. */
interface Material<C> {
  corpus: C;
  trainRows: Uint32Array;
  test: { corpus: C; rows: Uint32Array } | null;
  overview: DatasetReport;
}

/**
 * @param kind what is learned
 * @param commandWith the command that makes the same again, by the engine that computes
 */
export async function runOutputTraining<
  C extends TextCorpus<CorpusText>,
  M extends TextModel<unknown> & AnyTextModel,
  E extends Measured,
>(
  data: string,
  plan: TrainPlan,
  kind: OutputKind<C, M, E>,
  commandWith: (engine: string) => string,
): Promise<void> {
  refuseStart(plan);
  const watch = new Stopwatch("read");
  const material = await readMaterial(data, plan, kind);
  const { corpus, test, overview } = material;
  const { flags, out } = plan;
  const isReported = flags.report !== undefined || flags.card !== undefined;
  const inputs = isReported ? await digestsOf(data, plan) : [];
  note(overviewText(overview, styleFor(process.stderr)));
  const epochSeconds = new Map<number, number>();
  watch.enter(plan.auto ? "fit" : "vectorize");
  // Until here Ctrl-C ends the process, as nothing would be lost.
  const { signal, release } = interruption();
  const tracking = new Tracking(flags.track, plan.name);
  const observers = [tracking, new EpochFiles(flags.keepEpochs, true)];
  const learning = { epochSeconds, signal, watch, observers };
  const { made, interrupted, unseen } = await learn(plan, material, kind, learning);
  watch.enter(null);
  if (!isFirst) return endOfOther({ interrupted });
  await saveResult(made, plan);
  release();
  watch.enter("test");
  const mistakes = Math.max(20, flags.mistakes);
  const evaluation =
    test && !interrupted
      ? await kind.evaluate(made, test.corpus, { rows: test.rows, mistakes, onProgress: status.told })
      : null;
  const epochs = epochLogs(made, epochSeconds);
  const seconds = watch.total();
  const { linear } = made.training ?? {};
  if (linear) note(linearText(linear, styleFor(process.stderr)));
  if (evaluation) {
    sayUnknown(evaluation.encoding, evaluation.rows);
    for (const line of kind.leftOut(evaluation)) note(printable(line));
  }
  const reported = () => ({
    ...runReport({
      ...{ plan, model: made, overview, epochs, seconds, interrupted, inputs, unseen },
      command: commandWith(made.model.engineName),
      distinct: corpus.texts.distinct,
      kind: linear ? `automatic ${kind.what}` : kindOf(made.model, kind.what),
    }),
    ...(evaluation ? kind.report(evaluation) : {}),
  });
  tracking.kept = made.training?.bestEpoch ?? null;
  const pages = await writePages(flags, reported, tracking);
  if (flags.json) {
    say(
      printableJson({
        model: out,
        engine: made.model.engineName,
        threads: made.model.threads,
        ...(plan.communicator ? { processes: plan.communicator.size } : {}),
        params: made.model.countParams(),
        vocabulary: vocabularyOf(made.encoder),
        epochs,
        test: evaluation && { ...kind.summary(evaluation), repeated: overview.repeated },
        seconds,
        ...(linear ? { linear } : {}),
      }),
    );
  } else {
    if (evaluation) say(kind.text(kind.worst(evaluation, flags.mistakes), styleFor(process.stdout)));
    say(printable([`Saved ${out}`, ...pages.written].join(", ")));
  }
  if (pages.failure) throw pages.failure;
  if (interrupted) throw new Exit(EXIT.interrupted, `Interrupted: ${out} holds the best weights so far.`);
}

/** @throws InputError for a classifier to go on from: its outputs are of one label a text */
function refuseStart({ startFrom, flags }: TrainPlan): void {
  if (!(startFrom instanceof TextClassifier)) return;
  throw inputError({
    expected: "a network alone, or the name of a new one",
    where: `--model ${flags.model}`,
    received: "a classifier of one label a text",
    next: "Its outputs stand for its labels: train anew.",
  });
}

async function readMaterial<C extends TextCorpus<CorpusText>, M, E extends Measured>(
  data: string,
  plan: TrainPlan,
  kind: OutputKind<C, M, E>,
): Promise<Material<C>> {
  const { flags } = plan;
  const { group, test: testData } = flags;
  const { corpus, notes } = await kind.read(data, flags, plan.frontEnd, { group });
  kind.checkLearned(corpus, data);
  const remarks = kind.remarks(corpus).map((line) => `${data}: ${line}`);
  for (const line of remarks) note(printable(line));
  notes.push(...remarks);
  const tested = testData ? await kind.read(testData, flags, corpus.texts.frontEnd, {}) : null;
  if (tested) {
    await inFile(testData!, () => kind.checkTest(corpus, tested.corpus));
    notes.push(...tested.notes);
  }
  const [trainRows, heldOut] = splitTest(corpus, corpus.strata(), corpus.rows, plan);
  const held = heldOut.length > 0 ? { corpus, rows: heldOut } : null;
  const test = tested ? { corpus: tested.corpus, rows: allRows(tested.corpus.rows) } : held;
  const { frontEnd } = corpus.texts;
  const segment = isLexer(frontEnd) ? undefined : frontEnd.segment;
  const learned = { corpus, rows: trainRows };
  return {
    ...{ corpus, trainRows, test },
    overview: {
      source: data,
      rows: { train: trainRows.length, ...(test ? { test: test.rows.length } : {}) },
      ...(test ? { repeated: atOnce(repeatedTexts(learned, test)) } : {}),
      ...kind.overview(learned, test),
      ...(segment ? { segment } : {}),
      lengths: lengthSummary(
        Float64Array.from(trainRows, (row) => corpus.texts.tokensIn(row)),
        plan.auto ? null : plan.sizes.length,
      ),
      ...(notes.length > 0 ? { notes } : {}),
    },
  };
}

/** What a run is watched by. */
interface Learning {
  epochSeconds: Map<number, number>;
  signal: AbortSignal;
  watch: Stopwatch;
  observers: readonly Observer[];
}

async function learn<C extends TextCorpus<CorpusText>, M extends AnyTextModel, E extends Measured>(
  plan: TrainPlan,
  { corpus, trainRows: rows, test }: Material<C>,
  kind: OutputKind<C, M, E>,
  { epochSeconds, signal, watch, observers }: Learning,
): Promise<{ made: M; interrupted: boolean; unseen?: Unseen }> {
  const { checkpoint, resume, engine, threads, seed, duplicates } = plan.flags;
  const state = resume ? await stateToResume(checkpoint!, plan.communicator) : null;
  if (checkpoint && isFirst) await openCheckpoints(checkpoint);
  const progress = new EpochProgress(progressStream);
  let unseen: Unseen | undefined;
  const options = (): OutputTrainOptions<C> => {
    if (plan.auto) {
      return {
        ...{ rows, seed, signal, onProgress: status.told, onStep: (what: string) => note(`  ${what} …`) },
        ...(engine === undefined ? {} : { engine }),
        ...(threads === undefined ? {} : { threads }),
        ...(duplicates === undefined ? {} : { duplicates }),
      };
    }
    const watchers = [watchEpochs(epochSeconds, progress), ...watching(observers), ...checkpointing(plan)];
    const { balance: _b, target: _t, model, ...own } = trainOptions(plan, rows, signal, state, watchers);
    if (model instanceof TextClassifier) throw new InputError("--model: expected a network.");
    return {
      ...own,
      ...(model === undefined ? {} : { model: model as NonNullable<OutputTrainOptions["model"]> }),
      onPrepared(prepared: Prepared<C>) {
        const { model, vectorizer, length, encoding } = prepared;
        if (test) atOnce(checkAnswerable(model, test.corpus, [test.rows], vectorizer, length));
        unseen = unseenBy(prepared, test);
        note(encodingText(encoding, vectorizer.size, length, unseen));
        note(`  ${kind.epochs}`);
        for (const observer of observers) observer.prepare(prepared);
        const { communicator } = plan;
        if (communicator) note(`  ${processesText(communicator, plan.flags.batchSize)}`);
        watch.enter("fit");
      },
    };
  };
  try {
    return { made: await kind.train(corpus, options()), interrupted: false, ...(unseen ? { unseen } : {}) };
  } catch (error) {
    if (error instanceof AbortedTraining) {
      return { made: halfTrained<M>(error), interrupted: true, ...(unseen ? { unseen } : {}) };
    }
    return await keepLastGood(error, plan.out);
  } finally {
    progress.close();
  }
}
