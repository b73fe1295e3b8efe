/** Questions of many are asked together, in turns, and nobody's answer hangs on who else asks. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type Answers, Batcher, type Gathering } from "../../src/serve/batcher.js";
import { Refusal } from "../../src/serve/refusal.js";
import { ask, good, refused, serving } from "./asking.js";
import * as made from "./models.js";

/** Doubles numbers; remembers which were asked together. */
function doubling(later = false) {
  const batches: number[][] = [];
  const model: Answers<readonly number[], number> = {
    cut: (question, from, to) => question.slice(from, to),
    answer(questions) {
      const all = questions.flat();
      batches.push(all);
      if (all.includes(13)) throw new Error("thirteen");
      const answers = all.map((value) => 2 * value);
      return later ? pause(1).then(() => answers) : answers;
    },
  };
  return { model, batches };
}

const gathering = (others: Partial<Gathering> = {}): Gathering => ({
  ...{ size: 4, wait: 0, queue: { rows: 0, most: 100 } },
  ...others,
});

for (const later of [false, true]) {
  describe(later ? "a model that answers later" : "a model that answers at once", () => {
    test("what comes in one turn is asked together; who asks more than a batch goes behind the others", async () => {
      const { model, batches } = doubling(later);
      const batcher = new Batcher(model, gathering());
      const answers = await Promise.all([
        batcher.ask([1, 2, 3, 4, 5, 6, 7], 7, "a"),
        batcher.ask([8], 1, "a"),
        batcher.ask([9, 10], 2, "a"),
      ]);
      assert.deepEqual(answers, [[2, 4, 6, 8, 10, 12, 14], [16], [18, 20]]);
      assert.deepEqual(batches, [
        [1, 2, 3, 4],
        [8, 9, 10, 5],
        [6, 7],
      ]);
    });

    test("what fails fails for who asked it", async () => {
      const { model } = doubling(later);
      const batcher = new Batcher(model, gathering());
      const [good, bad, other] = await Promise.allSettled([
        batcher.ask([1], 1, "a"),
        batcher.ask([13], 1, "a"),
        batcher.ask([2], 1, "a"),
      ]);
      assert.deepEqual(
        [good, other],
        [
          { status: "fulfilled", value: [2] },
          { status: "fulfilled", value: [4] },
        ],
      );
      assert.equal(bad.status === "rejected" && (bad.reason as Error).message, "thirteen");
      assert.deepEqual(await batcher.ask([3], 1, "a"), [6]);
    });

    test("questions of other keys are asked apart", async () => {
      const { model, batches } = doubling(later);
      const batcher = new Batcher(model, gathering());
      const asked: [number[], string][] = [
        [[1], "a"],
        [[2], "b"],
        [[3, 4], "b"],
        [[8], "a"],
      ];
      await Promise.all(asked.map(([question, key]) => batcher.ask(question, question.length, key)));
      assert.deepEqual(batches, [
        [1, 8],
        [2, 3, 4],
      ]);
    });

    test("of long rows there are fewer in a batch", async () => {
      const { model, batches } = doubling(later);
      const batcher = new Batcher({ ...model, most: ([value]) => (value! > 100 ? 2 : 1000) }, gathering());
      await Promise.all([
        batcher.ask([101, 102, 103], 3, "long"),
        batcher.ask([1, 2, 3, 4, 5], 5, "short"),
        batcher.ask([104], 1, "long"),
      ]);
      assert.deepEqual(batches, [[101, 102], [1, 2, 3, 4], [104, 103], [5]]);
    });

    test("it has finished when all is answered", async () => {
      const { model } = doubling(later);
      const batcher = new Batcher(model, gathering());
      let done = 0;
      for (let i = 0; i < 10; i++) void batcher.ask([i, i], 2, "a").then(() => done++);
      await batcher.finish();
      assert.equal(done, 10);
      await batcher.finish();
    });
  });
}

