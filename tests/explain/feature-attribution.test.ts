/** Which words decided an automatic classifier's answer: parts that add up, and parts that are known by hand. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { featureAttributionPage } from "../../src/explain/draw/feature-attribution-page.js";
import { featureAttributionPicture } from "../../src/explain/draw/feature-attribution-picture.js";
import { svgText } from "../../src/explain/draw/index.js";
import { attributeFeatures, type FeatureAttribution } from "../../src/explain/feature-attribution.js";
import { InputError, MultiLabelClassifier, TextClassifier, TextRegressor } from "../../src/index.js";
import { Random } from "../../src/kernels/philox.js";
import { UNKNOWN } from "../../src/tokens/channels.js";
import type { FeatureEncoder } from "../../src/tokens/feature-encoder.js";
import { intents, tiny, tinyBeside } from "../classifier/automatic.js";

const near = (found: readonly number[], wanted: readonly number[]) => {
  assert.equal(found.length, wanted.length);
  for (const [i, value] of found.entries()) assert.ok(Math.abs(value - wanted[i]!) < 1e-6, `${found}`);
};

const total = ({ base, beginning, end, networks, tokens }: FeatureAttribution) =>
  tokens.reduce((sum, { part }) => sum + part, base + beginning + end + (networks ?? 0));

const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom("please", "book", "a table", "play the song", "LOUD", "rain", "?", "!!", "isn't", "42"),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 12 },
  )
  .map((words) => words.join(" "));

describe("parts of an automatic classifier's score", async () => {
  const two = await TextClassifier.train(intents(["music", "weather"]), { engine: "reference" });
  const three = await TextClassifier.train(intents(["music", "weather", "table"]), { engine: "reference" });

  test("add up to the log-odds of the second of two labels", async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const attribution = await attributeFeatures(two, text);
        const p = two.predict(text).scores["weather"]!;
        assert.ok(Math.abs(attribution.difference) < 1e-6);
        assert.ok(Math.abs(total(attribution) - attribution.logit) < 1e-9);
        // Beyond, float32 cannot tell the probability from 1 by enough.
        if (p < 0.99) assert.ok(Math.abs(attribution.logit - Math.log(p / (1 - p))) < 1e-4);
        const against = await attributeFeatures(two, text, { label: "music" });
        assert.ok(Math.abs(against.logit + attribution.logit) < 1e-9);
      }),
    );
  });

  test("add up to the answered label's score less the mean over more labels", async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const attribution = await attributeFeatures(three, text);
        const { label, scores } = three.predict(text);
        const logs = Object.values(scores).map(Math.log);
        const mean = logs.reduce((sum, one) => sum + one, 0) / logs.length;
        assert.equal(attribution.of, label);
        assert.ok(Math.abs(total(attribution) - attribution.logit) < 1e-9);
        assert.ok(Math.abs(attribution.difference) < 1e-6);
        assert.ok(Math.abs(attribution.logit - (Math.log(scores[label]!) - mean)) < 1e-4);
      }),
    );
  });

  test("of a text say its tokens and what they are known for", async () => {
    const attribution = await attributeFeatures(three, "Play zzz!", { features: 1e6 });
    assert.deepEqual(
      attribution.tokens.map(({ text, known }) => [text, known]),
      [
        ["Play", true],
        ["zzz", false],
        ["!", false],
      ],
    );
    assert.equal(attribution.known, three.predict("Play zzz!").known);
    assert.deepEqual(attribution.rows, { music: 20, table: 20, weather: 20 });
    const play = attribution.features.find(({ text, block }) => text === "play" && block === "w1")!;
    assert.equal(play.texts!["music"]! > 0, true);
    assert.deepEqual([play.texts!["weather"], play.texts!["table"]], [0, 0]);
    assert.equal(attribution.label, "music");
  });

  test("are the same once the classifier was saved", async () => {
    const again = await TextClassifier.load(await three.toBytes(), { engine: "reference" });
    const text = "book a table, please";
    assert.deepEqual(await attributeFeatures(again, text), await attributeFeatures(three, text));
  });

  test("are drawn", async () => {
    const attribution = await attributeFeatures(two, 'rain & "sun" <b>');
    assert.match(svgText(featureAttributionPicture(attribution)), /log-odds of weather/);
    const page = featureAttributionPage(attribution, "two.keras");
    assert.match(page, /every text/);
    assert.ok(!page.includes("<b>"));
  });
});

describe("parts known by hand", () => {
  // good: 2, bad: −3, every text: 0.5; half of the words known suffices; the bias is −0.25.
  const classifier = tiny();

  test("an n-gram's weight times the text's scale, once however often it stands there", async () => {
    const { tokens, base, logit, networks, features, label, probability } = await attributeFeatures(
      classifier,
      "Good film, good film",
    );
    // Three different n-grams: good, film and the comma.
    const good = 2 / Math.sqrt(3);
    near(
      tokens.map(({ part }) => part),
      [good / 2, 0, 0, good / 2, 0],
    );
    near([base, logit], [0.25, 0.25 + good]);
    assert.deepEqual([features[0]!.text, features[0]!.times, features.length], ["good", 2, 1]);
    assert.deepEqual([networks, new Set(tokens.map(({ hidden }) => hidden))], [null, new Set([null])]);
    assert.deepEqual(features[0]!.texts, { no: 1, yes: 9 });
    assert.equal(label, "yes");
    near([probability!], [1 / (1 + Math.exp(-0.25 - good))]);
  });

  test("words against it, and the other label's side", async () => {
    near([(await attributeFeatures(classifier, "bad")).tokens[0]!.part], [-3]);
    near([(await attributeFeatures(classifier, "bad", { label: "no" })).tokens[0]!.part], [3]);
  });

  test("the fewer words are known, the less is said, down to how common labels are", async () => {
    const { tokens, base, logit, known, features } = await attributeFeatures(classifier, "xyzzy good zork");
    assert.deepEqual(features.length, 1);
    near([known, features[0]!.part], [1 / 3, (2 / 3) * (2 / Math.sqrt(3))]);
    assert.ok(tokens[1]!.part > 0 && base < 0.25 && logit > base);
  });

  test("of strangers alone nothing", async () => {
    const { tokens, base, logit, known, features } = await attributeFeatures(classifier, "xyzzy");
    assert.deepEqual(features, []);
    near([tokens[0]!.part, base, logit, known], [0, -0.25, -0.25, 0]);
  });
});

describe("parts of label sets and of amounts", async () => {
  const rows = intents(["music", "weather", "table"]);
  const engine = "reference";
  const sets = rows.map(({ text, label }, i) => ({ text, labels: i % 3 === 0 ? [label, "third"] : [label] }));
  const tags = await MultiLabelClassifier.train(sets, { engine });
  const worth: Record<string, number> = { music: 100, weather: 400, table: -900 };
  const amounts = rows.map(({ text, label }, i) => ({ text, value: worth[label]! + (i % 7) }));
  const price = await TextRegressor.train(amounts, { engine });

  test("each label has log-odds of its own, which its parts add up to", async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom(...tags.labels), async (text, label) => {
        const attribution = await attributeFeatures(tags, text, { label });
        const { scores, labels } = tags.predict(text);
        const p = scores[label]!;
        assert.ok(Math.abs(total(attribution) - attribution.logit) < 1e-9);
        assert.ok(Math.abs(attribution.difference) < 1e-6);
        if (p < 0.99) assert.ok(Math.abs(attribution.logit - Math.log(p / (1 - p))) < 1e-4);
        assert.deepEqual([attribution.label, attribution.probability, attribution.rows], [null, p, {}]);
        assert.equal(attribution.objective, `log-odds of ${label}`);
        const { of } = await attributeFeatures(tags, text);
        assert.equal(scores[of], Math.max(...Object.values(scores)));
        assert.deepEqual((attribution.answer as { labels: string[] }).labels, labels);
      }),
    );
    const said = svgText(featureAttributionPicture(await attributeFeatures(tags, "play the song")));
    assert.match(said, /log-odds of music: [\d.]+, [\d.>]+ %; answered music/);
    await assert.rejects(() => attributeFeatures(tags, "a", { label: "ham" }), /one of .*third/);
  });

  test("an amount is the sum of its parts, in its own unit", async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const attribution = await attributeFeatures(price, text);
        const { value } = price.predict(text);
        assert.ok(Math.abs(total(attribution) - value) < 1e-2, `${total(attribution)} ${value}`);
        assert.ok(Math.abs(attribution.difference) < 1e-2);
        assert.deepEqual(
          [attribution.label, attribution.probability, attribution.of],
          [null, null, "amount"],
        );
      }),
    );
    const attribution = await attributeFeatures(price, "please book a table");
    assert.ok(attribution.tokens.find(({ text }) => text === "table")!.part < -100);
    const page = featureAttributionPage(attribution, "price.keras");
    assert.match(page, /The <bdi>amount<\/bdi> is −[\d.,]+; 100\s% of the words are known/);
    assert.doesNotMatch(page, /answered/);
    await assert.rejects(
      () => attributeFeatures(price, "a", { label: "x" }),
      /label: expected to be left out of an amount/,
    );
  });
});

describe("a network beside the n-grams, known by hand", () => {
  const classifier = tinyBeside();

  test("has a part, and what it loses with each word that it reads", async () => {
    const text = "good film , good bad";
    const { tokens, base, logit, networks, difference, probability } = await attributeFeatures(
      classifier,
      text,
    );
    // It reads good film … good bad: a mean of (1 + 0 + 1 − 1) / 4.
    near([networks!, base], [2 * (0.5 + 0.25), 0.25]);
    near(
      tokens.map(({ hidden }) => hidden!),
      [0.25, -0.25, 0, 0.25, -0.75],
    );
    near([logit, difference], [0.25 + 1.5 + (2 - 3) / 2, 0]);
    near([probability!], [1 / (1 + Math.exp(-logit))]);
  });

  test("says less of a text of strangers, as the n-grams do", async () => {
    const { tokens, networks } = await attributeFeatures(classifier, "xyzzy good zork", { label: "no" });
    near([networks!], [(-2 / 3) * 2 * (0.5 + 2 / 4)]);
    near(
      tokens.map(({ hidden }) => hidden!),
      [0, (-2 / 3) * 2 * (0.5 / 4), 0],
    );
  });

  test("is of no use without what it reads", async () => {
    const { encoder } = tiny();
    const strange = { ...classifier, encoder, predict: () => classifier.predict("good") };
    await assert.rejects(() => attributeFeatures(strange, "good"), /linear in n-grams/);
  });
});

/** Texts of a few words among which it matters which of two comes first: of three labels, the last has one of them twice. */
function orders(labels: number): { text: string; label: string }[] {
  const others = ["the", "a", "very", "old", "new", "house", "car", "river", "tree", "then", "here", "there"];
  const pairs = [
    ["came", "left"],
    ["left", "came"],
    ["came", "came"],
  ] as const;
  return Array.from({ length: 420 }, (_, row) => {
    const random = new Random(row, 0);
    const some = (from: number) =>
      Array.from({ length: 1 + (random.word(from) % 3) }, (_, k) => {
        return others[random.word(from + 1 + k) % others.length]!;
      });
    const [first, second] = pairs[row % labels]!;
    const text = [...some(0), first, ...some(10), second, ...some(20)].join(" ");
    return { text, label: ["in", "out", "both"][row % labels]! };
  });
}

