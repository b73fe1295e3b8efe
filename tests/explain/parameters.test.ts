/** Parameter counts: their derivations, and the slips behind wrong answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { InputError } from "../../src/base/errors.js";
import { checkExpectations, parseExpectation } from "../../src/explain/expectations.js";
import { explainParameters } from "../../src/explain/parameters.js";
import { layers, model, sequential } from "../../src/index.js";
import type { Initializer } from "../../src/layers/initializers.js";
import { Layer, type LayerKind, parameter, type Shape, type Tensor } from "../../src/layers/layer.js";
import { flagship, layerCase } from "./models.js";

test("the flagship: every count with its formula and the numbers put in", () => {
  const { total, trainable, layers: rows } = explainParameters(flagship());
  assert.deepEqual(
    rows.map(({ name, type, count, formula, substitution }) => [name, type, count, formula, substitution]),
    [
      ["embedding", "Embedding", 16000, "V × F", "1000 × 16 = 16,000"],
      ["lstm", "LSTM", 6272, "4 × ((I + U) × U + U)", "4 × ((16 + 32) × 32 + 32) = 6,272"],
      ["flatten", "Flatten", 0, "0", "0"],
      ["dropout", "Dropout", 0, "0", "0"],
      ["dense", "Dense", 8448, "I × U + U", "32 × 256 + 256 = 8,448"],
      ["dense_1", "Dense", 257, "I × U + U", "256 × 1 + 1 = 257"],
    ],
  );
  assert.equal(total, 30977);
  assert.equal(trainable, 30977);
  const [, lstm, flatten] = rows;
  assert.deepEqual(
    lstm!.terms.map(({ symbol, value }) => [symbol, value]),
    [
      ["4", 4],
      ["I", 16],
      ["U", 32],
    ],
  );
  assert.match(lstm!.terms[0]!.meaning, /forget/);
  assert.match(lstm!.notes.join(" "), /time steps \(200\) does not enter.*PyTorch.*6,400/);
  assert.match(flatten!.notes.join(" "), /\[32\].*changes nothing.*return_sequences/);
  assert.equal(lstm!.tex, "4 \\times ((I + U) \\times U + U)");
});

test("both bias conventions of the GRU, SimpleRNN, no bias, and Flatten of a sequence", () => {
  const sizes = { units: 5 };
  const counts = [
    [layers.gru(sizes), "3 × ((4 + 5) × 5 + 2 × 5) = 165"],
    [layers.gru({ ...sizes, resetAfter: false }), "3 × ((4 + 5) × 5 + 5) = 150"],
    [layers.gru({ ...sizes, useBias: false }), "3 × (4 + 5) × 5 = 135"],
    [layers.simpleRNN(sizes), "(4 + 5) × 5 + 5 = 50"],
    [layers.lstm({ ...sizes, useBias: false }), "4 × (4 + 5) × 5 = 180"],
  ] as const;
  for (const [layer, substitution] of counts) {
    const model = sequential([layers.input({ shape: [7, 4] }), layer]);
    assert.equal(explainParameters(model).layers[0]!.substitution, substitution);
  }
  const sequence = sequential([
    layers.input({ shape: [7, 4] }),
    layers.lstm({ units: 5, returnSequences: true }),
    layers.flatten(),
    layers.dense({ units: 2, useBias: false }),
  ]);
  const [, flatten, dense] = explainParameters(sequence).layers;
  assert.match(flatten!.notes[0]!, /\[7, 5\] becomes \[35\]/);
  assert.equal(dense!.substitution, "35 × 2 = 70");
});

test("any model: formulas give the sizes of the variables", () => {
  fc.assert(
    fc.property(layerCase, ({ model }) => {
      const { total, layers: rows } = explainParameters(model);
      assert.equal(total, model.countParams());
      assert.equal(
        total,
        rows.reduce((sum, { count }) => sum + count, 0),
      );
      for (const { count, substitution, formula, terms } of rows) {
        assert.equal(calculate(substitution.split(" = ")[0]!), count);
        // The formula with each term's value put in is the substitution.
        const put = formula.replace(/[A-Z]/g, (symbol) =>
          String(terms.find((t) => t.symbol === symbol)!.value),
        );
        assert.equal(calculate(put), count);
      }
    }),
    { numRuns: 200 },
  );
});

/** Python's arithmetic by hand: numbers, +, × and brackets. */
function calculate(text: string): number {
  const innermost = /\(([^()]*)\)/.exec(text);
  if (innermost) return calculate(text.replace(innermost[0], String(calculate(innermost[1]!))));
  const product = (part: string) => part.split("×").reduce((value, factor) => value * Number(factor), 1);
  return text.split("+").reduce((sum, part) => sum + product(part), 0);
}

