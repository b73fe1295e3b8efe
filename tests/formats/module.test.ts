import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import vm from "node:vm";
import fc from "fast-check";
import { activationPieces } from "../../src/formats/module/activation-pieces.js";
import type { Activate, Kit } from "../../src/formats/module/kit.js";
import { type Label, textPieces } from "../../src/formats/module/text-pieces.js";
import { rowRules, tokenRules } from "../../src/formats/module/text-rules.js";
import { quantize, WeightsText } from "../../src/formats/module/weights-text.js";
import { writeClassifierModule, writeModelModule } from "../../src/formats/module/write.js";
import {
  assembleClassifier,
  layers,
  type Model,
  readVocabulary,
  sequential,
  TextClassifier,
  type Vectorizer,
} from "../../src/index.js";
import { ACTIVATIONS, type ActivationName, activationFormula } from "../../src/kernels/activations.js";
import { Layer, type LayerKind, type Shape, type Tensor } from "../../src/layers/layer.js";
import type { FrontEndOptions } from "../../src/tokens/options.js";
import { IdEncoder } from "../../src/tokens/row-encoder.js";
import { VocabularyBuilder } from "../../src/tokens/vocabulary.js";
import { assertClose } from "../golden/compare.js";
import { flatten, goldenModels } from "./golden-models.js";

interface Exported {
  predict(rows: unknown): (number[] | number[][])[];
  classify(text: string): Label;
  labels: string[];
}

/** What a host may have: WebAssembly, none, or one that compiles nothing, as under a strict security policy. */
const HOSTS = {
  compiled: {},
  plain: { WebAssembly: undefined },
  forbidden: {
    WebAssembly: {
      Module() {
        throw new WebAssembly.CompileError("blocked by Content Security Policy");
      },
    },
  },
};

/** Runs a module with nothing around it but the language: no host, no globals of Node or a browser. */
function open(source: string, host: object = HOSTS.compiled): Exported {
  const script = source.replaceAll("export const", "const");
  const found = "typeof classify === 'undefined' ? { predict } : { predict, classify, labels }";
  return vm.runInNewContext(`"use strict";${script};(${found})`, { ...host }) as Exported;
}

