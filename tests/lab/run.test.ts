import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InputError } from "../../src/base/errors.js";
import { chartText, labText } from "../../src/cli/ui/lab.js";
import { svgFile } from "../../src/drawing/page.js";
import { labChart } from "../../src/lab/chart.js";
import {
  type LabEntry,
  type LabProgress,
  type LabResult,
  type LabRun,
  runLab,
  taskNamed,
} from "../../src/lab/index.js";
import { answersOf, labNetwork, lossPerAnswer } from "../../src/lab/network.js";
import { threadRunner } from "../../src/lab/node-runners.js";
import { labPage } from "../../src/lab/page.js";
import { summarize } from "../../src/lab/result.js";
import { Sequences } from "../../src/lab/sequences.js";
import { KERAS, type Setting } from "../../src/lab/setting.js";

const reference = { engine: "reference" } as const;
const units = 5;
const setting: Setting = { ...KERAS, learningRate: 0.01, clipnorm: 1, gateStart: "chrono" };
const quick = {
  ...reference,
  threads: 1,
  lags: [5],
  cells: ["rnn"],
  seeds: 1,
  sequences: 4800,
  learningRate: 0.01,
} as const;

describe("the network of an experiment", () => {
  const task = taskNamed("reber");
  const sizes = task.sizes(6);
  const rows = 9;

  /** Cross-entropy an answer, worked out from the log-probabilities alone. */
  function crossEntropy(output: Float32Array, y: Float32Array): number {
    let [sum, answers] = [0, 0];
    for (let i = 0; i < y.length; i++) {
      if (y[i] !== 1) continue;
      sum -= output[i]!;
      answers++;
    }
    return sum / answers;
  }

  test("answers at every step with softmax; its loss is their cross-entropy", () => {
    const model = labNetwork(task, sizes, "gru", units, setting, reference);
    const [x, y] = new Sequences(task, sizes, 6, 1).batch("training", 0, rows);
    const { data } = model.predictFlat(x);
    const first = answersOf(task, data)
      .subarray(0, 7)
      .reduce((a, b) => a + b);
    assert.ok(Math.abs(first - 1) < 1e-5);
    const loss = lossPerAnswer(task, sizes, model.gradients(x, y).loss, y.data, rows);
    assert.ok(
      Math.abs(loss - crossEntropy(data, y.data)) < 1e-5,
      `${loss} against ${crossEntropy(data, y.data)}`,
    );
  });

  test("its gradient is that of the steps' cross-entropy, by central differences", () => {
    const model = labNetwork(task, sizes, "lstm", units, setting, reference);
    const [x, y] = new Sequences(task, sizes, 6, 1).batch("training", 0, rows);
    const answers = y.data.reduce((a, b) => a + b) / rows;
    const { gradients } = model.gradients(x, y);
    const h = 1e-2;
    for (const [array, element] of [
      [0, 3],
      [1, 17],
      [2, 6],
      [3, 11],
      [4, 2],
    ] as const) {
      const shifted = (by: number) => {
        const weights = model.getWeights();
        weights[array]!.data[element]! += by;
        model.setWeights(weights);
        const loss = crossEntropy(model.predictFlat(x).data, y.data) * answers;
        weights[array]!.data[element]! -= by;
        model.setWeights(weights);
        return loss;
      };
      const slope = (shifted(h) - shifted(-h)) / (2 * h);
      const given = gradients[array]!.data[element]!;
      assert.ok(
        Math.abs(slope - given) < 2e-3 * Math.max(1, Math.abs(slope)),
        `${gradients[array]!.name}: ${given} against ${slope}`,
      );
    }
  });

  // From probabilities, which are clipped at 1e-7, a sure mistake had no gradient: a run that made it was stuck for good.
  test("a step that is surely wrong gets the gradient p − y, and one without an answer none", () => {
    for (const name of ["reber", "copy", "dyck", "anbn", "characters", "noise-free", "noisy"]) {
      const task = taskNamed(name);
      const sizes = task.sizes(task.leastLag + 4);
      const model = labNetwork(task, sizes, "lstm", units, setting, reference);
      const [x, y] = new Sequences(task, sizes, task.leastLag + 4, 1).batch("training", 0, rows);
      const { outputs: O } = sizes;
      // All scores are the dense layer's biases: 60 nats between the first symbol and the others.
      const weights = model.getWeights();
      weights[3]!.data.fill(0);
      weights[4]!.data.fill(0)[0] = 60;
      model.setWeights(weights);
      const targets = Array.from(
        { length: O },
        (_, k) => y.data.filter((t, i) => i % O === k && t === 1).length,
      );
      const answers = targets.reduce((a, b) => a + b);
      const wrong = answers - targets[0]!;
      assert.ok(wrong > 0, name);
      const { loss, gradients } = model.gradients(x, y);
      const nats = lossPerAnswer(task, sizes, loss, y.data, rows);
      assert.ok(Math.abs(nats - (60 * wrong) / answers) < 1e-3, `${name}: ${nats} nats`);
      // Summed over all answers: the first symbol's p is 1, the others' 0.
      const expected = targets.map((count, k) => ((k === 0 ? answers : 0) - count) / rows);
      for (let k = 0; k < O; k++) {
        const given = gradients[4]!.data[k]!;
        assert.ok(
          Math.abs(given - expected[k]!) < 1e-4 * Math.max(1, Math.abs(expected[k]!)),
          `${name} bias ${k}: ${given}, not ${expected[k]}`,
        );
      }
    }
  });

  test("an IRNN starts as the identity and is rectified; gain multiplies how each cell starts", () => {
    const recurrent = (cell: "irnn" | "rnn", gain: number) =>
      Array.from(labNetwork(task, sizes, cell, 2, { ...setting, gain }, reference).getWeights()[1]!.data);
    assert.deepEqual(recurrent("irnn", 0.5), [0.5, 0, 0, 0.5]);
    const [a, b, c, d] = recurrent("rnn", 0.5) as [number, number, number, number];
    assert.ok(Math.abs(a * a + b * b - 0.25) < 1e-6 && Math.abs(a * c + b * d) < 1e-6);
    const [layer] = labNetwork(task, sizes, "irnn", 2, setting, reference).layers;
    assert.equal((layer!.options as { activation?: string }).activation, "relu");
  });

  test("chrono start: forget biases from 0 to log(T − 1), input biases their opposites; Keras's start leaves 1 and 0", () => {
    const bias = (cell: "lstm" | "gru", gateStart: "chrono" | "keras" | number) =>
      labNetwork(
        task,
        { ...sizes, steps: 50 },
        cell,
        units,
        { ...setting, gateStart },
        reference,
      ).getWeights()[2]!.data;
    const chrono = bias("lstm", "chrono");
    for (let u = 0; u < 5; u++) {
      assert.ok(chrono[5 + u]! > 0 && chrono[5 + u]! <= Math.log(49));
      assert.equal(chrono[u], -chrono[5 + u]!);
    }
    assert.ok(Math.max(...chrono.subarray(5, 10)) > 1, "some cells forget slowly");
    assert.deepEqual(Array.from(bias("lstm", "keras").subarray(0, 10)), [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    assert.ok(
      bias("gru", "chrono")
        .subarray(0, 5)
        .every((value) => value > 0),
    );
    assert.ok(
      bias("gru", "chrono")
        .subarray(5)
        .every((value) => value === 0),
    );
    assert.ok(bias("gru", "keras").every((value) => value === 0));
    assert.deepEqual(Array.from(bias("lstm", 3).subarray(0, 10)), [0, 0, 0, 0, 0, 3, 3, 3, 3, 3]);
    assert.deepEqual(Array.from(bias("gru", -2).subarray(0, 6)), [-2, -2, -2, -2, -2, 0]);
  });
});

describe("runLab", () => {
  test("a SimpleRNN latches over a few steps; the same seed gives the same run", async () => {
    const seen: LabProgress[] = [];
    const result = await runLab("latch", { ...quick, onProgress: (progress) => void seen.push(progress) });
    const [run] = result.runs;
    assert.equal(run!.solved, true);
    assert.equal(run!.ended, "solved");
    assert.ok(run!.right > 0.98 && run!.sequences < 4800, JSON.stringify(run));
    assert.equal(run!.curve.at(-1)!.right, 1);
    assert.ok(run!.curve.at(-1)!.loss < 0.3, `loss ${run!.curve.at(-1)!.loss}, where guessing has 0.69`);
    assert.equal(seen.at(-1)!.finished, run);
    assert.equal(seen.length, run!.curve.length + 1);
    const again = await runLab("latch", quick);
    assert.deepEqual({ ...again.runs[0], seconds: 0 }, { ...run, seconds: 0 });
    const other = await runLab("latch", { ...quick, seed: 1 });
    assert.notEqual(other.runs[0]!.curve[0]!.loss, run!.curve[0]!.loss);
  });

  test("a run out of sequences is not solved; what it got right is measured all the same", async () => {
    const { runs, summary } = await runLab("order2", { ...quick, lags: [20], sequences: 320 });
    assert.equal(runs[0]!.ended, "budget");
    assert.equal(runs[0]!.solved, false);
    assert.ok(runs[0]!.right < 0.5);
    assert.equal(summary[0]!.sequences, null);
  });

  test("a loss beyond all numbers ends the run as diverged", async () => {
    const { runs } = await runLab("adding", { ...quick, clipnorm: 1e30, learningRate: 1e30 });
    assert.equal(runs[0]!.ended, "diverged");
    assert.equal(runs[0]!.right, 0);
  });

  for (const threads of [1, 2]) {
    test(`abort keeps the runs that were finished and begins no other, on ${threads} at once`, async () => {
      const controller = new AbortController();
      const finished: LabRun[] = [];
      const onProgress = (progress: LabProgress) => {
        if (!progress.finished) return;
        finished.push(progress.finished);
        controller.abort();
      };
      const options = { ...quick, threads, seeds: 5, signal: controller.signal, onProgress };
      const result = await runLab("latch", options);
      assert.equal(finished.length, 1);
      assert.equal(result.complete, false);
      assert.deepEqual(result.runs, finished);
      assert.equal(result.summary[0]!.runs, 1);
    });
  }

  test("what comes out does not depend on how many runs are made at once", async () => {
    const options = { ...quick, lags: [3, 5], cells: ["rnn", "gru"], seeds: 1, sequences: 320 } as const;
    const timeless = async (threads: number) =>
      (await runLab("latch", { ...options, threads })).runs.map((run) => ({ ...run, seconds: 0 }));
    const one = await timeless(1);
    assert.equal(one.length, 4);
    assert.deepEqual(await timeless(2), one);
  });

  test("what goes wrong in a run, or where progress is told, ends the experiment", async () => {
    const told = new Error("told too much");
    for (const threads of [1, 2]) {
      const refuse = () => {
        throw told;
      };
      await assert.rejects(runLab("latch", { ...quick, threads, seeds: 3, onProgress: refuse }), told);
    }
    const runner = threadRunner({ engine: "reference", threads: 1 })!;
    const sizes = { units: 2, batchSize: 2, sequences: 4 };
    const job = { cell: "rnn", lag: 3, seed: 0, setting: KERAS, budget: 4 } as const;
    const order = { task: "none", sizes, job };
    await assert.rejects(
      runner.run(order, () => {}),
      /one of latch/,
    );
    runner.close();
  });

  test("complains of what makes no experiment", async () => {
    const complains = (name: string, options: object, says: RegExp) =>
      assert.rejects(runLab(name, { ...quick, ...options }), (error: Error) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, says);
        return true;
      });
    await complains("addition", {}, /one of latch/);
    await complains("adding", { cells: ["lstn"] }, /lstm/);
    await complains("adding", { cells: [] }, /at least one/);
    await complains("adding", { cells: ["rnn", "rnn"] }, /lab cells: expected at least one, and each once/);
    await complains("adding", { lags: [10, 20, 10] }, /lab lags: expected at least one, and each once/);
    await complains("reber", { lags: [4] }, /at least 5|from 5/);
    await complains("adding", { seeds: 0 }, /seeds/);
    await complains("adding", { gateStart: "gers" }, /chrono/);
    await complains("adding", { learningRate: 0 }, /lab learningRate: expected a number above 0/);
    await complains("adding", { clipnorm: 0 }, /lab clipnorm/);
    await complains("adding", { truncation: 0.5 }, /lab truncation/);
    await complains("adding", { search: true }, /search, or settings that are given/);
    await complains("adding", { search: "yes" }, /lab search: expected true or false/);
    await complains("adding", { sweep: "gians" }, /gain/);
    await complains("adding", { sweep: "gain", lags: [10, 20] }, /one lag to sweep at/);
    await complains("adding", { sweep: "forget-bias" }, /cells with a gate that keeps/);
    const idle = { cells: ["lstm", "gru"], learningRate: undefined };
    await complains("adding", { ...idle, sweep: "gain", gain: 2 }, /lab gain: .* beside a sweep/);
    await complains(
      "adding",
      { ...idle, sweep: "clipnorm", clipnorm: null },
      /lab clipnorm: .* beside a sweep/,
    );
    await complains("adding", { sweep: "learning-rate" }, /lab learningRate: .* beside a sweep/);
    await complains(
      "adding",
      { ...idle, sweep: "forget-bias", gateStart: "chrono" },
      /lab gateStart: .* sweep/,
    );
    await complains("adding", { gateStart: "chrono" }, /lab gateStart: .* no cell has memory gates/);
    const unkept = ["lstm-1997", "lstm-nfg", "lstm-cifg"];
    await complains("adding", { cells: unkept, gateStart: 2 }, /lab gateStart: .* as a number where no cell/);
    await complains("adding", { lags: [5, 10], truncation: 22 }, /lab truncation: .* more than 22 steps/);
    await complains("latch", { sweep: "truncation", lags: [3] }, /lab sweep: .* at most 4 steps/);
    await complains("adding", { seed: 100_001 }, /seeds other than 100001/);
  });
});

