/** Errors, aborts and ends as they cross: nothing hangs, nothing is left out in silence, and each says what to do. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { InputError, layers, TextClassifier, TrainingError } from "../../src/index.js";
import { packError, unpackError } from "../../src/worker/errors.js";
import { Gate } from "../../src/worker/gate.js";
import { createModel, createTrainer, WorkerError, type WorkerOptions } from "../../src/worker/index.js";
import { PROTOCOL } from "../../src/worker/protocol.js";
import { serve } from "../../src/worker/serving.js";
import { buffersOf, checkSendable } from "../../src/worker/transfer.js";
import { direct, ROWS, SMALL } from "./data.js";

/** A worker that runs this program. */
const running = (program: string): WorkerOptions => ({
  worker: () =>
    new Worker(`const { parentPort } = require("node:worker_threads");${program}`, { eval: true }),
});
const READY = `parentPort.postMessage({ ready: ${PROTOCOL} });`;
const onCall = (answer: string) => running(`${READY} parentPort.on("message", ({ id }) => { ${answer} });`);

describe("errors cross as what they were", () => {
  test("an InputError with its words, causes, and the worker's stack", () => {
    const error = new InputError("a.csv: no rows", { cause: new TypeError("of x") });
    error.typed = "--x";
    const back = unpackError(structuredClone(packError(error)));
    assert.ok(back instanceof InputError);
    assert.deepEqual([back.message, back.typed, back.stack], [error.message, "--x", error.stack]);
    assert.ok(back.cause instanceof TypeError);
  });

  test("an abort is a DOMException, a TrainingError one, any other has its name", () => {
    const abort = unpackError(packError(new DOMException("gone", "AbortError")));
    assert.ok(abort instanceof DOMException);
    assert.equal(abort.name, "AbortError");
    assert.ok(unpackError(packError(new TrainingError("NaN"))) instanceof TrainingError);
    class Odd extends Error {
      override name = "OddError";
    }
    assert.equal(unpackError(packError(new Odd("o"))).name, "OddError");
    assert.equal(unpackError(packError("just a text")).message, "just a text");
  });
});

describe("what may cross", () => {
  test("typed arrays that are all of their memory move; parts of it stay", () => {
    const whole = new Float32Array(4);
    const part = new Float32Array(8).subarray(2, 4);
    const result = { a: [whole, part], b: new Map([["c", new Uint8Array(3)]]), d: whole };
    assert.equal(buffersOf(result).length, 2);
    assert.ok(!buffersOf(result).includes(part.buffer));
  });

  test("what cannot is named", () => {
    const refused = (value: unknown, message: RegExp) =>
      assert.throws(() => checkSendable(value, "x"), { name: "InputError", message });
    refused({ a: { b: [1, () => 2] } }, /^x a b\[1\]: expected plain data/);
    refused({ a: Symbol("s") }, /^x a: /);
    refused({ layer: layers.dense({ units: 1 }) }, /of class Dense/);
    const circle: { self?: object } = {};
    circle.self = circle;
    for (const fine of [
      circle,
      null,
      5n,
      [new Float32Array(1), new Map(), new Blob([])],
      Object.create(null),
    ]) {
      checkSendable(fine, "x");
    }
  });

  test("options that are made of functions are refused, with what stands in their place", () => {
    const trainer = createTrainer();
    after(() => trainer.close());
    const refused = (options: object, message: RegExp) =>
      assert.throws(() => trainer.train(options), { name: "InputError", message });
    refused({ callbacks: [] }, /callbacks.*onBatch, onEpoch/);
    refused({ vectorizer: {} }, /vectorizer/);
    refused({ rows: [1] }, /testSplit/);
    refused({ optimizer: { name: "adam", update: () => {} } }, /optimizer update: expected plain/);
    refused({ onBatch: 5 }, /onBatch: expected a function/);
    refused({ epoch: 5 }, /Did you mean epochs/);
    refused({ interval: -1 }, /interval/);
    assert.throws(() => createTrainer({ workerURL: "x" } as object), {
      name: "InputError",
      message: /workerUrl/,
    });
    assert.throws(() => createTrainer({ workerUrl: "x", worker: () => new Worker("x") }), /not both/);
  });
});