/** What a context of its own made, as objects of this one. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe("modules answer as Keras does", () => {
  for (const { name, model, input, output } of goldenModels()) {
    test(name, () => {
      const source = writeModelModule(model, { weights: "float32" });
      const [compiled, inJavaScript] = (["compiled", "plain"] as const).map((host) => {
        const found = flatten(plain(open(source, HOSTS[host]).predict(input)));
        assertClose(found, output, `${name} ${host}`, { absolute: 1e-5, relative: 1e-5 });
        return found;
      });
      assertClose(compiled!, inJavaScript!, `${name}: both`, { absolute: 1e-6, relative: 1e-6 });
    });
  }
});

const STEPS = 12;

function network(seed = 5): Model {
  return sequential(
    [
      layers.embedding({ inputDim: 40, outputDim: 5, inputLength: STEPS }),
      layers.lstm({ units: 7 }),
      layers.dense({ units: 9, activation: "sigmoid" }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed, engine: "reference" },
  );
}

test("rows that begin with padding, in any order and length, are answered like others", () => {
  const model = network();
  const { predict } = open(writeModelModule(model, { weights: "float32" }));
  const rows = [3, 0, STEPS, 1, STEPS - 1, 5].map((padding, r) =>
    Array.from({ length: STEPS }, (_, t) => (t < padding ? 0 : (7 * t + r) % 40)),
  );
  assertClose(flatten(plain(predict(rows))), flatten(model.predict(rows)), "padded rows", { absolute: 1e-6 });
});

describe("stacked cells under masks of every pattern", () => {
  const rows = [
    [0, 0, 3, 9, 4],
    [5, 1, 7, 0, 0],
    [2, 0, 8, 0, 6],
    [0, 0, 0, 0, 0],
  ];
  for (const returnSequences of [false, true]) {
    for (const [goBackwards, zeroOutputForMask] of [
      [false, false],
      [true, false],
      [true, true],
    ]) {
      const options = { returnSequences, goBackwards, zeroOutputForMask };
      test(JSON.stringify(options), () => {
        const cells = [layers.lstmCell({ units: 3 }), layers.gruCell({ units: 4 })];
        const stack = layers.rnn({ cell: layers.stackedRNNCells({ cells }), ...options });
        const heeds = returnSequences ? [layers.lstm({ units: 2 })] : [];
        const words = layers.embedding({ inputDim: 10, outputDim: 3, maskZero: true });
        const model = sequential([words, stack, ...heeds], { seed: 3, engine: "reference" });
        const { predict } = open(writeModelModule(model, { weights: "float32" }));
        assertClose(flatten(plain(predict(rows))), flatten(model.predict(rows)), "rows", { absolute: 1e-6 });
      });
    }
  }
});

test("the kernels are WebAssembly where it is allowed, and JavaScript where it is not", () => {
  const source = writeModelModule(network(), { weights: "float32" });
  const rows = [Array.from({ length: STEPS }, (_, t) => (t * 13) % 40)];
  let steps = 0;
  class Instance {
    readonly exports: WebAssembly.Exports;
    constructor(module: WebAssembly.Module) {
      const { exports } = new WebAssembly.Instance(module);
      const lstm = exports["lstm"] as (...given: number[]) => void;
      this.exports = {
        ...exports,
        lstm: (...given: number[]) => {
          steps++;
          lstm(...given);
        },
      };
    }
  }
  const spied = open(source, { WebAssembly: { Module: WebAssembly.Module, Instance } }).predict(rows);
  assert.ok(steps > 0, "the compiled LSTM ran");
  assert.deepEqual(plain(spied), plain(open(source).predict(rows)));
  const inJavaScript = plain(open(source, HOSTS.plain).predict(rows));
  assert.deepEqual(plain(open(source, HOSTS.forbidden).predict(rows)), inJavaScript);
});

test("a long sequence makes the memory grow", () => {
  const model = sequential(
    [layers.input({ shape: [null, 3] }), layers.gru({ units: 5, returnSequences: true })],
    {
      engine: "reference",
    },
  );
  const source = writeModelModule(model, { weights: "float32" });
  const rows = [Array.from({ length: 9000 }, (_, t) => [Math.sin(t), Math.cos(t), t % 2])];
  for (const host of [HOSTS.compiled, HOSTS.plain]) {
    const found = flatten(plain(open(source, host).predict(rows)));
    assertClose(found, flatten(model.predict(rows)), "long", { absolute: 1e-5 });
  }
});

test("int8 weights of a convolution and of what is over every step stay near", () => {
  const model = sequential(
    [
      layers.input({ shape: [8, 6] }),
      layers.conv1D({ filters: 10, kernelSize: 3, padding: "same", activation: "tanh" }),
      layers.timeDistributed({ layer: layers.dense({ units: 7 }) }),
      layers.layerNormalization(),
      layers.batchNormalization(),
    ],
    { seed: 8, engine: "reference" },
  );
  const rows = [
    Array.from({ length: 8 }, (_, t) => Array.from({ length: 6 }, (_, f) => Math.sin(t * 7 + f))),
  ];
  const found = flatten(plain(open(writeModelModule(model, { weights: "int8" })).predict(rows)));
  const wanted = flatten(model.predict(rows));
  const difference = Math.max(...found.map((v, i) => Math.abs(v - wanted[i]!)));
  assert.ok(difference > 0 && difference < 0.1, `${difference}`);
});

test("int8 weights are within half a step of the weights, a scale for each row or column", () => {
  const values = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i * 3) * 10 ** (i % 3));
  for (const scaling of ["rows", "columns"] as const) {
    const { scales, bytes } = quantize("kernel", values, 3, scaling);
    assert.equal(scales.length, scaling === "rows" ? 4 : 3);
    values.forEach((value, i) => {
      const scale = scales[scaling === "rows" ? Math.floor(i / 3) : i % 3]!;
      assert.ok(Math.abs(bytes[i]! * scale - value) <= scale * 0.5001, `${scaling} ${i}`);
    });
  }
  assert.throws(
    () => quantize("lstm/kernel", Float32Array.of(1, NaN), 2, "rows"),
    /lstm\/kernel.*NaN.*float32/,
  );
});

test("an int8 module's answers are near those of the network, its weights less than half as long", () => {
  const model = network();
  const [bytes, floats] = [writeModelModule(model), writeModelModule(model, { weights: "float32" })];
  const rows = Array.from({ length: 20 }, (_, r) =>
    Array.from({ length: STEPS }, (_, t) => (t * 13 + r) % 40),
  );
  const [near, exact] = [bytes, floats].map((source) => flatten(plain(open(source).predict(rows))));
  const difference = Math.max(...near!.map((p, i) => Math.abs(p - exact![i]!)));
  assert.ok(difference > 0 && difference < 0.01, `${difference}`);
  const weightsOf = (source: string) => /unpack\("([^"]*)"\)/.exec(source)![1]!.length;
  assert.ok(weightsOf(bytes) < 0.5 * weightsOf(floats), `${weightsOf(bytes)} of ${weightsOf(floats)}`);
});

test("every activation is within 1e-6 of its formula", () => {
  const each = activationPieces.each({} as Kit);
  const tanh = activationPieces.tanh({} as Kit);
  const erf = activationPieces.erf({} as Kit);
  const leaky = activationPieces.leaky({ each } as Kit);
  const x = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 150);
  for (const name of Object.keys(ACTIVATIONS) as ActivationName[]) {
    if (name === "softmax") continue;
    const y = x.slice();
    (activationPieces[name]({ each, tanh, erf, leaky } as Kit) as Activate)(y, 0, y.length);
    const { f } = activationFormula(ACTIVATIONS[name].id);
    y.forEach((found, i) => {
      const wanted = f(x[i]!, 0.2);
      assert.ok(
        Math.abs(found - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted)),
        `${name}(${x[i]}) = ${found}`,
      );
    });
  }
});

const FRONT_ENDS: FrontEndOptions[] = [
  { frontEnd: "textVectorization" },
  { frontEnd: "textVectorization", standardize: "lower" },
  { frontEnd: "textVectorization", standardize: "none", split: "character" },
  { frontEnd: "textVectorization", standardize: "lowerAndStripPunctuation", split: "character" },
  { frontEnd: "textVectorization", standardize: "stripPunctuation", split: "none" },
  { frontEnd: "tokenizer" },
  { frontEnd: "tokenizer", oovToken: "<OOV>", filters: "é😀.]^-\\" },
  { frontEnd: "tokenizer", lower: false, split: "$", filters: "ß" },
  { frontEnd: "tokenizer", charLevel: true, lower: false },
  { frontEnd: "tokenizer", charLevel: true, filters: "😀" },
];

const SMS = readFileSync(new URL("../../../examples/data/sms-spam.tsv", import.meta.url), "utf8")
  .split("\n")
  .slice(1)
  .map((line) => line.slice(line.indexOf("\t") + 1));

function learn(frontEnd: FrontEndOptions, texts: readonly string[], size: number): Vectorizer {
  const builder = new VocabularyBuilder(frontEnd);
  for (const text of texts) builder.add(text);
  return builder.build({ size, length: 30 });
}

/** Text to ids as a module does it. */
function encoderOf(vectorizer: Vectorizer): (text: string) => Float32Array {
  const tokens = textPieces.tokenizer({} as Kit)(tokenRules(vectorizer));
  const encode = textPieces.encoder({} as Kit)(tokens, rowRules(vectorizer, 30));
  return (text) => encode(text).inputs[0]!.data;
}

