import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InputError } from "../../src/base/errors.js";
import { chartText, labText } from "../../src/cli/ui/lab.js";
import { svgFile } from "../../src/drawing/page.js";
import { labChart } from "../../src/lab/chart.js";
import { type LabProgress, type LabRun, runLab, taskNamed } from "../../src/lab/index.js";
import { labNetwork, lossPerAnswer, type NetworkSettings } from "../../src/lab/network.js";
import { threadRunner } from "../../src/lab/node-runners.js";
import { labPage } from "../../src/lab/page.js";
import { summarizeRuns } from "../../src/lab/result.js";
import { Sequences } from "../../src/lab/sequences.js";

const reference = { engine: "reference" } as const;
const settings: NetworkSettings = { units: 5, learningRate: 0.01, clipnorm: 1, gateStart: "chrono" };
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

  /** Cross-entropy an answer, worked out from the predictions alone. */
  function crossEntropy(output: Float32Array, y: Float32Array): number {
    let [sum, answers] = [0, 0];
    for (let i = 0; i < y.length; i++) {
      if (y[i] !== 1) continue;
      sum -= Math.log(output[i]!);
      answers++;
    }
    return sum / answers;
  }

  test("answers at every step with softmax; its loss is their cross-entropy", () => {
    const model = labNetwork(task, sizes, "gru", settings, reference);
    const [x, y] = new Sequences(task, sizes, 6, 1).batch("training", 0, rows);
    const { data } = model.predictFlat(x);
    const first = data.subarray(0, 7).reduce((a, b) => a + b);
    assert.ok(Math.abs(first - 1) < 1e-5);
    const loss = lossPerAnswer(task, sizes, model.gradients(x, y).loss, y.data, rows);
    assert.ok(
      Math.abs(loss - crossEntropy(data, y.data)) < 1e-5,
      `${loss} against ${crossEntropy(data, y.data)}`,
    );
  });

  test("its gradient is that of the steps' cross-entropy, by central differences", () => {
    const model = labNetwork(task, sizes, "lstm", settings, reference);
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

  test("chrono start: forget biases from 0 to log(T − 1), input biases their opposites; Keras's start leaves 1 and 0", () => {
    const bias = (cell: "lstm" | "gru", gateStart: "chrono" | "keras") =>
      labNetwork(task, { ...sizes, steps: 50 }, cell, { ...settings, gateStart }, reference).getWeights()[2]!
        .data;
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
  });
});

describe("runLab", () => {
  test("a SimpleRNN latches over a few steps; the same seed gives the same run", async () => {
    const seen: LabProgress[] = [];
    const result = await runLab("latch", quick, (progress) => void seen.push(progress));
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
      const result = await runLab(
        "latch",
        { ...quick, threads, seeds: 5, signal: controller.signal },
        (progress) => {
          if (!progress.finished) return;
          finished.push(progress.finished);
          controller.abort();
        },
      );
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
      await assert.rejects(runLab("latch", { ...quick, threads, seeds: 3 }, refuse), told);
    }
    const runner = threadRunner({ engine: "reference", threads: 1 })!;
    const settings = { ...(await runLab("latch", quick)).settings };
    const order = { task: "none", settings, job: { cell: "rnn", lag: 3, seed: 0 } } as const;
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
  });
});

const run = (cell: LabRun["cell"], lag: number, seed: number, right: number, sequences: number): LabRun => ({
  ...{ cell, lag, seed, right, sequences, params: 10, seconds: 1, curve: [] },
  solved: right > 0.9,
  ended: right > 0.9 ? "solved" : "budget",
});

describe("a lab's results", () => {
  const runs = [
    run("rnn", 10, 0, 1, 100),
    run("rnn", 10, 1, 0.2, 900),
    run("lstm", 10, 0, 0.95, 300),
    run("lstm", 10, 1, 0.99, 500),
    run("lstm", 10, 2, 0.98, 400),
    run("lstm", 100, 0, 1, 700),
  ];

  test("are summed up by cell and lag, with the spread", () => {
    assert.deepEqual(summarizeRuns(runs, [10, 100], ["rnn", "lstm"]), [
      {
        cell: "rnn",
        lag: 10,
        runs: 2,
        solved: 1,
        right: { mean: 0.6, least: 0.2, most: 1 },
        sequences: 100,
        params: 10,
      },
      {
        ...{ cell: "lstm", lag: 10, runs: 3, solved: 3, sequences: 400, params: 10 },
        right: { mean: (0.95 + 0.99 + 0.98) / 3, least: 0.95, most: 0.99 },
      },
      {
        cell: "lstm",
        lag: 100,
        runs: 1,
        solved: 1,
        right: { mean: 1, least: 1, most: 1 },
        sequences: 700,
        params: 10,
      },
    ]);
  });

  test("fit 80 columns as text; the bar runs from worst to best", () => {
    const text = chartText(summarizeRuns(runs, [10, 100], ["rnn", "lstm"]));
    for (const line of text.split("\n")) assert.ok([...line].length <= 80, line);
    const bar = /│(▓*)(░*) *│/.exec(text.split("\n")[1]!)!;
    assert.equal(bar[1]!.length, Math.round(0.2 * 26));
    assert.equal(bar[1]!.length + bar[2]!.length, 26);
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
