/** A model in a worker answers, is measured and explained as here, to the bit. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { answerOf } from "../../src/classifier/answer.js";
import * as explain from "../../src/explain/index.js";
import {
  layers,
  loadModel,
  MultiLabelClassifier,
  sequential,
  TextClassifier,
  TextRegressor,
} from "../../src/index.js";
import { reportPage } from "../../src/report/index.js";
import { EXPLANATIONS } from "../../src/worker/explanations.js";
import {
  createModel,
  type ExplanationName,
  type Progress,
  traceOfArrays,
  type WorkerModel,
} from "../../src/worker/index.js";
import { CSV, corpusOf, direct, ROWS } from "./data.js";

const TEXT = "claim a free prize now";
const ENGINE = { engine: "wasm", threads: 1 } as const;
const blobOf = (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>]);

let bytes: Uint8Array;
let here: TextClassifier;
let other: TextClassifier;
let model: WorkerModel<"classifier">;
before(async () => {
  bytes = await (await direct({ epochs: 6 })).toBytes();
  here = await TextClassifier.load(bytes, ENGINE);
  other = await TextClassifier.load(
    await (await direct({ model: "gru", epochs: 2, seed: 9 })).toBytes(),
    ENGINE,
  );
  model = await createModel(bytes, ENGINE);
});
after(() => model.close());

describe("a classifier in a worker", () => {
  test("knows what it is", () => {
    assert.deepEqual(
      [model.kind, model.labels, model.parameters, model.engine, model.notes],
      ["classifier", ["ham", "spam"], here.model.countParams(), "wasm", []],
    );
  });

  test("answers one text or several, before and after it is looked into", async () => {
    const texts = ROWS.slice(0, 5).map(({ text }) => text);
    for (const when of ["before", "after"]) {
      assert.deepEqual(await model.predict(TEXT), here.predict(TEXT), when);
      assert.deepEqual(await model.predictMany(texts), here.predictMany(texts), when);
      assert.equal(await model.summary(), here.model.summary());
    }
    assert.deepEqual(await model.predict(TEXT, { reject: 0.9999 }), here.predict(TEXT, { reject: 0.9999 }));
  });

  test("is measured on rows or on a file", async () => {
    const expected = await here.evaluate(ROWS, { mistakes: 3 });
    assert.deepEqual(await model.evaluate(ROWS, { mistakes: 3 }), expected);
    const table = CSV.replace("text,label", "sms,kind");
    const read = { text: "sms", label: "kind" };
    assert.deepEqual(await model.evaluate(new File([table], "t.csv"), { mistakes: 3, read }), expected);
  });

  test("is written in any format", async () => {
    const back = await TextClassifier.load(await model.toBytes(), ENGINE);
    assert.deepEqual(back.predict(TEXT), here.predict(TEXT));
    assert.deepEqual([...(await model.toFiles("m.safetensors")).keys()], ["m.safetensors"]);
    await assert.rejects(model.toFiles("m.doc"), { name: "InputError" });
  });

  test("is reported of on a page", async () => {
    const evaluation = await model.evaluate(ROWS, { mistakes: 3 });
    const options = { title: "Mail", source: "mail.csv" };
    assert.equal(
      await model.report({ ...options, evaluation }),
      reportPage(here, { ...options, evaluation: await here.evaluate(ROWS, { mistakes: 3 }) }),
    );
    assert.doesNotMatch(await model.report(options), /id="results"/);
    await assert.rejects(model.report({ evaluation: {} as typeof evaluation }), { name: "InputError" });
  });

  test("settles by what it answers", async () => {
    const own = await createModel(bytes, ENGINE);
    await own.settle({ threshold: 0.9999 });
    assert.equal((await own.predict(TEXT)).label, "ham");
    await assert.rejects(own.settle({ thresholds: [0.5, 0.5] }), {
      name: "InputError",
      message: /thresholds/,
    });
    own.close();
  });

  test("is opened from a File, a URL, a path, a Response, and what another was opened from", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cellstate-worker-"));
    const path = join(folder, "spam.keras");
    await writeFile(path, bytes);
    const sources = [
      blobOf(bytes),
      new File([blobOf(bytes)], "a.keras"),
      pathToFileURL(path),
      path,
      new Response(blobOf(bytes)),
      model.file,
    ];
    for (const source of sources) {
      const opened = await createModel(source, ENGINE);
      assert.deepEqual(await opened.predict(TEXT), here.predict(TEXT));
      opened.close();
    }
    await rm(folder, { recursive: true });
    await assert.rejects(createModel(new File(["no"], "odd.keras")), {
      name: "InputError",
      message: /odd\.keras/,
    });
    await assert.rejects(createModel(5 as never), {
      name: "InputError",
      message: /^createModel: expected a File/,
    });
    await assert.rejects(createModel(bytes, { kind: "regressor" }), { name: "InputError" });
  });
});

describe("other models in a worker", () => {
  test("several labels, amounts, and a network of rows", async () => {
    const few = {
      model: "rnn",
      epochs: 1,
      length: 6,
      vocabulary: 30,
      validationSplit: 0.2,
      ...ENGINE,
    } as const;
    const sets = ROWS.map(({ text, label }, i) => ({ text, labels: i % 3 ? [label] : [label, "third"] }));
    const tags = await MultiLabelClassifier.load(
      await (await MultiLabelClassifier.train(sets, few)).toBytes(),
      ENGINE,
    );
    const inWorker = await createModel(blobOf(await tags.toBytes()), { kind: "multiLabel", ...ENGINE });
    assert.deepEqual(await inWorker.predict(TEXT), tags.predict(TEXT));
    assert.deepEqual(await inWorker.evaluate(sets), await tags.evaluate(sets));
    inWorker.close();

    const values = ROWS.map(({ text }, i) => ({ text, value: i % 4 }));
    const amount = await TextRegressor.load(await (await TextRegressor.train(values, few)).toBytes(), ENGINE);
    const asked = await createModel(blobOf(await amount.toBytes()), { kind: "regressor", ...ENGINE });
    assert.deepEqual(await asked.predictMany([TEXT, "home"]), amount.predictMany([TEXT, "home"]));
    assert.deepEqual(await asked.evaluate(values), await amount.evaluate(values));
    asked.close();

    const network = sequential([layers.input({ shape: [4, 3] }), layers.gru({ units: 2 })], {
      seed: 2,
      ...ENGINE,
    });
    const { writeKeras } = await import("../../src/keras.js");
    const opened = await createModel(writeKeras(network), { kind: "network", ...ENGINE });
    const row = [
      [1, 2, 3],
      [0, 1, 0],
      [2, 2, 2],
      [0, 0, 1],
    ];
    assert.deepEqual(await opened.predict(row), network.predict([row])[0]);
    assert.deepEqual(await opened.explain("decomposeMemory", row), explain.decomposeMemory(network, row));
    await assert.rejects(opened.explain("trace", "a text"), {
      name: "InputError",
      message: /reads words in order/,
    });
    const back = await loadModel((await opened.toFiles("n.h5")).get("n.h5")!, ENGINE);
    assert.deepEqual(back.predict([row]), network.predict([row]));
    opened.close();
  });
});

test("weights are copied out and in, and answers follow", async () => {
  const opened = await createModel(bytes, ENGINE);
  const weights = await opened.getWeights();
  assert.deepEqual(weights, structuredClone(here.model.getWeights()));
  const last = weights.at(-1)!;
  assert.equal(last.data.length, 1);
  await opened.setWeights([...weights.slice(0, -1), [last.data[0]! + 3]]);
  const { scores } = await opened.predict(TEXT);
  const was = here.predict(TEXT).scores;
  const logit = (p: number) => Math.log(p / (1 - p));
  const [, above] = here.labels;
  assert.ok(Math.abs(logit(scores[above!]!) - logit(was[above!]!) - 3) < 1e-3);
  await assert.rejects(opened.setWeights([[1]]), { name: "InputError" });
  opened.close();
});

describe("explanations", () => {
  const sentence = () => explain.readSentence(here.vectorizer, TEXT, here.length);
  const network = () => here.model;
  const subject = async () => ({
    ...{ model: here.model, vectorizer: here.vectorizer, length: here.length, labels: here.labels },
    ...{ threshold: here.threshold, training: here.training, texts: { corpus: await corpusOf() } },
  });
  const FEW = ROWS.slice(0, 24);
  const SURVEY = { permutations: 19, seed: 3 };
  const HELD: explain.Intervention[] = [{ at: 5, part: "forget", unit: 1, value: 0 }];
  const tableHere = () => explain.wordTable(here.model, here.vectorizer);

  /** By name: in the worker, and here. */
  const CASES: Record<ExplanationName, [() => Promise<unknown>, () => unknown]> = {
    ablateUnits: [() => model.explain("ablateUnits", FEW), () => explain.ablateUnits(here, FEW)],
    attribute: [
      () => model.explain("attribute", TEXT, { points: 64, tolerance: 1 }),
      () => explain.attribute(network(), sentence().ids, { points: 64, tolerance: 1 }),
    ],
    attributeFeatures: [
      async () => {
        const auto = await createModel(await automatic(), ENGINE);
        const found = await auto.explain("attributeFeatures", TEXT, { features: 3 });
        auto.close();
        return found;
      },
      async () =>
        explain.attributeFeatures(await TextClassifier.load(await automatic(), ENGINE), TEXT, {
          features: 3,
        }),
    ],
    cellAnatomy: [() => model.explain("cellAnatomy"), () => explain.cellView(network(), sentence()).anatomy],
    cellView: [
      () => model.explain("cellView", TEXT, { units: [0, 2] }),
      () => explain.cellView(network(), sentence(), { units: [0, 2] }),
    ],
    checkExpectations: [
      () => model.explain("checkExpectations", [{ layer: "lstm", count: 5 }]),
      () => explain.checkExpectations(network(), [{ layer: "lstm", count: 5 }]),
    ],
    checkGradient: [
      () => model.explain("checkGradient", TEXT),
      () => explain.checkGradient(network(), sentence().ids),
    ],
    checkup: [() => model.explain("checkup", { texts: ROWS }), async () => explain.checkup(await subject())],
    compareCells: [() => model.explain("compareCells", 3, 5), () => explain.compareCells(3, 5)],
    compareOnText: [
      async () => model.explain("compareOnText", blobOf(await other.toBytes()), TEXT),
      () => explain.compareOnText(here, other, TEXT),
    ],
    compareUnits: [
      async () => model.explain("compareUnits", blobOf(await other.toBytes()), FEW),
      () => explain.compareUnits(here, other, FEW),
    ],
    decomposeMemory: [
      () => model.explain("decomposeMemory", TEXT),
      () => explain.decomposeMemory(network(), sentence().ids),
    ],
    embeddingMap: [
      () => model.explain("embeddingMap", { words: 5, length: 6 }),
      () => explain.embeddingMap(network(), tableHere(), { words: 5, length: 6 }),
    ],
    explainParameters: [() => model.explain("explainParameters"), () => explain.explainParameters(network())],
    findSpans: [
      () => model.explain("findSpans", TEXT, FEW, { threshold: 0.01 }),
      () => explain.findSpans(here, TEXT, FEW, { threshold: 0.01 }),
    ],
    gradientPaths: [
      () => model.explain("gradientPaths", TEXT, { at: 5 }),
      () => explain.gradientPaths(network(), sentence(), { at: 5 }),
    ],
    gradientSweep: [
      () => model.explain("gradientSweep", TEXT, { values: [-1, 0, 2] }),
      () => explain.gradientSweep(network(), sentence(), { values: [-1, 0, 2] }),
    ],
    recurrentLayers: [() => model.explain("recurrentLayers"), () => explain.recurrentLayers(network())],
    explainNumber: [
      () => model.explain("explainNumber", TEXT, { at: here.length - 1, part: "cell", unit: 0 }),
      () => explain.explainNumber(network(), sentence().ids, { at: here.length - 1, part: "cell", unit: 0 }),
    ],
    answerOf: [() => model.explain("answerOf", [0.75]), () => answerOf(Float32Array.of(0.75), here)],
    intervene: [
      () => model.explain("intervene", TEXT, HELD),
      () => explain.intervene(network(), sentence().ids, HELD),
    ],
    gradientFlow: [
      () => model.explain("gradientFlow", TEXT),
      () => explain.gradientFlow(network(), sentence().ids),
    ],
    gradientStudy: [
      () => model.explain("gradientStudy", TEXT, { units: 3 }),
      () => explain.gradientStudy(network(), sentence().ids, { units: 3 }),
    ],
    gradientView: [
      () => model.explain("gradientView", TEXT, { study: null }),
      () => explain.gradientView(network(), sentence(), { study: null }),
    ],
    memoryView: [
      () => model.explain("memoryView", TEXT),
      () => explain.memoryView(explain.decomposeMemory(network(), sentence().ids)!, sentence()),
    ],
    nearestWords: [
      () => model.explain("nearestWords", "free", { count: 3 }),
      () => explain.nearestWords(tableHere(), explain.idOf(tableHere(), "free"), 3),
    ],
    probeLayers: [
      () => model.explain("probeLayers", FEW, { words: "first" }),
      () => explain.probeLayers(here, FEW, { words: "first" }),
    ],
    quickCheckup: [
      () => model.explain("quickCheckup", { texts: new File([CSV], "t.csv") }),
      async () => explain.quickCheckup(await subject()),
    ],
    readSentence: [() => model.explain("readSentence", TEXT), sentence],
    recordUnits: [
      () => model.explain("recordUnits", FEW, { parts: ["cell"] }),
      async () => {
        const recorded: unknown[] = [];
        for await (const text of explain.recordUnits(here, FEW, { parts: ["cell"] })) recorded.push(text);
        return recorded;
      },
    ],
    surveyUnits: [
      () => model.explain("surveyUnits", FEW, SURVEY),
      () => explain.surveyUnits(here, FEW, SURVEY),
    ],
    trace: [
      async () => traceOfArrays(await model.explain("trace", TEXT)),
      () => explain.trace(network(), sentence().ids),
    ],
    unroll: [
      () => model.explain("unroll", TEXT, { steps: 2 }),
      () => explain.unroll(network(), sentence().ids, { steps: 2 }),
    ],
    wordTable: [() => model.explain("wordTable"), tableHere],
  };
  let auto: Promise<Uint8Array> | null = null;
  const automatic = () =>
    (auto ??= TextClassifier.train(ROWS, { effort: "low", ...ENGINE }).then((made) => made.toBytes()));

  test("all have a case", () => {
    assert.deepEqual(Object.keys(CASES).sort(), Object.keys(EXPLANATIONS).sort());
  });

  for (const [name, [there, expected]] of Object.entries(CASES)) {
    test(`${name} is what it is here, asked twice`, async () => {
      const known = structuredClone(await expected());
      assert.deepEqual(await there(), known);
      assert.deepEqual(await there(), known);
    });
  }

  test("a trace comes as arrays, those of masked steps NaN", async () => {
    const masked = sequential(
      [
        layers.embedding({ inputDim: 9, outputDim: 2, inputLength: 4, maskZero: true }),
        layers.lstm({ units: 3 }),
        layers.dense({ units: 1, activation: "sigmoid" }),
      ],
      { seed: 1, ...ENGINE },
    );
    const { writeKeras } = await import("../../src/keras.js");
    const opened = await createModel(writeKeras(masked), { kind: "network", ...ENGINE });
    const arrays = await opened.explain("trace", [0, 0, 5, 3]);
    opened.close();
    const [layer] = arrays.layers;
    assert.deepEqual([...layer!.masked], [1, 1, 0, 0]);
    assert.deepEqual(
      [layer!.gates["forget"]!.length, layer!.states["cell"]!.length, layer!.x.length],
      [12, 12, 8],
    );
    assert.ok(layer!.gates["forget"]!.subarray(0, 6).every(Number.isNaN));
    assert.deepEqual(traceOfArrays(arrays), structuredClone(explain.trace(masked, [0, 0, 5, 3])));
  });

  test("tell how far they are, and are given up", async () => {
    const [there, known] = [[] as string[], [] as string[]];
    const noting =
      (told: string[]) =>
      ({ phase, done, total }: Progress): void => {
        if (done === total) told.push(`${phase} ${done}`);
      };
    await model.explain("surveyUnits", FEW, { ...SURVEY, onProgress: noting(there) });
    await explain.surveyUnits(here, FEW, { ...SURVEY, onProgress: noting(known) });
    assert.ok(known.length > 0);
    assert.deepEqual(there, known);
    const stop = new AbortController();
    const given = model.explain("surveyUnits", FEW, {
      ...SURVEY,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await assert.rejects(given, { name: "AbortError" });
    await assert.rejects(model.explain("cellView", TEXT, { signal: AbortSignal.abort() }), {
      name: "AbortError",
    });
    assert.deepEqual(await model.predict(TEXT), here.predict(TEXT));
  });

  test("refuse what they do not know or cannot have, by name", async () => {
    const refused = (asked: Promise<unknown>, message: RegExp) =>
      assert.rejects(asked, { name: "InputError", message });
    await refused(model.explain("cellVeiw" as "cellView", TEXT), /cellView/);
    await refused(model.explain("cellView", TEXT, { layer: "none" }), /none/);
    await refused(
      model.explain("cellView", TEXT, { onProgress: () => {} } as object),
      /cellView: expected no onProgress/,
    );
    const own = explain.patternFeature(/free/);
    await refused(
      model.explain("surveyUnits", FEW, { features: [own] }),
      /surveyUnits\[1\] features\[0\] of: expected plain/,
    );
    await refused(model.explain("compareOnText", 5 as never, TEXT), /another model/);
  });
});