describe("gathering", () => {
  test("a full batch does not wait; the rest waits as long as is said", async () => {
    const { model, batches } = doubling();
    const batcher = new Batcher(model, gathering({ wait: 60_000 }));
    const first = batcher.ask([1, 2], 2, "a");
    await pause(5);
    assert.equal(batches.length, 0);
    await Promise.all([first, batcher.ask([3, 4], 2, "a")]);
    assert.deepEqual(batches, [[1, 2, 3, 4]]);
    const short = new Batcher(model, gathering({ wait: 5 }));
    assert.deepEqual(await short.ask([5], 1, "a"), [10]);
  });

  test("who finishes waits for nobody else", async () => {
    const { model, batches } = doubling();
    const batcher = new Batcher(model, gathering({ wait: 2 ** 30 }));
    const first = batcher.ask([1], 1, "a");
    await batcher.finish();
    assert.deepEqual(await first, [2]);
    // What was on its way comes in yet.
    assert.deepEqual(await batcher.ask([2], 1, "a"), [4]);
    assert.deepEqual(batches, [[1], [2]]);
  });

  test("the event loop has its turn between two batches", async () => {
    const { model, batches } = doubling();
    const batcher = new Batcher(model, gathering({ size: 1 }));
    let turns = 0;
    let going = true;
    const turn = () => {
      turns++;
      if (going) setImmediate(turn);
    };
    turn();
    await batcher.ask(
      Array.from({ length: 50 }, (_, i) => i + 100),
      50,
      "a",
    );
    going = false;
    assert.equal(batches.length, 50);
    assert.ok(turns >= 50, `${turns} turns`);
  });

  test("more than the queue keeps is refused with 429, and leaves it as it was", async () => {
    const { model } = doubling();
    const queue = { rows: 0, most: 5 };
    const batcher = new Batcher(model, gathering({ queue }));
    const taken = batcher.ask([1, 2, 3], 3, "a");
    assert.throws(
      () => batcher.ask([1, 2, 3], 3, "a"),
      (error: Refusal) => error instanceof Refusal && error.status === 429 && error.retryAfter === 1,
    );
    assert.equal(queue.rows, 3);
    await taken;
    assert.equal(queue.rows, 0);
    // One that is larger than the queue is taken where nothing waits.
    assert.equal((await batcher.ask([1, 2, 3, 4, 5, 6, 7], 7, "a")).length, 7);
    assert.equal(queue.rows, 0);
  });

  test("what nobody waits for any more is not asked, and gives its room back", async () => {
    const { model, batches } = doubling();
    const queue = { rows: 0, most: 5 };
    const batcher = new Batcher(model, gathering({ queue }));
    let drop = () => {};
    const dropped = batcher.ask([1, 2], 2, "a", (how) => (drop = how));
    const kept = batcher.ask([3], 1, "a");
    drop();
    drop();
    await assert.rejects(dropped, Refusal);
    assert.equal(queue.rows, 1);
    assert.deepEqual(await kept, [6]);
    assert.deepEqual(batches, [[3]]);
  });
});

describe("over HTTP", () => {
  interface Predicted {
    answers: object[];
  }
  const predict = (url: string, texts: readonly string[], model: string) =>
    good<Predicted>(url, "/predict", { body: { texts, model } });

  test("the same bits alone, in one request, and among many", async () => {
    const models = { spam: made.spam(), topics: made.topics(), tags: made.tags(), amounts: made.amounts() };
    const texts = made.many(150);
    const sizes: number[] = [];
    await serving({ ...models, reading: made.reading() }, { batchSize: 16, batchWait: 5 }, async (url) => {
      for (const [name, model] of Object.entries(models)) {
        const expected = texts.map((text) => model.predict(text));
        const together = await predict(url, texts, name);
        assert.deepEqual(together.answers, expected, name);
        const apart = await Promise.all(texts.map((text) => predict(url, [text], name)));
        assert.deepEqual(
          apart.map(({ answers }) => answers[0]),
          expected,
          name,
        );
      }
      // Padded to the longest text of a request, whoever else asks.
      const alone = await Promise.all(["good", "bad film"].map((text) => predict(url, [text], "reading")));
      const one = await predict(url, ["good"], "reading");
      assert.deepEqual(alone[0]!.answers, one.answers);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      for (const [, le, count] of metrics.matchAll(/batch_rows_bucket\{le="(\d+)",model="spam"\} (\d+)/g)) {
        sizes.push(Number(le), Number(count));
      }
    });
    const counts = new Map(
      sizes.flatMap((value, i) => (i % 2 === 0 ? [[value, sizes[i + 1]!] as const] : [])),
    );
    assert.equal(counts.get(16), counts.get(1024), "no batch is larger than it may be");
    assert.ok(counts.get(16)! < 160, `${counts.get(16)} batches of 300 texts: they are asked together`);
  });

  test("rows of numbers, too", async () => {
    const plain = made.plain();
    await serving({ plain }, { batchSize: 8 }, async (url) => {
      const rows = Array.from({ length: 60 }, (_, i) => [i / 7, -i / 3, i]);
      const answers = await Promise.all(
        rows.map((row) =>
          good<{ outputs: [{ data: number[] }] }>(url, "/v2/models/plain/infer", {
            body: { inputs: [{ name: "numbers", shape: [1, 3], datatype: "FP32", data: row }] },
          }),
        ),
      );
      const expected = rows.map((row) => [...plain.predictFlat([row]).data]);
      assert.deepEqual(
        answers.map(({ outputs }) => outputs[0].data),
        expected,
      );
    });
  });

  test("429 says when to ask again", async () => {
    await serving(
      { spam: made.spam() },
      // They wait until there are four, however long that takes.
      { maxQueue: 4, maxTexts: 4, batchWait: 10_000, batchSize: 4 },
      async (url) => {
        const waiting = predict(url, ["a", "b", "c"], "spam");
        while (!/^cellstate_queue_rows 3$/m.test((await ask(url, "/metrics")).text));
        const [status, error] = await refused(url, "/predict", { body: { texts: ["d", "e"] } });
        assert.equal(status, 429);
        assert.match(
          error,
          /The queue is full: 3 texts or rows are waiting, and it keeps 4\. Ask again after/,
        );
        assert.equal((await predict(url, ["d"], "spam")).answers.length, 1);
        assert.equal((await waiting).answers.length, 3);
      },
    );
  });
});
