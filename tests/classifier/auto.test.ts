/** The classifier that one gets who asks for nothing: `TextClassifier.train(rows)`, from rows to answers and files. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { AbortedTraining, Corpus, InputError, type LabelledText, TextClassifier } from "../../src/index.js";
import { Random } from "../../src/kernels/philox.js";
import { loadClassifier } from "../../src/predict.js";
import { FeatureEncoder } from "../../src/tokens/feature-encoder.js";
import { DelayedEngine } from "../contract/delayed-engine.js";
import { testedEngines } from "../contract/engines.js";

const INTENTS: Record<string, { of: string[]; things: string[] }> = {
  alarm: {
    of: ["wake me up at", "set an alarm for", "remind me at", "alarm at"],
    things: ["seven", "noon", "six thirty", "five", "eight"],
  },
  music: {
    of: ["play some", "put on", "I want to hear", "next track of"],
    things: ["jazz", "the Beatles", "rock", "Mozart", "my playlist"],
  },
  weather: {
    of: ["will it rain in", "how warm is it in", "is it snowing in", "forecast for"],
    things: ["Rome", "Oslo", "Paris", "Lima", "Cairo"],
  },
};

/** So many rows of each intent, all different. */
function intents(rows: number, labels = Object.keys(INTENTS)): LabelledText[] {
  return labels.flatMap((label) => {
    const { of, things } = INTENTS[label]!;
    return Array.from({ length: rows }, (_, i) => ({ label, text: `${of[i % 4]} ${things[(i * 3) % 5]}` }));
  });
}

/** Words drawn by a seed. */
function noise(rows: number, labels: readonly string[], seed: number): LabelledText[] {
  const random = new Random(seed, 60);
  return Array.from({ length: rows }, (_, r) => ({
    text: Array.from({ length: 8 }, (_, k) => `w${Math.floor(40 * random.uniform(8 * r + k))}`).join(" "),
    label: labels[Math.floor(labels.length * random.uniform(9000 + r))]!,
  }));
}

interface Tensor {
  data: Float32Array;
}

/** ONNX Runtime, where there is a build of it for this machine. */
function runtime() {
  try {
    return createRequire(import.meta.url)("onnxruntime-node") as {
      InferenceSession: {
        create(
          bytes: Uint8Array,
          options: object,
        ): Promise<{ inputNames: string[]; run(feeds: Record<string, Tensor>): Promise<{ output: Tensor }> }>;
      };
      Tensor: new (type: string, data: Float32Array | Int32Array, dims: number[]) => Tensor;
    };
  } catch {
    return null;
  }
}
const ort = runtime();
const skip = ort ? false : "onnxruntime-node has no build for this machine";

const made: TextClassifier[] = [];
async function train(
  rows: Parameters<typeof TextClassifier.train>[0],
  options: Parameters<typeof TextClassifier.train>[1] = { engine: "reference" },
): Promise<TextClassifier> {
  const classifier = await TextClassifier.train(rows, options);
  made.push(classifier);
  return classifier;
}

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-"));
});
after(async () => {
  for (const { model } of made) model.dispose();
  await rm(folder, { recursive: true });
});

const refusal = (message: RegExp) => (error: Error) => {
  assert.ok(error instanceof InputError, String(error.stack));
  assert.match(error.message, message);
  return true;
};