describe("a worker that ends", () => {
  const asks = [
    (options: WorkerOptions) => createTrainer(options).read(ROWS),
    (options: WorkerOptions) => createModel(new Uint8Array(9), options),
  ];
  const rejected = async (options: WorkerOptions, message: RegExp) => {
    for (const ask of asks) {
      await assert.rejects(ask(options), (error: unknown) => {
        assert.ok(error instanceof WorkerError, String(error));
        assert.match(error.message, message);
        return true;
      });
    }
  };

  test("by an error", () =>
    // Node may tell of the error before it hands over that the worker was there.
    rejected(
      onCall("throw new RangeError('memory')"),
      /ended before it answered: memory. (What it held|Where)/,
    ));
  test("by itself", () => rejected(onCall("process.exit(7)"), /code 7/));
  test("before it was there", () => rejected(running("process.exit(1)"), /code 1.*workerUrl.*worker-src/));
  test("whose program is not there", () =>
    rejected({ workerUrl: new URL("file:///none.js") }, /none\.js.*workerUrl/s));
  test("that cannot be started", () =>
    rejected(
      {
        worker: () => {
          throw new Error("not allowed");
        },
      },
      /not allowed/,
    ));
  test("of another version", () => rejected(running("parentPort.postMessage({ ready: 0 });"), /version 0/));
  test("that says what nobody knows", () =>
    rejected(onCall("parentPort.postMessage({ hello: 1 })"), /no message of its program/));
  test("that says what nobody knows of a call", () =>
    rejected(onCall("parentPort.postMessage({ id })"), /no message of its program/));

  test("refuses what is asked after it, too", async () => {
    const trainer = createTrainer(onCall("process.exit(7)"));
    await assert.rejects(trainer.read(ROWS), { name: "WorkerError" });
    await assert.rejects(trainer.read(ROWS), {
      name: "WorkerError",
      message: /has ended: it ended with code 7.*make another/,
    });
  });
});

describe("closing", () => {
  test("rejects what waits, refuses what comes, and may be done twice", async () => {
    const trainer = createTrainer();
    await trainer.read(ROWS);
    const training = trainer.train({ ...SMALL, paused: true });
    await training.pause();
    trainer.close();
    trainer.close();
    await assert.rejects(training.done, {
      name: "WorkerError",
      message: /trainer\.train: the trainer was closed/,
    });
    await assert.rejects(training.predict("x"), { name: "InputError", message: /make another/ });
    await assert.rejects(trainer.read(ROWS), { name: "InputError", message: /close\(\) ended its worker/ });
    createTrainer().close();
  });

  test("a process waits for answers, and for no worker", () => {
    const entry = new URL("../../src/worker/index.js", import.meta.url);
    const program = `import { createTrainer } from ${JSON.stringify(entry.href)};
      const trainer = createTrainer();
      const { rows } = await trainer.read([{ text: "a", label: "b" }, { text: "c", label: "d" }]);
      console.log(rows);`;
    const { stdout, status } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
    });
    assert.deepEqual([stdout, status], ["2\n", 0]);
  });
});

