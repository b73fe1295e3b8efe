/** train --track: what is seen of each epoch is what trace and gradientFlow see of the network then; nothing learned changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce } from "../../src/base/pieces.js";
import { trackPage } from "../../src/explain/draw/track-page.js";
import { gradientFlow, sentenceOfIds, trace } from "../../src/explain/index.js";
import { Probe } from "../../src/explain/probe.js";
import { trackTraining } from "../../src/explain/track.js";
import { probeAccuracy } from "../../src/explain/units/linear-probe.js";
import { layers, optimizers, sequential } from "../../src/index.js";
import type { Model } from "../../src/model/model.js";
import type { Callback } from "../../src/train/callbacks.js";
import { byClass, byName, parsePage } from "../report/page.js";

const KINDS = { lstm: layers.lstm, gru: layers.gru, simpleRNN: layers.simpleRNN };
const x = [
  [1, 2, 3, 4],
  [0, 2, 2, 5],
  [0, 0, 5, 1],
  [3, 3, 4, 2],
];
const y = [1, 0, 0, 1];
const sentences = x.map((ids) => sentenceOfIds(ids));

function network(kind: keyof typeof KINDS): Model {
  const model = sequential(
    [
      layers.embedding({ inputDim: 6, outputDim: 3, inputLength: 4 }),
      KINDS[kind]({ units: 4 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 5 },
  );
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  return model;
}

const fit = (model: Model, callbacks: Callback<Model>[], epochs = 3) =>
  model.fit(x, y, { epochs, batchSize: 2, callbacks });

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const near = (a: number, b: number) =>
  assert.ok(Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b)), `${a} ${b}`);

for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
  test(`${kind}: every epoch as trace and gradientFlow see it, and the same bits learned`, async () => {
    const [model, alone] = [network(kind), network(kind)];
    const start = model.getWeights().map(({ data }) => Float64Array.from(data));
    const track = trackTraining(sentences, { targets: y });
    await fit(model, [track.callback]);
    await fit(alone, []);
    assert.deepEqual(model.getWeights(), alone.getWeights());
    assert.deepEqual(
      track.epochs.map(({ epoch }) => epoch),
      [0, 1, 2, 3],
    );
    const { layers: seen, weights, loss } = track.epochs.at(-1)!;
    const [layer] = seen;
    const traced = sentences.map(({ ids, words }) =>
      trace(model, ids).layers[0]!.steps.filter(({ t }) => words[t] !== ""),
    );
    for (const { name, mean: value, open, shut } of layer!.gates) {
      const all = traced.flat().flatMap(({ gates }) => Array.from(gates[name]!));
      near(value, mean(all));
      near(open, mean(all.map((each) => (each > 0.9 ? 1 : 0))));
      near(shut, mean(all.map((each) => (each < 0.1 ? 1 : 0))));
    }
    assert.equal(layer!.gates.length, { lstm: 3, gru: 2, simpleRNN: 0 }[kind]);
    const flows = sentences.map(({ ids, words }, k) =>
      gradientFlow(model, ids, { target: y[k]! })
        .steps.filter(({ t }) => words[t] !== "")
        .reverse(),
    );
    // Three of four texts have three words or more, so the mean goes three steps; the first is itself.
    near(layer!.gradient[0]!, 1);
    const second = flows.map((steps) => Math.log(steps[1]!.norms.total / steps[0]!.norms.total));
    near(layer!.gradient[1]!, Math.exp(mean(second)));
    const probe = new Probe(model);
    near(loss!, mean(atOnce(probe.endings(x)).map(({ output: [p] }, k) => -Math.log(y[k] ? p! : 1 - p!))));
    probe.dispose();
    for (const [k, { data }] of model.getWeights().entries()) {
      near(weights[k]!.norm, Math.hypot(...data));
      const before = Math.hypot(...start[k]!);
      const apart = Math.hypot(...Array.from(data, (value, i) => value - start[k]![i]!));
      near(weights[k]!.moved, before > 0 ? apart / before : apart);
    }
  });
}

test("the probe reads classes off the states that trace has, learned on two texts of three and tested on the third", async () => {
  const rows = Array.from({ length: 30 }, (_, k) => [k % 5, (k * 7) % 6, (k * k) % 6, (k % 2) + 1]);
  const classes = rows.map(([, , , last]) => last! - 1);
  const model = network("gru");
  const track = trackTraining(sentences, { targets: y, probe: { rows, classes } });
  await fit(model, [track.callback], 1);
  assert.equal(track.majority, 0.5);
  const examples = rows.map((ids, k) => ({
    x: Float32Array.from(trace(model, ids).layers[0]!.steps.at(-1)!.hidden),
    y: classes[k]!,
  }));
  const wanted = atOnce(
    probeAccuracy({
      ...{ train: examples.filter((_, k) => k % 3 !== 2), test: examples.filter((_, k) => k % 3 === 2) },
      ...{ range: [0, 4] as const, label: ({ y: own }: { y: number }) => own, classes: 2, penalty: 1 },
    }),
  );
  assert.equal(track.epochs.at(-1)!.layers[0]!.probe, wanted);
  // The last word is the class.
  assert.ok(wanted > 0.9, String(wanted));
  assert.match(trackPage(track, "t"), /reads off the last hidden state/);
});

test("a track goes on from its state, as training does", async () => {
  const [whole, begun, resumed] = [1, 2, 3].map(() => trackTraining(sentences, { targets: y })) as [
    ReturnType<typeof trackTraining>,
    ReturnType<typeof trackTraining>,
    ReturnType<typeof trackTraining>,
  ];
  await fit(network("lstm"), [whole.callback]);
  let state: Parameters<NonNullable<Callback<Model>["onEpochEnd"]>>[0] extends { state(): infer S }
    ? S
    : never;
  const keep: Callback<Model> = {
    onEpochEnd: (progress) => {
      if (progress.epoch === 1) state = progress.state();
    },
  };
  await fit(network("lstm"), [begun.callback, keep]);
  await network("lstm").fit(x, y, { epochs: 3, batchSize: 2, callbacks: [resumed.callback], resume: state! });
  assert.deepEqual(resumed.epochs, whole.epochs);
});

test("a network that lets nothing through has gains of 0", async () => {
  const model = sequential([
    layers.embedding({ inputDim: 6, outputDim: 3, inputLength: 4 }),
    layers.simpleRNN({ units: 4, activation: "relu" }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ]);
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "binaryCrossentropy" });
  model.setWeights(
    model
      .getWeights()
      .map(({ name, data }) => (/rnn.*bias/.test(name) ? Float32Array.from(data, () => -100) : data)),
  );
  const track = trackTraining(sentences, { targets: y });
  await fit(model, [track.callback], 1);
  const { step, products } = track.epochs[0]!.layers[0]!.gains!;
  assert.equal(step, 0);
  assert.deepEqual(new Set(products.slice(1)), new Set([0]));
});

test("the page says which epoch was kept, and shows it at first; of long trainings its own picture too", async () => {
  const track = trackTraining(sentences, { targets: y });
  await fit(network("gru"), [track.callback], 40);
  const source = trackPage(track, "t", 7);
  assert.match(source, /kept are those after epoch 7/);
  const checked = byName(parsePage(source), "input").filter(({ attributes }) => attributes.has("checked"));
  assert.equal(checked.length, 1);
  assert.match(source, new RegExp(`<label for="${checked[0]!.attributes.get("id")}">7<`));
});

test("the page: a button and a picture an epoch, the last shown; no script", async () => {
  const track = trackTraining(sentences, { targets: y });
  await fit(network("gru"), [track.callback]);
  const source = trackPage(track, '<script>"&x</script>');
  const page = parsePage(source);
  assert.equal(byName(page, "script").length, 0);
  assert.equal(byClass(page, "still").length, 4);
  const buttons = byName(page, "input");
  assert.equal(buttons.length, 5);
  assert.match(source, /id="epoch0-3" checked=""/);
  assert.match(source, /#epoch0-2:checked ~ \.frames > :nth-child\(3\)/);
  assert.doesNotMatch(source, /NaN|undefined|Infinity/);
});

test("what cannot be tracked is refused", () => {
  assert.throws(() => trackTraining([]), /at least one text/);
  assert.throws(() => trackTraining(sentences, { targets: [1] }), /4 targets, one a text/);
  assert.throws(() => trackTraining([{} as never]), /sentence/);
  const few = { rows: [[1], [2]], classes: [0, 1] };
  assert.throws(() => trackTraining(sentences, { probe: few }), /at least 6 rows of one length/);
});