describe("small data is learned from at the first try", () => {
  test("three intents of 20 rows", async () => {
    const classifier = await train(intents(20), {});
    for (const [text, label] of [
      ["wake me up at nine", "alarm"],
      ["remind me at ten", "alarm"],
      ["play some Bach", "music"],
      ["I want to hear the Rolling Stones", "music"],
      ["will it rain in Madrid", "weather"],
      ["is it snowing in Toronto tomorrow", "weather"],
    ] as const) {
      const { label: answered, probability } = classifier.predict(text);
      assert.equal(answered, label, text);
      assert.ok(probability > 0.5, `${text}: ${probability}`);
    }
    const { auto, rows, perClass, settings } = classifier.training!;
    assert.ok(auto!.useful);
    assert.ok(auto!.heldOut.accuracy >= 0.95 && auto!.heldOut.rows === 60);
    assert.deepEqual([rows, perClass], [60, { alarm: 20, music: 20, weather: 20 }]);
    assert.deepEqual(settings, { model: "auto", effort: "medium", seed: 0 });
    assert.deepEqual(
      auto!.members.filter(({ picked }) => picked).map(({ name }) => name),
      [auto!.picked],
    );
    assert.match(auto!.why, /Tried.*Picked.*all 60 rows/);
  });

  test("two labels of 10 rows", async () => {
    const classifier = await train(intents(10, ["alarm", "music"]));
    assert.equal(classifier.predict("set an alarm for ten").label, "alarm");
    assert.equal(classifier.predict("put on some Bach").label, "music");
    assert.ok(classifier.training!.auto!.useful);
  });

  test("a label of one row in a hundred is answered, too", async () => {
    const common = Array.from({ length: 396 }, (_, r) => ({
      text: `see you at ${r % 12} by the ${["station", "park", "lake"][r % 3]} ${r % 7}`,
      label: "mail",
    }));
    const rare = ["win", "claim", "free", "call"].map((word) => ({
      text: `${word} your prize money now`,
      label: "spam",
    }));
    const classifier = await train([...common, ...rare]);
    assert.equal(classifier.predict("your prize money is here").label, "spam");
    assert.equal(classifier.predict("see you at 3 by the lake").label, "mail");
    const { heldOut, members } = classifier.training!.auto!;
    assert.ok(heldOut.mcc > 0.6, `${heldOut.mcc}`);
    assert.ok(members.find(({ picked }) => picked)!.macroRecall > 0.7);
  });

  test("of more than ten thousand rows a fifth is held out, once", async () => {
    const rows = Array.from({ length: 10_200 }, (_, r) => {
      const label = Object.keys(INTENTS)[r % 3]!;
      const { of, things } = INTENTS[label]!;
      return { label, text: `${of[(r * 7) % 4]} ${things[(r * 11) % 5]} ${r}` };
    });
    const classifier = await train(rows, { seed: 1, threads: 2 });
    const { heldOut, why, useful } = classifier.training!.auto!;
    assert.deepEqual([heldOut.rows, heldOut.accuracy, useful], [2040, 1, true]);
    assert.match(why, /2,040 rows held out.*all 10,200 rows/);
    assert.equal(classifier.predict("forecast for Berlin").label, "weather");
  });

  test("of texts that stand twice none is judged by the other", async () => {
    const random = new Random(3, 0);
    const rows = Array.from({ length: 40 }, (_, r) => {
      const text = Array.from({ length: 5 }, (_, k) => `w${random.word(5 * r + k) % 60}`).join(" ");
      return { text, label: random.word(1000 + r) % 2 === 0 ? "a" : "b" };
    });
    const classifier = await train([...rows, ...rows, ...rows, ...rows]);
    const { heldOut, useful } = classifier.training!.auto!;
    assert.ok(heldOut.accuracy < 0.75, `${heldOut.accuracy}`);
    assert.equal(useful, false);
  });

  test("two rows whatever the seed", async () => {
    const rows = ["yes please", "no thanks"].map((text, k) => ({ text, label: `${k}` }));
    for (let seed = 0; seed < 8; seed++) await train(rows, { seed });
  });

  test("two rows, one a label", async () => {
    const classifier = await train([
      { text: "yes please", label: "yes" },
      { text: "no thanks", label: "no" },
    ]);
    assert.equal(classifier.training!.auto!.useful, false);
    const { probability } = classifier.predict("yes please");
    assert.ok(probability >= 0.5 && probability < 0.97, `${probability}`);
  });
});