describe("calls", () => {
  test("a listener that throws ends its call with what it threw", async () => {
    const trainer = createTrainer();
    after(() => trainer.close());
    const own = new Error("the page's own");
    const throwing = () => {
      throw own;
    };
    await assert.rejects(trainer.read(ROWS, { onProgress: throwing }), (error) => error === own);
    await trainer.read(ROWS);
    const training = trainer.train({ ...SMALL, onEpoch: throwing });
    await assert.rejects(training.done, (error) => error === own);
    // The worker heard of it, and ended the training.
    assert.equal((await training.pause()).ended, true);
  });

  test("a signal that was given, is no signal, or is given while the worker reads", async () => {
    const trainer = createTrainer();
    after(() => trainer.close());
    await assert.rejects(trainer.read(ROWS, { signal: AbortSignal.abort() }), { name: "AbortError" });
    await assert.rejects(trainer.read(ROWS, { signal: new AbortController() as never }), {
      name: "InputError",
    });
    const stop = new AbortController();
    const reading = trainer.read(ROWS, { signal: stop.signal, onProgress: () => stop.abort() });
    await assert.rejects(reading, { name: "AbortError" });
    assert.equal((await trainer.read(ROWS)).rows, ROWS.length);
  });

  test("that the worker does not know are answered, and do not hang", async () => {
    const said: unknown[] = [];
    let hear: (message: unknown) => void = () => {};
    const answered = new Promise<void>((resolve) => {
      serve({
        listen: (onMessage) => void (hear = onMessage),
        post: (message) => {
          said.push(message);
          if (said.length === 6) resolve();
        },
      });
    });
    hear({ id: 1, host: "none", call: "x", args: [] });
    hear({ id: 2, host: "trainer", call: "constructor", args: [] });
    hear({ id: 3, host: "trainer", call: "toString", args: [] });
    hear({ id: 4, what: "?" });
    hear({ id: 5, abort: true });
    hear("noise");
    hear(null);
    hear({ id: 6, host: "model", call: "summary", args: [{}] });
    await answered;
    assert.deepEqual(said[0], { ready: PROTOCOL });
    const errors = (said.slice(1) as { id: number; error: { name: string; message: string } }[])
      .sort((a, b) => a.id - b.id)
      .map(({ id, error }) => [id, error.name]);
    assert.deepEqual(
      errors,
      [1, 2, 3, 4, 6].map((id) => [id, "InputError"]),
    );
  });

  test("the program says that it is for workers", async () => {
    await assert.rejects(import("../../src/worker/program.js"), {
      name: "InputError",
      message: /runs in a worker alone/,
    });
  });

  test("a worker of one's own, and its program by address", async () => {
    const program = fileURLToPath(new URL("../../src/worker/program.js", import.meta.url));
    const bytes = await (await direct({ epochs: 1 })).toBytes();
    const expected = (await TextClassifier.load(bytes)).predict("free prize");
    for (const options of [{ worker: () => new Worker(program) }, { workerUrl: program }]) {
      const model = await createModel(bytes, options);
      assert.deepEqual(await model.predict("free prize"), expected);
      model.close();
    }
  });
});

test("a gate counts exactly, whoever asks and when", async () => {
  const gate = new Gate(false);
  const passed: number[] = [];
  const run = async () => {
    await gate.pass({ epoch: 1, batch: 0, step: 0 }, false);
    for (let step = 1; step <= 9; step++) {
      passed.push(step);
      await gate.pass({ epoch: 1, batch: step, step }, true);
    }
    gate.end();
  };
  // Before it begins: it waits before the first.
  const first = gate.pause();
  const done = run();
  assert.equal((await first).step, 0);
  assert.equal((await gate.step(2)).step, 2);
  const three = gate.step(3);
  assert.equal((await three).step, 5);
  gate.resume();
  const paused = await gate.pause();
  assert.deepEqual([paused.step, passed.length], [6, 6]);
  assert.deepEqual(await gate.step(99), { epoch: 1, batch: 9, step: 9, ended: true });
  await done;
  assert.equal((await gate.pause()).ended, true);
});

test("a gate that is open for good lets nobody pause before the end", async () => {
  const gate = new Gate(true);
  const passing = gate.pass({ epoch: 1, batch: 0, step: 0 }, false);
  await gate.pause();
  gate.release();
  await passing;
  const paused = gate.pause();
  await gate.pass({ epoch: 1, batch: 1, step: 1 }, true);
  gate.end();
  assert.deepEqual(await paused, { epoch: 1, batch: 1, step: 1, ended: true });
});
