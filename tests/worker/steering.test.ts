/** A training that pauses, steps, goes on, is cancelled, or cut short by a signal: what it learned is as it would be. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { TextClassifier } from "../../src/index.js";
import {
  type BatchReport,
  createTrainer,
  type Pause,
  type Training,
  type WorkerTrainOptions,
} from "../../src/worker/index.js";
import { direct, ROWS, SMALL, weightsIn, weightsOf } from "./data.js";

const weights = async (training: Training) => weightsOf(await training.toBytes());

/** The weights after so many batches. */
async function weightsAfter(batches: number): Promise<number[]> {
  let found: number[] = [];
  await direct({
    callbacks: [
      {
        onBatchEnd: ({ model, step, stop }) => {
          if (step === batches) found = model.getWeights().flatMap(({ data }) => [...data]);
          if (step >= batches) stop("seen");
        },
      },
    ],
  });
  return found;
}

describe("steering a training", () => {
  const trainer = createTrainer();
  after(() => trainer.close());
  before(() => trainer.read(ROWS));
  const started: Training[] = [];
  const start = (options: WorkerTrainOptions = {}): Training => {
    const training = trainer.train({ ...SMALL, testSplit: 0, ...options });
    started.push(training);
    return training;
  };
  // One that waits would keep all others from beginning.
  afterEach(async () => {
    for (const training of started.splice(0)) await training.forget().catch(() => undefined);
  });

  test("pauses before the first batch, makes exactly as many as it is told, and goes on to the same bits", async () => {
    const batches: BatchReport[] = [];
    const training = start({ paused: true, onBatch: (batch) => void batches.push(batch) });
    assert.deepEqual(await training.pause(), { epoch: 1, batch: 0, step: 0, ended: false });
    assert.equal(batches.length, 0);
    assert.deepEqual(await weights(training), await weightsOf(await training.at(0).toBytes()));

    assert.deepEqual(await training.step(), { epoch: 1, batch: 1, step: 1, ended: false });
    assert.deepEqual(
      batches.map(({ step }) => step),
      [1],
    );
    assert.deepEqual(await weights(training), await weightsAfter(1));

    assert.deepEqual(await training.step(10), { epoch: 2, batch: 2, step: 11, ended: false });
    assert.equal(batches.length, 11);
    assert.deepEqual(await weights(training), await weightsAfter(11));

    // Two steps at a time add up. The first may be done before the worker hears of the second.
    const [first, second] = await Promise.all([training.step(), training.step(2)]);
    assert.ok(first.step === 12 || first.step === 14, String(first.step));
    assert.equal(second.step, 14);

    await training.resume();
    await training.done;
    assert.equal(batches.length, 27);
    assert.deepEqual(await weights(training), weightsIn(await direct()));
    assert.deepEqual(await training.pause(), { epoch: 3, batch: 9, step: 27, ended: true });
  });

  test("pauses while it runs, and more steps than there are end it", async () => {
    let training!: Training;
    const paused = new Promise<Pause>((resolve) => {
      let isAsked = false;
      const onBatch = () => {
        if (!isAsked) resolve(training.pause());
        isAsked = true;
      };
      training = start({ interval: 0, epochs: 50, patience: 50, onBatch });
    });
    const ended = training.done.then(() => Promise.reject(new Error("it ended before it paused")));
    const { step } = await Promise.race([paused, ended]);
    assert.ok(step >= 1 && step < 450, String(step));
    assert.equal((await training.pause()).step, step);
    assert.deepEqual(await training.step(10_000), { epoch: 50, batch: 9, step: 450, ended: true });
    await training.done;
  });

  test("a step wants a pause first", async () => {
    const training = start({ paused: true });
    await training.pause();
    await training.resume();
    await assert.rejects(training.step(), { name: "InputError", message: /Call pause\(\) first/ });
    await assert.rejects(training.step(0), { name: "InputError" });
    await training.done;
  });

  test("cancelled while it pauses: what was learned until there, measured and kept", async () => {
    const training = start({ paused: true, testSplit: 0.2 });
    await training.pause();
    await training.step(3);
    await training.cancel();
    const { training: record, evaluation, epochs } = await training.done;
    assert.equal(record.stopped, "aborted");
    assert.deepEqual(epochs, [0]);
    assert.equal(evaluation!.rows, 36);
    const classifier = await TextClassifier.load(await training.toBytes());
    assert.equal(classifier.model.iterations, 3);
  });

  test("cancelled before its first batch: nothing was learned", async () => {
    const training = start({ paused: true });
    await training.pause();
    await training.cancel();
    await assert.rejects(training.done, { name: "AbortError", message: /before its first step/ });
    assert.deepEqual(await weights(training), await weightsOf(await training.at(0).toBytes()));
    const other = start({ signal: AbortSignal.abort() });
    await assert.rejects(other.done, { name: "AbortError" });
  });

  test("a signal rejects at once, and what was learned is kept", async () => {
    const stop = new AbortController();
    const training = start({ paused: true, signal: stop.signal });
    await training.pause();
    await training.step(2);
    stop.abort();
    await assert.rejects(training.done, (error: unknown) => {
      assert.ok(error instanceof DOMException);
      assert.equal(error.name, "AbortError");
      return true;
    });
    assert.equal((await training.pause()).ended, true);
    assert.equal((await TextClassifier.load(await training.toBytes())).model.iterations, 2);
    // The trainer is free for the next.
    await start().done;
  });

  test("a state goes on to the same bits", async () => {
    const first = start({ paused: true });
    await first.pause();
    await first.step(13);
    const state = await first.state();
    assert.equal(state.epoch, 1);
    assert.equal(state.batch, 4);
    await first.forget();
    await assert.rejects(first.done, { name: "AbortError" });
    const second = start({ resume: state });
    await second.done;
    assert.deepEqual(await weights(second), weightsIn(await direct()));
    await assert.rejects(second.state(), { name: "InputError", message: /has ended/ });
  });

  test("a loss that is no number is a TrainingError, and what there was before is kept", async () => {
    const training = start({ learningRate: 1e38, optimizer: "sgd", model: "rnn" });
    await assert.rejects(training.done, (error: unknown) => {
      assert.equal((error as Error).name, "TrainingError");
      assert.match((error as Error).message, /the loss became|weights became|no finite/);
      return true;
    });
    assert.ok((await weights(training)).every(Number.isFinite));
  });

  test("messages about batches are few, and none is left out", async () => {
    const told: number[] = [];
    const training = start({ interval: 1e9, onBatch: ({ step }) => void told.push(step), probes: ["free"] });
    await training.done;
    assert.deepEqual(
      told,
      Array.from({ length: 27 }, (_, i) => i + 1),
    );
  });

  test("an epoch that is not kept is refused, and says which are", async () => {
    const training = start();
    await training.done;
    await assert.rejects(training.at(9).predict("x"), { name: "InputError", message: /kept: 0, 1, 2, 3/ });
    const bare = start({ keepEpochs: false });
    assert.deepEqual((await bare.done).epochs, []);
    await assert.rejects(bare.at(1).predict("x"), { name: "InputError", message: /whose epochs are kept/ });
  });
});