describe("labels and rows of all sorts", () => {
  test("labels that objects stumble over", async () => {
    const names = { alarm: "__proto__", music: "10", weather: "constructor" } as Record<string, string>;
    const rows = intents(20).map(({ text, label }) => ({ text, label: names[label]! }));
    const classifier = await train(rows);
    assert.deepEqual([...classifier.labels].sort(), ["10", "__proto__", "constructor"]);
    const answer = classifier.predict("wake me up at nine");
    assert.equal(answer.label, "__proto__");
    assert.deepEqual(Object.keys(answer.scores).sort(), ["10", "__proto__", "constructor"]);
    const loaded = await TextClassifier.load(await classifier.toBytes(), { engine: "reference" });
    made.push(loaded);
    assert.deepEqual(loaded.predict("wake me up at nine"), answer);
    assert.deepEqual(loaded.training!.perClass, { "10": 20, constructor: 20 });
  });

  test("one label, and no rows, are refused", async () => {
    await assert.rejects(train(intents(20, ["alarm"])), refusal(/at least two classes.*"alarm"/));
    await assert.rejects(train([]), refusal(/no rows/));
    const corpus = await Corpus.read(intents(5), { frontEnd: "lexer" });
    const options = { rows: [0, 1, 2], engine: "reference" } as const;
    await assert.rejects(train(corpus, options), refusal(/two labels or more.*alarm alone/));
    await assert.rejects(train(corpus, { ...options, rows: [] }), refusal(/two labels or more.*no rows/));
    await assert.rejects(train(corpus, { ...options, rows: [0, 15] }), refusal(/rows/));
    const words = await Corpus.read(intents(5), { frontEnd: "tokenizer" });
    await assert.rejects(train(words), refusal(/taken apart by/));
  });

  test("a corpus's other rows are left alone", async () => {
    const corpus = await Corpus.read(intents(20), { frontEnd: "lexer" });
    const rows = Array.from({ length: 60 }, (_, r) => r).filter((r) => r % 20 < 12);
    const classifier = await train(corpus, { rows, engine: "reference" });
    assert.equal(classifier.training!.rows, 36);
    const alone = await train(rows.map((r) => intents(20)[r]!));
    assert.deepEqual(classifier.model.getWeights(), alone.model.getWeights());
    const others = Array.from({ length: 60 }, (_, r) => r).filter((r) => r % 20 >= 12);
    const evaluation = await classifier.evaluate(corpus, { rows: others });
    assert.deepEqual([evaluation.rows, evaluation.accuracy >= 0.9], [24, true]);
  });

  test("a label that has none of the rows learned from stays one, the least likely", async () => {
    const corpus = await Corpus.read(intents(20), { frontEnd: "lexer" });
    const rows = Array.from({ length: 40 }, (_, r) => r);
    const classifier = await train(corpus, { rows, engine: "reference" });
    assert.deepEqual(classifier.labels, ["alarm", "music", "weather"]);
    assert.equal(classifier.predict("wake me up at nine").label, "alarm");
    const { scores } = classifier.predict("");
    assert.ok(scores["weather"]! > 0 && scores["weather"]! < 0.05, `${scores["weather"]}`);
  });

  test("as many labels as rows, and a text as long as a book", async () => {
    const alone = [..."abcdefgh"].map((label) => ({ label, text: `word ${label} ${label}x` }));
    const classifier = await train(alone);
    assert.equal(classifier.predict("word c cx").label, "c");
    assert.equal(classifier.training!.auto!.useful, false);
    const book = { label: "weather", text: "rain and snow ".repeat(60_000) };
    assert.equal((await train([...intents(20), book])).predict("snow ".repeat(150_000)).label, "weather");
  });

  test("texts that are empty, and texts that are all the same", async () => {
    const empty = Array.from({ length: 20 }, (_, r) => ({
      text: " ".repeat(r % 3),
      label: r % 4 ? "a" : "b",
    }));
    const same = empty.map(({ label }) => ({ label, text: "the same words" }));
    for (const rows of [empty, same]) {
      const classifier = await train(rows);
      assert.equal(classifier.training!.auto!.useful, false);
      for (const text of ["", "the same words", "other"]) {
        const { label, probability } = classifier.predict(text);
        assert.equal(label, "a");
        assert.ok(probability > 0.5 && probability < 0.9, `${text}: ${probability}`);
      }
    }
    const some = [...intents(20), { text: "", label: "alarm" }, { text: "\u200b", label: "music" }];
    assert.ok((await train(some)).training!.auto!.useful);
  });

  test("labels that have nothing to do with the texts are said to be of no use", async () => {
    for (const [rows, labels] of [
      [noise(150, ["x", "y"], 1), 2],
      [noise(150, ["x", "y", "z", "w"], 2), 4],
    ] as const) {
      const { auto } = (await train(rows)).training!;
      assert.equal(auto!.useful, false, `${labels} labels: ${auto!.heldOut.mcc}`);
      assert.match(auto!.why, /no better.*not to be relied on/);
      assert.ok(auto!.heldOut.accuracy < auto!.heldOut.majority + 0.1);
    }
  });
});