const SLIPS: [string, RegExp, string][] = [
  ["lstm=1568", /factor 4/, "(16 + 32) × 32 + 32 = 1,568"],
  ["lstm=4704", /only the three gates/, "3 × ((16 + 32) × 32 + 32) = 4,704"],
  ["lstm=6144", /bias was left out/, "4 × (16 + 32) × 32 = 6,144"],
  ["lstm=6400", /PyTorch/, "4 × ((16 + 32) × 32 + 2 × 32) = 6,400"],
  ["lstm=2176", /recurrent kernel/, "4 × (16 × 32 + 32) = 2,176"],
  ["LSTM=173,600", /time steps were taken for units/, "4 × ((16 + 200) × 200 + 200) = 173,600"],
  ["embedding=16016", /plus 1/, "1001 × 16 = 16,016"],
  ["embedding=3200000", /multiplied by the 200 time steps/, "1000 × 200 × 16 = 3,200,000"],
  ["dense=8192", /bias was left out/, "32 × 256 = 8,192"],
  ["dense=1638656", /whole sequence, 200 × 32/, "6400 × 256 + 256 = 1,638,656"],
  ["flatten=32", /counted as weights/, "32"],
  ["flatten=6400", /all 200 steps/, "200 × 32 = 6,400"],
  ["total=26273", /^lstm: the factor 4/, "(16 + 32) × 32 + 32 = 1,568 in place of 6,272"],
  ["total=14977", /^embedding was left out/, "30,977 − 16,000 = 14,977"],
];

for (const [text, says, arithmetic] of SLIPS) {
  test(`--expect ${text} names the slip`, () => {
    const [verdict] = checkExpectations(flagship(), [parseExpectation(text)]);
    assert.equal(verdict!.right, false);
    assert.match(verdict!.cause!.slips.map(({ says }) => says).join("; "), says);
    assert.equal(verdict!.cause!.arithmetic, arithmetic);
  });
}

test("several slips together are found, fewest first; what fits nothing has no cause", () => {
  const [several, none] = checkExpectations(flagship(), [
    { layer: "lstm", count: 768 },
    { layer: "lstm", count: 6271 },
  ]);
  assert.equal(several!.cause!.arithmetic, "(16 + 32) × 16 = 768");
  assert.equal(several!.cause!.slips.length, 3);
  assert.equal(none!.cause, null);
});

test("right answers are right, by layer, class and total", () => {
  const right = [
    "embedding=16000",
    "LSTM=6,272",
    "flatten=0",
    "dropout=0",
    "dense=8448",
    "dense_1=257",
    "total=30977",
  ];
  for (const verdict of checkExpectations(flagship(), right.map(parseExpectation))) {
    assert.ok(verdict.right, verdict.layer);
    assert.equal(verdict.cause, null);
  }
});