describe("modules turn text into the vectorizer's ids", () => {
  const odd = fc.array(
    fc.oneof(
      fc.constantFrom(..." \t\n\v\f\r\u00a0\u2028\u0085.!'’-_$]\\ÀÉéßİıΣς😀\ud800\udc00\ufeff\0".split("")),
      fc.string({ unit: "binary", maxLength: 3 }),
      fc.constantFrom("Free", "CALL", "now", "[UNK]", "<OOV>", "__proto__", "10", "constructor"),
    ),
    { maxLength: 40 },
  );
  for (const frontEnd of FRONT_ENDS) {
    const vectorizer = learn(frontEnd, SMS.slice(0, 1500), 600);
    const encode = encoderOf(vectorizer);
    const agree = (text: string) => {
      assert.deepEqual(encode(text), vectorizer.encodeRows([text], 30).ids, JSON.stringify(text));
    };
    test(`${JSON.stringify(frontEnd)}: real texts`, () => SMS.forEach(agree));
    test(`${JSON.stringify(frontEnd)}: random texts`, () => {
      fc.assert(
        fc.property(odd, (parts) => agree(parts.join(""))),
        { numRuns: 1000 },
      );
    });
  }
});

function classifier(labels: string[], frontEnd: FrontEndOptions, words: string[] = []): TextClassifier {
  const texts = [...SMS.slice(0, 300), words.join(" ")];
  const vectorizer = learn(frontEnd, texts, 40);
  const outputs = labels.length === 2 ? 1 : labels.length;
  const model = sequential(
    [
      layers.embedding({ inputDim: 40, outputDim: 5, inputLength: 30 }),
      layers.gru({ units: 6 }),
      layers.dense({ units: outputs, activation: outputs === 1 ? "sigmoid" : "softmax" }),
    ],
    { seed: 2, engine: "reference" },
  );
  const parts = { model, encoder: new IdEncoder(vectorizer, 30), labels, training: null };
  return new TextClassifier({ ...parts, threshold: 0.49 });
}