describe("what it does not know it does not claim to", () => {
  test("of strange words and of none, the labels' shares are answered", async () => {
    const rows = [...intents(20, ["alarm", "music"]), ...intents(10, ["weather"])];
    const classifier = await train(rows);
    for (const text of ["", "   ", "zqx vwk jjjj", "🜁🜂🜃", "ᚠᚢᚦᚨᚱᚲ", "%%%% ####"]) {
      const { scores, known } = classifier.predict(text);
      assert.equal(known, 0, text);
      const shares = { alarm: 21 / 53, music: 21 / 53, weather: 11 / 53 } as Record<string, number>;
      for (const [label, share] of Object.entries(shares)) {
        assert.ok(Math.abs(scores[label]! - share) < 1e-5, `${text} ${label}: ${scores[label]}`);
      }
    }
  });

  test("gibberish is never sure, and known says what is known", async () => {
    const classifier = await train(intents(20, ["alarm", "music"]));
    const random = new Random(8, 61);
    for (let i = 0; i < 200; i++) {
      const letters = Array.from({ length: 30 }, (_, k) => {
        const drawn = Math.floor(30 * random.uniform(30 * i + k));
        return drawn < 26 ? String.fromCharCode(97 + drawn) : " ";
      });
      const { probability } = classifier.predict(letters.join(""));
      assert.ok(probability < 0.99, `${letters.join("")}: ${probability}`);
    }
    assert.equal(classifier.predict("play some jazz").known, 1);
    assert.equal(classifier.predict("play zqxvw jazz ??").known, 2 / 3);
  });
});

describe("the same data and seed give the same bytes", () => {
  const rows = intents(20);
  const wanted = new Map<string, string>();
  const digest = async (options: object) => {
    const classifier = await train(rows, { seed: 5, ...options });
    return createHash("sha256")
      .update(await classifier.toBytes())
      .digest("hex");
  };

  for (const engine of ["native", "wasm", "reference"] as const) {
    const missing =
      engine !== "reference" && testedEngines().find(({ label }) => label.startsWith(engine))?.missing;
    test(`${engine}, on one thread and two`, { skip: missing ?? false }, async () => {
      const one = await digest({ engine, threads: 1 });
      wanted.set(engine, one);
      assert.equal(await digest({ engine, threads: 1 }), one);
      if (engine !== "reference") assert.equal(await digest({ engine, threads: 2 }), one);
      assert.notEqual(await digest({ engine, threads: 1, seed: 6 }), one);
    });
  }

  const fused = (engine: string) =>
    testedEngines().some(({ label, fused, missing }) => label.startsWith(engine) && fused && !missing);
  const apart = !(fused("native") && fused("wasm")) && "one of them does not fuse multiply-add here";

  // The reference engine adds in double precision: its bits are its own.
  test("native and WebAssembly to the bit", { skip: apart }, () => {
    assert.equal(wanted.get("native"), wanted.get("wasm"));
  });

  test("engines agree on the answers", async () => {
    const answers = await Promise.all(
      (["native", "wasm", "reference"] as const).map(async (engine) => {
        const classifier = await train(rows, { seed: 5, engine, threads: 1 });
        return classifier.predictMany(rows.map(({ text }) => text)).map(({ probability }) => probability);
      }),
    );
    for (const other of answers.slice(1)) {
      for (const [k, value] of other.entries()) assert.ok(Math.abs(value - answers[0]![k]!) < 1e-3);
    }
  });
});

