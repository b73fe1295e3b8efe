/** Which words decided an automatic classifier's answer: parts that add up, and parts that are known by hand. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { featureAttributionPage } from "../../src/explain/draw/feature-attribution-page.js";
import { featureAttributionPicture } from "../../src/explain/draw/feature-attribution-picture.js";
import { svgText } from "../../src/explain/draw/index.js";
import { attributeFeatures, type FeatureAttribution } from "../../src/explain/feature-attribution.js";
import { InputError, TextClassifier } from "../../src/index.js";
import { intents, tiny } from "../classifier/automatic.js";

const near = (found: readonly number[], wanted: readonly number[]) => {
  assert.equal(found.length, wanted.length);
  for (const [i, value] of found.entries()) assert.ok(Math.abs(value - wanted[i]!) < 1e-6, `${found}`);
};

const total = ({ base, beginning, end, tokens }: FeatureAttribution) =>
  tokens.reduce((sum, { part }) => sum + part, base + beginning + end);

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

  test("add up to the log-odds of the second of two labels", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const attribution = attributeFeatures(two, text);
        const p = two.predict(text).scores["weather"]!;
        assert.ok(Math.abs(attribution.difference) < 1e-6);
        assert.ok(Math.abs(total(attribution) - attribution.logit) < 1e-9);
        // Beyond, float32 cannot tell the probability from 1 by enough.
        if (p < 0.99) assert.ok(Math.abs(attribution.logit - Math.log(p / (1 - p))) < 1e-4);
        const against = attributeFeatures(two, text, { label: "music" });
        assert.ok(Math.abs(against.logit + attribution.logit) < 1e-9);
      }),
    );
  });

  test("add up to the answered label's score less the mean over more labels", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const attribution = attributeFeatures(three, text);
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

  test("of a text say its tokens and what they are known for", () => {
    const attribution = attributeFeatures(three, "Play zzz!", { features: 1e6 });
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
    assert.deepEqual(attributeFeatures(again, text), attributeFeatures(three, text));
  });

  test("are drawn", () => {
    const attribution = attributeFeatures(two, 'rain & "sun" <b>');
    assert.match(svgText(featureAttributionPicture(attribution)), /log-odds of weather/);
    const page = featureAttributionPage(attribution, "two.keras");
    assert.match(page, /every text/);
    assert.ok(!page.includes("<b>"));
  });
});

describe("parts known by hand", () => {
  // good: 2, bad: −3, every text: 0.5; half of the words known suffices; the bias is −0.25.
  const classifier = tiny();

  test("an n-gram's weight times the text's scale, once however often it stands there", () => {
    const { tokens, base, logit, features, label, probability } = attributeFeatures(
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
    assert.deepEqual(features[0]!.texts, { no: 1, yes: 9 });
    assert.equal(label, "yes");
    near([probability], [1 / (1 + Math.exp(-0.25 - good))]);
  });

  test("words against it, and the other label's side", () => {
    near([attributeFeatures(classifier, "bad").tokens[0]!.part], [-3]);
    near([attributeFeatures(classifier, "bad", { label: "no" }).tokens[0]!.part], [3]);
  });

  test("the fewer words are known, the less is said, down to how common labels are", () => {
    const { tokens, base, logit, known, features } = attributeFeatures(classifier, "xyzzy good zork");
    assert.deepEqual(features.length, 1);
    near([known, features[0]!.part], [1 / 3, (2 / 3) * (2 / Math.sqrt(3))]);
    assert.ok(tokens[1]!.part > 0 && base < 0.25 && logit > base);
  });

  test("of strangers alone nothing", () => {
    const { tokens, base, logit, known, features } = attributeFeatures(classifier, "xyzzy");
    assert.deepEqual(features, []);
    near([tokens[0]!.part, base, logit, known], [0, -0.25, -0.25, 0]);
  });
});

test("classifiers of words are explained otherwise", () => {
  const classifier = tiny();
  assert.throws(
    () => attributeFeatures({ ...classifier, encoder: {} as never, predict: () => ({}) as never }, "good"),
    (error) => error instanceof InputError && /reads n-grams.*attribute\(/.test(error.message),
  );
  assert.throws(() => attributeFeatures(tiny(), "good", { label: "ham" }), /one of no, yes/);
});
