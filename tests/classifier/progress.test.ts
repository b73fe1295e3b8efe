/** Every stage of what is long tells how far it is, and hears the signal at its first report; nothing comes after. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LongOptions, Progress } from "../../src/base/progress.js";
import {
  AbortedTraining,
  compareClassifiers,
  crossValidate,
  MultiLabelClassifier,
  TextClassifier,
  TextRegressor,
} from "../../src/index.js";

const WORDS = [
  ["goal", "match", "team", "score"],
  ["soup", "bread", "salt", "oven"],
];
const rows = Array.from({ length: 60 }, (_, k) => ({
  text: Array.from({ length: 5 }, (_, w) => WORDS[k % 2]![(k * 3 + w * w) % 4]).join(" "),
  label: k % 2 === 0 ? "sport" : "food",
}));
const net = { model: "rnn", epochs: 2, length: 6, engine: "wasm" } as const;
const trained = await TextClassifier.train(rows, net);

/** What is long, and the phases that it must tell, in the order in which they are first told. */
const LONG: Record<string, { call(options: LongOptions): Promise<unknown>; phases: string[] }> = {
  "a network's training": {
    call: (options) => TextClassifier.train(rows, { ...net, ...options }),
    phases: ["reading", "splitting", "vocabulary", "encoding", "checking", "fitting", "validating"],
  },
  "an automatic training": {
    call: (options) => TextClassifier.train(rows, { effort: "low", engine: "wasm", ...options }),
    phases: ["reading", "counting", "trying", "fitting", "assembling"],
  },
  "a linear training": {
    call: (options) => TextClassifier.train(rows, { model: "linear", engine: "wasm", ...options }),
    phases: ["reading", "counting", "trying", "fitting", "assembling"],
  },
  "a training of several labels by a network": {
    call: (options) =>
      MultiLabelClassifier.train(
        rows.map(({ text, label }) => ({ text, labels: [label] })),
        { ...net, ...options },
      ),
    phases: [
      ...["reading", "splitting", "vocabulary", "encoding", "checking", "fitting", "validating"],
      ...["answering", "thresholds"],
    ],
  },
  "a training of amounts": {
    call: (options) =>
      TextRegressor.train(
        rows.map(({ text, label }, k) => ({ text, value: label.length + (k % 3) })),
        { engine: "wasm", ...options },
      ),
    phases: ["reading", "counting", "trying", "fitting", "assembling"],
  },
  finetuning: {
    call: (options) => trained.finetune(rows.slice(0, 30), { epochs: 1, ...options }),
    phases: ["reading", "splitting", "encoding", "checking", "fitting", "validating", "answering"],
  },
  "an evaluation": {
    call: (options) => trained.evaluate(rows, options),
    phases: ["reading", "encoding", "answering", "measuring"],
  },
  "a comparison": {
    call: (options) => compareClassifiers(trained, trained, rows, options),
    phases: ["reading", "encoding", "answering", "measuring"],
  },
  "a cross-validation": {
    call: (options) => crossValidate(rows, { ...net, epochs: 1, folds: 2, ...options }),
    phases: [
      ...["reading", "splitting", "vocabulary", "encoding", "checking", "fitting", "validating"],
      ...["answering", "measuring"],
    ],
  },
};

const phasesOf = (seen: readonly Progress[]) => [...new Set(seen.map(({ phase }) => phase))];

for (const [name, { call, phases }] of Object.entries(LONG)) {
  describe(name, () => {
    test("tells every phase, from its beginning to its end", async () => {
      const seen: Progress[] = [];
      await call({ onProgress: (progress) => seen.push({ ...progress }) });
      assert.deepEqual(phasesOf(seen), phases);
      for (const phase of phases) {
        const own = seen.filter((each) => each.phase === phase);
        for (const { done, total, seconds } of own) {
          assert.ok(total === null || done <= total, `${phase}: ${done} of ${total}`);
          assert.ok(done >= 0 && seconds >= 0);
        }
        // What is counted comes to its end.
        const { done, total } = own.at(-1)!;
        if (total !== null && phase !== "trying") assert.equal(done, total, phase);
      }
      const times = seen.map(({ seconds }) => seconds);
      assert.deepEqual(
        times,
        [...times].sort((a, b) => a - b),
      );
    });

    test("ends at the first report of each, and nothing comes after", async () => {
      for (const phase of phases) {
        const stop = new AbortController();
        let [given, after] = [false, 0];
        const onProgress = (progress: Progress) => {
          // Of a fit, the end of what is being done is told.
          if (given && progress.phase !== phase) after++;
          if (progress.phase !== phase || given) return;
          given = true;
          stop.abort();
        };
        await assert.rejects(call({ signal: stop.signal, onProgress }), { name: "AbortError" }, phase);
        assert.ok(given, phase);
        assert.equal(after, 0, `after the end in ${phase}`);
      }
    });
  });
}

test("what ends before anything is learned says so, and what ends later holds what was", async () => {
  const endIn = async (wanted: string) => {
    const stop = new AbortController();
    const onProgress = ({ phase, done }: Progress) => {
      if (phase === wanted && done >= 0) stop.abort();
    };
    const error = await TextClassifier.train(rows, { ...net, signal: stop.signal, onProgress }).catch(
      (e) => e,
    );
    assert.ok(error instanceof AbortedTraining);
    return error.cause.classifier;
  };
  assert.equal(await endIn("vocabulary"), null);
  assert.ok(await endIn("validating"));
});