test("GRU: one bias for two, and an LSTM's four networks", () => {
  const model = sequential([
    layers.embedding({ inputDim: 9, outputDim: 4, inputLength: 3 }),
    layers.gru({ units: 5 }),
  ]);
  const [one, four] = checkExpectations(model, [
    { layer: "gru", count: 150 },
    { layer: "gru", count: 220 },
  ]);
  assert.match(one!.cause!.slips[0]!.says, /reset_after/);
  assert.match(four!.cause!.slips[0]!.says, /LSTM's four/);
});

test("Bidirectional: twice its layer, or both added up; one direction forgotten is named", () => {
  const model = sequential([
    layers.input({ shape: [7, 4] }),
    layers.bidirectional({ layer: layers.lstm({ units: 5 }) }),
    layers.dense({ units: 1 }),
  ]);
  const [both, dense] = explainParameters(model).layers;
  assert.equal(both!.substitution, "2 × 4 × ((4 + 5) × 5 + 5) = 400");
  assert.equal(both!.count, 400);
  assert.equal(dense!.substitution, "10 × 1 + 1 = 11");
  const says = (count: number) =>
    checkExpectations(model, [{ layer: "bidirectional", count }])[0]!.cause!.slips.map((slip) => slip.says);
  assert.match(says(200)[0]!, /only one direction/);
  assert.match(says(100)[0]!, /factor 4/);
  assert.match(says(180).join("; "), /only one direction.*bias/);
  const unlike = sequential([
    layers.input({ shape: [7, 4] }),
    layers.bidirectional({
      layer: layers.lstm({ units: 5 }),
      backwardLayer: layers.simpleRNN({ units: 2, goBackwards: true }),
    }),
  ]);
  assert.equal(
    explainParameters(unlike).layers[0]!.substitution,
    "4 × ((4 + 5) × 5 + 5) + (4 + 2) × 2 + 2 = 214",
  );
});

test("RNN: the count of its cell; of several, each reads the states of the one before", () => {
  const { gruCell, lstmCell, rnn } = layers;
  const model = sequential([
    layers.input({ shape: [7, 4] }),
    rnn({ cell: [lstmCell({ units: 5 }), gruCell({ units: 3 })], returnSequences: true }),
    rnn({ cell: gruCell({ units: 2, resetAfter: false }) }),
  ]);
  const [stack, one] = explainParameters(model).layers;
  assert.equal(stack!.formula, "4 × ((I + U₁) × U₁ + U₁) + 3 × ((U₁ + U₂) × U₂ + 2 × U₂)");
  assert.equal(stack!.substitution, "4 × ((4 + 5) × 5 + 5) + 3 × ((5 + 3) × 3 + 2 × 3) = 290");
  assert.match(stack!.tex, /\(I \+ U_\{1\}\) .*U_\{2\}/);
  const sizes = stack!.terms.map(({ symbol, value }) => `${symbol}=${value}`);
  assert.deepEqual(sizes, ["4=4", "I=4", "U₁=5", "3=3", "U₂=3", "2=2"]);
  assert.match(stack!.terms[2]!.meaning, /lstm_cell/);
  assert.match(stack!.terms[4]!.meaning, /gru_cell/);
  assert.match(stack!.notes.join("\n"), /^lstm_cell: .*They would count 220\.$/m);
  assert.match(stack!.notes.join("\n"), /^gru_cell: .*reset_after=False it would be 81\.$/m);
  assert.equal(one!.substitution, "3 × ((3 + 2) × 2 + 2) = 36");
  const slip = (count: number) =>
    checkExpectations(model, [{ layer: "rnn", count }])[0]!
      .cause!.slips.map(({ says }) => says)
      .join("; ");
  assert.match(slip(281), /gru_cell was taken to read xₜ/);
  assert.match(slip(200), /gru_cell was left out/);
  assert.match(slip(290 - 9), /gru_cell/);
  assert.match(slip(290 - 150), /lstm_cell: the factor 4/);
  const { count, formula } = explainParameters(
    sequential([
      layers.input({ shape: [7, 4] }),
      layers.bidirectional({ layer: rnn({ cell: lstmCell({ units: 5 }) }) }),
    ]),
  ).layers[0]!;
  assert.deepEqual([count, formula], [400, "2 × 4 × ((I + U) × U + U)"]);
});

/** A layer of a kind, with these variables and this output: what its rule looks at. */
class Stand extends Layer {
  readonly kind: LayerKind;

  constructor(
    className: string,
    private readonly variables: Record<string, readonly number[]>,
    private readonly output: Shape,
    override readonly inner: readonly Layer[] = [],
  ) {
    super();
    this.kind = { className, options: {}, make: () => this, mask: "ends" };
  }

  override build([input]: readonly Shape[]): void {
    for (const layer of this.inner) layer.build([input!.slice(1)]);
    this.parameters = Object.entries(this.variables).map(([name, shape]) =>
      parameter(name, shape, { name: "zeros" } as Initializer, { trainable: !name.startsWith("moving") }),
    );
  }

  override outputShape(): Shape {
    return this.output;
  }

  override plan(): Tensor {
    throw new Error("never planned");
  }
}

test("Conv1D, normalisations, and kinds without a rule of their own", () => {
  const four = { gamma: [8], beta: [8], moving_mean: [8], moving_variance: [8] };
  const model = sequential([
    layers.input({ shape: [7, 4] }),
    new Stand("Conv1D", { kernel: [3, 4, 8], bias: [8] }, [5, 8]),
    new Stand("BatchNormalization", four, [5, 8]),
    new Stand("LayerNormalization", { gamma: [8], beta: [8] }, [5, 8]),
    new Stand("Odd", { table: [2, 3], more: [5] }, [5, 8]),
    new Stand(
      "TimeDistributed",
      { "dense/kernel": [8, 2], "dense/bias": [2] },
      [5, 2],
      [layers.dense({ units: 2 })],
    ),
    new Stand("GlobalMaxPooling1D", {}, [2]),
  ]);
  const { layers: rows, total, trainable } = explainParameters(model);
  assert.deepEqual(
    rows.map(({ formula, substitution }) => `${formula} = ${substitution}`),
    [
      "K × I × U + U = 3 × 4 × 8 + 8 = 104",
      "4 × F = 4 × 8 = 32",
      "2 × F = 2 × 8 = 16",
      "2 × 3 + 5 = 2 × 3 + 5 = 11",
      "I × U + U = 8 × 2 + 2 = 18",
      "0 = 0",
    ],
  );
  assert.equal(total - trainable, 16);
  const says = (layer: string, count: number) =>
    checkExpectations(model, [{ layer, count }])[0]!
      .cause!.slips.map(({ says }) => says)
      .join("; ");
  assert.match(says("Conv1D", 40), /window was left out/);
  assert.match(says("Conv1D", 32), /one number/);
  assert.match(says("BatchNormalization", 16), /moving mean and variance are in the total/);
  assert.match(says("LayerNormalization", 32), /keeps none/);
});

test("layers without weights say what they do to their inputs", () => {
  for (const [name, output, says] of [
    ["Concatenate", [7, 4], /side by side: \[7, 4\] become \[7, 4\]/],
    ["Add", [7, 4], /adds up its 1 inputs, number by number; all have shape \[7, 4\]/],
    ["GlobalMaxPooling1D", [4], /largest value over all steps: \[7, 4\] becomes \[4\]/],
    ["Masking", [7, 4], /from its input alone/],
  ] as const) {
    const model = sequential([layers.input({ shape: [7, 4] }), new Stand(name, {}, output)]);
    const [row] = explainParameters(model).layers;
    assert.equal(row!.count, 0);
    assert.match(row!.notes.join(" "), says);
  }
});

test("a formula that does not give the variables' sizes is an error of ours, and said", () => {
  for (const [variables, says] of [
    [{ kernel: [4, 8], bias: [8], second_bias: [8] }, /has 48 parameters, but its formula gives 40/],
    [{ kernel: [5, 8], bias: [8] }, /has 48 parameters, but its formula gives 40/],
  ] as const) {
    const model = sequential([layers.input({ shape: [4] }), new Stand("Dense", variables, [8])]);
    assert.throws(() => explainParameters(model), says);
  }
});

test("what cannot be an expectation is said", () => {
  assert.throws(() => parseExpectation("lstm"), /LAYER=COUNT/);
  assert.throws(() => parseExpectation("lstm=-3"), InputError);
  const unknown = [{ layer: "lstn", count: 3 }];
  assert.throws(() => checkExpectations(flagship(), unknown), /Did you mean lstm\?/);
  const two = sequential([
    layers.input({ shape: [3, 2] }),
    layers.lstm({ units: 2, returnSequences: true, name: "a" }),
    layers.lstm({ units: 2, name: "b" }),
  ]);
  assert.throws(() => checkExpectations(two, [{ layer: "lstm", count: 3 }]), /2 layers of that kind.*a, b/s);
});

test("tables of an automatic classifier say what their ids stand for; of other networks, words", () => {
  const table = (inputs: readonly string[], of: string) => {
    const given = inputs.map((name) => layers.input({ shape: [4], name }));
    const pooled = given.map((input, i) => {
      const vectors = layers.embedding({ inputDim: 5, outputDim: 2, name: `of_${inputs[i]}` }).apply(input);
      return layers.globalMaxPooling1D({ name: `largest_${i}` }).apply(vectors);
    });
    const network = model({ inputs: given, outputs: layers.average().apply(pooled) });
    const { notes } = explainParameters(network).layers.find(({ name }) => name === `of_${of}`)!;
    return /every (\S+) id has its row/.exec(notes.join(" "))![1];
  };
  for (const [channel, ids] of [
    ["ngrams", "n-gram"],
    ["word", "word"],
    ["start4", "word-beginning"],
    ["start3", "word-beginning"],
    ["end3", "word-ending"],
    ["shape", "word-shape"],
    ["toString", "word"],
  ] as const) {
    assert.equal(table(["ngrams", ...(channel === "ngrams" ? ["word"] : [channel])], channel), ids);
    if (channel !== "ngrams") assert.equal(table(["first", channel], channel), "word");
  }
});