describe("saved and asked", () => {
  const texts = [
    ...intents(5).map(({ text }) => text),
    "",
    "zqx",
    "play 今天 😀 isn\u2019t it",
    "a ".repeat(600),
  ];
  let three: TextClassifier;
  let two: TextClassifier;
  before(async () => {
    three = await train(intents(20));
    two = await train(intents(20, ["alarm", "music"]));
  });

  for (const ending of ["keras", "safetensors", "json"]) {
    test(`.${ending} brings back the same answers`, async () => {
      for (const [name, classifier] of Object.entries({ three, two })) {
        const path = join(folder, `${name}.${ending}`);
        await classifier.save(path);
        const loaded = await TextClassifier.load(path, { engine: "reference" });
        made.push(loaded);
        assert.deepEqual(loaded.predictMany(texts), classifier.predictMany(texts));
        assert.deepEqual(loaded.training, JSON.parse(JSON.stringify(classifier.training)));
      }
    });
  }

  test("ONNX Runtime answers to the same features as the network", { skip }, async () => {
    for (const [name, classifier] of Object.entries({ three, two })) {
      const path = join(folder, `${name}.onnx`);
      await classifier.save(path);
      const session = await ort!.InferenceSession.create(await readFile(path), { intraOpNumThreads: 1 });
      const wanted = classifier.predictMany(texts);
      for (const { positions, inputs } of classifier.encoder.encodeTexts(texts)) {
        const [ids, scales] = inputs.map(({ data, rows, shape }, k) => {
          return new ort!.Tensor(k ? "float32" : "int32", k ? data : Int32Array.from(data), [rows, ...shape]);
        });
        const { output } = await session.run({
          [session.inputNames[0]!]: ids!,
          [session.inputNames[1]!]: scales!,
        });
        const { labels } = classifier;
        for (let row = 0; row < positions.length; row++) {
          const { scores } = wanted[positions[row]!]!;
          const got =
            labels.length === 2 ? output.data.slice(row, row + 1) : output.data.slice(3 * row, 3 * row + 3);
          const own = labels.length === 2 ? [scores[labels[1]!]!] : labels.map((label) => scores[label]!);
          for (const [k, value] of own.entries())
            assert.ok(Math.abs(value - got[k]!) < 1e-5, texts[positions[row]!]);
        }
      }
    }
  });

  test("answers do not depend on company, nor on who waits for them", async () => {
    const together = three.predictMany(texts);
    assert.deepEqual(
      texts.map((text) => three.predict(text)),
      together,
    );
    assert.deepEqual(await three.predictManyAsync(texts), together);
    assert.deepEqual(await Promise.all(texts.map((text) => three.predictAsync(text))), together);
    const many = three.predictMany(Array.from({ length: 40 }, () => texts).flat());
    assert.deepEqual(many, Array.from({ length: 40 }, () => together).flat());
    assert.deepEqual([...three.answers(texts)], together);
  });

  test("cellstate/predict answers the same, also on an engine that answers later", async () => {
    const wanted = three.predictMany(texts);
    const bytes = await three.toBytes();
    const predictor = await loadClassifier(bytes, { engine: "reference" });
    assert.deepEqual(predictor.predictMany(texts), wanted);
    assert.deepEqual(await predictor.predictManyAsync(texts), wanted);
    predictor.dispose();
    const delayed = await loadClassifier(bytes, { engine: new DelayedEngine() });
    assert.deepEqual(await delayed.predictManyAsync(texts), wanted);
    delayed.dispose();
  });

  test("a threshold of one's own decides between two labels, and is kept", async () => {
    const own = await train(intents(20, ["alarm", "music"]));
    assert.equal(own.predict("play some jazz").label, "music");
    own.threshold = 0.9999999;
    assert.equal(own.predict("play some jazz").label, "alarm");
    const loaded = await TextClassifier.load(await own.toBytes(), { engine: "reference" });
    made.push(loaded);
    assert.deepEqual(loaded.predict("play some jazz"), own.predict("play some jazz"));
  });

  test("evaluation is what the answers are", async () => {
    const rows = intents(20);
    const evaluation = await three.evaluate(rows, { mistakes: 3 });
    const answers = three.predictMany(rows.map(({ text }) => text));
    const right = answers.filter(({ label }, r) => label === rows[r]!.label).length;
    assert.equal(evaluation.accuracy, right / 60);
    const loss = answers.reduce((sum, { scores }, r) => sum - Math.log(scores[rows[r]!.label]!), 0) / 60;
    assert.ok(Math.abs(evaluation.loss - loss) < 1e-6);
    assert.equal(evaluation.encoding.rows, 60);
    await assert.rejects(three.evaluate([{ text: "a", label: "b" }]), refusal(/label among/));
  });

  test("its network is a small one of two inputs, and its encoder knows features", () => {
    assert.ok(three.encoder instanceof FeatureEncoder);
    assert.equal(three.training!.auto!.features, three.encoder.features);
    assert.deepEqual(three.model.inputShapes, [[null], [three.encoder.columns]]);
    for (const wants of [() => three.vectorizer, () => three.length]) {
      assert.throws(wants, refusal(/an automatic one, which reads n-grams/));
    }
  });

  test("it is not trained on from", async () => {
    await assert.rejects(train(intents(5), { model: three }), refusal(/can be trained on.*reads n-grams/));
    await assert.rejects(
      train(intents(5), { model: three.model }),
      refusal(/can be trained on.*reads n-grams/),
    );
  });
});