describe("networks beside n-grams", async () => {
  const trained = async (labels: number) => {
    const classifier = await TextClassifier.train(orders(labels), { seed: 1 });
    assert.ok(classifier.training!.auto!.networks!.share > 0);
    return classifier;
  };
  const [two, three] = [await trained(2), await trained(3)];
  const text = "The old car CAME, then left";
  const long = `${"river ".repeat(9)}came ${"house ".repeat(9)}left ${"zork ".repeat(9)}`;

  /** The score by the network's own probabilities. */
  const scoreOf = (probabilities: readonly number[], target: number) => {
    if (probabilities.length === 1) {
      const [p] = probabilities as [number];
      return (target === 1 ? 1 : -1) * Math.log(p / (1 - p));
    }
    const logs = probabilities.map(Math.log);
    return logs[target]! - logs.reduce((sum, one) => sum + one, 0) / logs.length;
  };

  /** The score of a text by the whole network, with its inputs changed. */
  function score(
    { model, encoder }: TextClassifier,
    asked: string,
    target: number,
    change: (inputs: Float32Array[]) => void,
  ) {
    const [{ inputs }] = encoder.encodeTexts([asked]) as [ReturnType<typeof encoder.encodeTexts>[number]];
    change(inputs.map(({ data }) => data));
    return scoreOf(model.predict([...inputs])[0] as number[], target);
  }

  for (const [name, classifier] of [
    ["two labels", two],
    ["three labels", three],
  ] as const) {
    test(`of ${name}: parts add up to what the network answers`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(texts, fc.constant(text), fc.constant(long)), async (asked) => {
          const attribution = await attributeFeatures(classifier, asked);
          assert.ok(Math.abs(total(attribution) - attribution.logit) < 1e-9);
          assert.ok(Math.abs(attribution.difference) < 1e-5);
        }),
        { numRuns: 20 },
      );
    });

    test(`of ${name}: their part is what is missing when their scores are`, async () => {
      for (const [target, label] of classifier.labels.entries()) {
        const whole = score(classifier, text, target, () => {});
        const outputs = classifier.model.outputSize;
        const without = score(classifier, text, target, ([, scales]) => void scales!.fill(0, -outputs));
        const { networks, logit } = await attributeFeatures(classifier, text, { label });
        assert.ok(Math.abs(networks!) > 0.01);
        assert.ok(Math.abs(networks! - (whole - without)) < 1e-4);
        assert.ok(Math.abs(logit - whole) < 1e-4);
      }
    });

    test(`of ${name}: hiding a word is what the whole network says of a stranger there`, async () => {
      const target = 1;
      for (const asked of [text, long]) {
        const { tokens } = await attributeFeatures(classifier, asked, { label: classifier.labels[target]! });
        const { length, head } = (classifier.encoder as FeatureEncoder).parts.channels!;
        const whole = score(classifier, asked, target, () => {});
        const count = tokens.length;
        const fits = count <= length;
        assert.equal(fits, asked === text);
        for (const [t, { hidden }] of tokens.entries()) {
          const unread = !fits && t >= head && t < count - (length - head);
          const place = fits || t >= head ? t + length - count : t;
          const other = score(classifier, asked, target, ([, , ...channels]) => {
            if (!unread) for (const ids of channels) ids[place] = UNKNOWN;
          });
          assert.ok(Math.abs(hidden! - (whole - other)) < 1e-4, `${t}: ${hidden} ${whole - other}`);
          if (unread) assert.equal(hidden, 0);
        }
        assert.ok(tokens.some(({ hidden }) => Math.abs(hidden!) > 0.01));
      }
    });
  }

  test("count for one label as they count against the other of two", async () => {
    const [plain, against] = [
      await attributeFeatures(two, text),
      await attributeFeatures(two, text, { label: "in" }),
    ];
    assert.deepEqual([plain.of, against.of], ["out", "in"]);
    near([against.networks!], [-plain.networks!]);
    near(
      against.tokens.map(({ hidden }) => hidden!),
      plain.tokens.map(({ hidden }) => -hidden!),
    );
  });

  test("are the same once the classifier was saved, and on another engine nearly so", async () => {
    const bytes = await three.toBytes();
    const again = await TextClassifier.load(bytes);
    assert.deepEqual(await attributeFeatures(again, text), await attributeFeatures(three, text));
    const plain = await attributeFeatures(await TextClassifier.load(bytes, { engine: "reference" }), text);
    near([plain.networks!], [(await attributeFeatures(three, text)).networks!]);
  });

  test("are drawn in a column of their own", async () => {
    const attribution = await attributeFeatures(two, text);
    const picture = svgText(featureAttributionPicture(attribution));
    const page = featureAttributionPage(attribution, "two.keras");
    for (const drawn of [picture, page]) assert.match(drawn, />hidden from the networks</);
    assert.match(page, /exact.*estimated.*do not add up/s);
    assert.match(page, /networks over words in order/);
    const plain = await attributeFeatures(tiny(), "good");
    assert.doesNotMatch(svgText(featureAttributionPicture(plain)), /networks/);
    assert.doesNotMatch(featureAttributionPage(plain, "tiny.keras"), /networks/);
  });
});

test("classifiers of words are explained otherwise", async () => {
  const classifier = tiny();
  await assert.rejects(
    () => attributeFeatures({ ...classifier, encoder: {} as never, predict: () => ({}) as never }, "good"),
    (error) => error instanceof InputError && /reads n-grams.*attribute\(/.test(error.message),
  );
  await assert.rejects(() => attributeFeatures(tiny(), "good", { label: "ham" }), /one of no, yes/);
});