const run = (cell: LabRun["cell"], lag: number, seed: number, right: number, sequences: number): LabRun => ({
  ...{ cell, lag, seed, right, sequences, params: 10, seconds: 1, curve: [], setting: KERAS },
  ...{ beyond: null, loss: 1 - right },
  solved: right > 0.9,
  ended: right > 0.9 ? "solved" : "budget",
});

describe("a lab's results", () => {
  const entry = (cell: LabRun["cell"], lag: number): LabEntry => ({
    ...{ cell, lag, setting: KERAS, from: "keras", tried: null, chosenAt: null, value: null },
  });
  const groups: [LabEntry, LabRun[]][] = [
    [entry("rnn", 10), [run("rnn", 10, 0, 1, 100), run("rnn", 10, 1, 0.2, 900)]],
    [
      entry("lstm", 10),
      [run("lstm", 10, 0, 0.95, 300), run("lstm", 10, 1, 0.99, 500), run("lstm", 10, 2, 0.98, 400)],
    ],
    [entry("lstm", 100), [run("lstm", 100, 0, 1, 700)]],
  ];

  test("are summed up, with the spread", () => {
    const [first, second] = groups.map(([of, runs]) => summarize(of, runs));
    assert.deepEqual(first, {
      ...entry("rnn", 10),
      ...{ runs: 2, solved: 1, sequences: 100, params: 10, beyond: null },
      right: { mean: 0.6, least: 0.2, most: 1 },
      loss: { mean: 0.4, least: 0, most: 0.8 },
    });
    assert.equal(second!.sequences, 400);
    assert.deepEqual(second!.right, { mean: (0.95 + 0.99 + 0.98) / 3, least: 0.95, most: 0.99 });
  });

  test("fit 80 columns as text; the bar runs from worst to best", async () => {
    const made = await runLab("latch", { ...quick, sequences: 64 });
    const result: LabResult = { ...made, summary: groups.map(([of, runs]) => summarize(of, runs)) };
    const text = chartText(result);
    for (const line of text.split("\n")) assert.ok([...line].length <= 80, line);
    const bar = /│(▓*)(░*) *│/.exec(text.split("\n")[1]!)!;
    assert.equal(bar[1]!.length, Math.round(0.2 * 22));
    assert.equal(bar[1]!.length + bar[2]!.length, 22);
    assert.match(text, /100 {2}LSTM/);
  });

  test("are drawn with a dot a run and a description, as a picture and as a page", async () => {
    const result = await runLab("latch", { ...quick, lags: [3, 5], seeds: 2, sequences: 640 });
    const picture = svgFile(labChart(result));
    assert.equal(picture.match(/<circle/g)!.length, 4);
    assert.match(picture, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.match(picture, /<desc[^>]*>SimpleRNN at lag 3: \d of 2 runs solved it/);
    const page = labPage(result);
    assert.match(page, /Hochreiter and Schmidhuber 1997, experiment 3a/);
    assert.match(page, /most training sequences/);
    for (const line of labText(result).split("\n")) assert.ok([...line].length <= 80, line);
  });
});