describe("options", () => {
  test("those that have no effect are refused, by name", async () => {
    const idle = {
      ...{
        vocabulary: 100,
        length: 10,
        text: { frontEnd: "tokenizer" },
        epochs: 3,
        patience: 2,
        batchSize: 8,
      },
      ...{
        validationSplit: 0.1,
        optimizer: "adam",
        learningRate: 0.01,
        balance: true,
        callbacks: [],
        onPrepared: () => {},
        resume: {},
      },
    };
    for (const [name, value] of Object.entries(idle)) {
      for (const model of [{}, { model: "auto" }]) {
        const options = { ...model, [name]: value } as never;
        await assert.rejects(
          train(intents(5), options),
          refusal(new RegExp(`train ${name}: expected to be left out`)),
        );
      }
    }
    await assert.rejects(train(intents(5), { seed: -1 }), refusal(/seed/));
    await assert.rejects(train(intents(5), { nosuch: 1 } as never), refusal(/nosuch/));
    const told = { model: "lstm", onStep: () => {} };
    await assert.rejects(train(intents(5), told), refusal(/onStep: expected to be left out/));
  });

  test("steps are told, each once as it begins", async () => {
    const steps: string[] = [];
    await train(intents(20), { engine: "reference", onStep: (what) => steps.push(what) });
    assert.equal(steps[0], "counting n-grams");
    assert.ok(
      steps.some((step) => step.startsWith("trying ")) && steps.at(-1) === "assembling the classifier",
    );
    assert.equal(steps.filter((step, k) => step === steps[k - 1]).length, 0);
  });

  test("a signal ends it at any step, with nothing learned", async () => {
    const aborted = (error: Error) => {
      assert.ok(error instanceof AbortedTraining);
      assert.equal(error.name, "AbortError");
      assert.equal(error.cause.classifier, null);
      return true;
    };
    await assert.rejects(train(intents(5), { signal: AbortSignal.abort() }), aborted);
    for (const at of ["counting", "trying", "fitting"]) {
      const controller = new AbortController();
      const { signal } = controller;
      const onStep = (what: string) => what.startsWith(at) && controller.abort();
      await assert.rejects(train(intents(20), { signal, onStep, engine: "reference" }), aborted);
    }
  });

  test("an engine of one's own answers, too", async () => {
    const { ReferenceEngine } = await import("../../src/engines/reference.js");
    const classifier = await train(intents(10), { engine: new ReferenceEngine() });
    assert.equal(classifier.predict("put on some jazz").label, "music");
  });
});