describe("classify", () => {
  for (const labels of [
    ["ham", "spam"],
    ["__proto__", "</script>", 'a"b\\\n\u2028`'],
  ]) {
    for (const frontEnd of FRONT_ENDS) {
      test(`answers as the classifier: ${JSON.stringify(labels)} ${JSON.stringify(frontEnd)}`, () => {
        const made = classifier(labels, frontEnd, ["</script>", "`"]);
        const source = writeClassifierModule(made, { weights: "float32" });
        assert.doesNotMatch(source, /<\/script|\u2028/);
        const exported = open(source);
        assert.deepEqual(plain(exported.labels), labels);
        for (const text of [...SMS.slice(0, 60), "", "É😀 </script> `", "\ud800x"]) {
          const [found, wanted] = [exported.classify(text), made.predict(text)];
          assert.equal(found.label, wanted.label, text);
          assert.ok(Math.abs(found.probability - wanted.probability) < 1e-5, text);
          assert.deepEqual(Object.keys(found.scores), Object.keys(wanted.scores));
          for (const [label, score] of Object.entries(wanted.scores)) {
            assert.ok(Math.abs(found.scores[label]! - score) < 1e-5, text);
          }
        }
      });
    }
  }
});

test("a dense kernel has a scale an input where inputs are of many sizes, else a scale a unit", () => {
  const scalingOf = (size: (row: number) => number) => {
    const values = Float32Array.from({ length: 80 }, (_, i) => size(Math.floor(i / 4)) * Math.sin(i + 1));
    return /"(\w+)"/.exec(new WeightsText("int8").add("kernel", values, 20, 4, "either"))?.[1];
  };
  assert.equal(
    scalingOf(() => 0.3),
    "columns",
  );
  assert.equal(
    scalingOf((row) => (row === 7 ? 40 : 1)),
    "rows",
  );
});

test("a classifier that rejects does so in its module, too", () => {
  const made = classifier(["ham", "spam"], { frontEnd: "tokenizer" });
  const found = () => plain(open(writeClassifierModule(made, { weights: "float32" })).classify(SMS[3]!));
  assert.ok(!("rejected" in found()));
  for (const [reject, rejected] of [
    [0.999, "unsure"],
    [0.1, false],
  ] as const) {
    made.reject = reject;
    assert.equal(made.predict(SMS[3]!).rejected, rejected);
    assert.equal(found().rejected, rejected);
  }
});

describe("what is refused", () => {
  class Mystery extends Layer {
    readonly kind: LayerKind = {
      className: "Mystery",
      options: {},
      make: () => new Mystery(),
      mask: "ends",
    };
    override outputShape([input]: readonly Shape[]): Shape {
      return input!;
    }
    override plan(_: unknown, [x]: readonly Tensor[]): Tensor {
      return x!;
    }
  }

  test("a layer that modules do not have, by name", () => {
    const model = sequential([layers.input({ shape: [3] }), new Mystery({ name: "odd" })], {
      engine: "reference",
    });
    assert.throws(
      () => writeModelModule(model),
      /layer odd: expected layers that a module can hold \(.*Mystery/,
    );
  });

  test("a Softmax behind a mask, when it is asked", () => {
    const masked = layers.embedding({ inputDim: 9, outputDim: 3, inputLength: 4, maskZero: true });
    const model = sequential([masked, layers.softmax()], { engine: "reference" });
    const { predict } = open(writeModelModule(model));
    assert.throws(() => predict([[1, 2, 0, 0]]), /Softmax takes no sequence with a mask/);
  });

  test("other kinds of weights", () => {
    assert.throws(
      () => writeModelModule(network(), { weights: "int4" as never }),
      /weights: .*int8, float32/,
    );
  });

  test("what is no text, and what are no rows", () => {
    const model = sequential([
      layers.embedding({ inputDim: 4, outputDim: 2, inputLength: 3 }),
      layers.lstm({ units: 2 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]);
    const { vectorizer } = readVocabulary(new TextEncoder().encode('{"good":1,"bad":2}'));
    const { classify, predict } = open(writeClassifierModule(assembleClassifier(model, { vectorizer })));
    for (const wrong of [undefined, null, 5, ["good"], {}]) {
      assert.throws(
        () => classify(wrong as string),
        /^TypeError: classify: expected a text, not (undefined|object|number)/,
      );
    }
    for (const wrong of [undefined, null, 5, "good", {}]) {
      assert.throws(() => predict(wrong), /^TypeError: predict: expected a list of rows/);
      assert.throws(() => predict([wrong]), /^TypeError: predict: expected rows that are lists of numbers/);
    }
  });
  test("rows and ids that the network cannot take", () => {
    const { predict } = open(writeModelModule(network()));
    const row = (id: number, length = STEPS) => [Array.from({ length }, () => id)];
    assert.throws(() => predict(row(40)), /ids from 0 to 39 but received 40/);
    assert.throws(() => predict(row(-1)), /received -1/);
    assert.throws(() => predict(row(1.5)), /received 1.5/);
    assert.throws(() => predict(row(3, STEPS + 1)), /rows of numbers of shape \[12\]/);
    assert.throws(() => predict([[]]), /rows of numbers/);
  });
});
