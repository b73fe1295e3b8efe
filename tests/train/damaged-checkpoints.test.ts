/** 800 checkpoints that are not as they were written: each is refused, none goes on as another model. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import {
  callbacks,
  decodeCheckpoint,
  encodeCheckpoint,
  type FitOptions,
  InputError,
  layers,
  sequential,
  type TrainingState,
} from "../../src/index.js";
import { Random } from "../../src/kernels/philox.js";
import { changedHeader, type Header, sealed } from "./checkpoint-files.js";

const X = Array.from({ length: 12 }, (_, i) => [i % 5, (i * 3) % 5, 1]);
const Y = X.map(([a]) => (a! > 2 ? 1 : 0));

function network(activation: "tanh" | "relu" = "tanh") {
  const model = sequential(
    [
      layers.embedding({ inputDim: 5, outputDim: 4, inputLength: 3 }),
      layers.lstm({ units: 4 }),
      layers.dense({ units: 4, activation }),
      layers.dense({ units: 4 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { engine: "reference", seed: 4 },
  );
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  return model;
}

const options = (resume?: TrainingState): FitOptions => ({
  epochs: 3,
  batchSize: 4,
  validationSplit: 0.25,
  callbacks: [callbacks.earlyStopping({ patience: 5, restoreBestWeights: true })],
  ...(resume ? { resume } : {}),
});

let state: TrainingState;
let bytes: Uint8Array;
before(async () => {
  const keep = {
    onBatchEnd({ epoch, batch, state: take }: { epoch: number; batch: number; state(): TrainingState }) {
      if (epoch === 1 && batch === 2) state = take();
    },
  };
  const { callbacks: list, ...rest } = options();
  await network().fit(X, Y, { ...rest, callbacks: [...list!, keep] });
  bytes = encodeCheckpoint(state);
});

/** Goes on from bytes as the command line does. */
async function resume(damaged: Uint8Array): Promise<void> {
  await network().fit(X, Y, options(decodeCheckpoint(damaged, "folder/checkpoint.cellstate")));
}

async function refused(damaged: Uint8Array, what: string): Promise<void> {
  await assert.rejects(
    resume(damaged),
    (error) => {
      assert.ok(error instanceof InputError, `${what}: ${error}`);
      assert.match(error.message, /^(folder\/checkpoint\.cellstate|fit resume|state of|earlyStopping)/, what);
      assert.doesNotMatch(error.message, /\n/, what);
      return true;
    },
    what,
  );
}

const random = new Random(11, 3, 0);
let drawn = 0;
const below = (n: number) => Math.floor(random.uniform(drawn++) * n);

/** The whole one with another header, and the checksum put right. */
const withHeader = (change: (header: Header) => void) => changedHeader(bytes, change);

/** Every place in a header that holds something, by its path. */
function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return path.length > 0 ? [path] : [];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    places(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length > 0 ? [path, ...inner] : inner;
}

function setAt(header: Record<string, unknown>, path: (string | number)[], value: unknown): void {
  const last = path.at(-1)!;
  let at = header as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as typeof at;
  if (value === undefined) delete at[last];
  else at[last] = value;
}

describe("damaged checkpoints", () => {
  test("the whole one goes on, so that what follows means something", async () => {
    await resume(bytes);
  });

  test("400 with one bit the other way, the checksum's own among them", async () => {
    const bits = new Set<number>();
    while (bits.size < 400) bits.add(below(bytes.length * 8));
    for (const bit of bits) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      await refused(damaged, `bit ${bit}`);
    }
  });

  test("100 cut short and 40 with more behind", async () => {
    for (let i = 0; i < 100; i++) {
      const length = i < 40 ? i : below(bytes.length);
      await refused(bytes.slice(0, length), `cut at ${length}`);
    }
    for (let i = 0; i < 40; i++) {
      const more = new Uint8Array(bytes.length + 1 + below(100));
      more.set(bytes);
      if (i % 2) more.set(bytes.subarray(-32), more.length - 32);
      await refused(more, `${more.length - bytes.length} bytes more`);
    }
  });

  test("60 with blocks exchanged or zeroed", async () => {
    for (let i = 0; i < 60; i++) {
      const damaged = bytes.slice();
      const [a, b] = [below(bytes.length - 64), below(bytes.length - 64)];
      damaged.set(bytes.subarray(a, a + 64), b);
      if (i % 2) damaged.set(bytes.subarray(b, b + 64), a);
      if (Buffer.compare(damaged, bytes) === 0) damaged.fill(0, a, a + 64);
      await refused(damaged, `blocks at ${a} and ${b}`);
    }
  });

  test("200 with a header that says something else, under a checksum that fits", async () => {
    const magic = 23;
    const length = new DataView(bytes.buffer).getUint32(magic, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(magic + 4, magic + 4 + length)));
    const edges = [-1, 1.5, 1e300, true, "", [], {}, undefined, { number: "NaN" }, [[1, 2]], 2 ** 31];
    // What may be so in another run of the same data: a number where a number stands, a reason for the end.
    const free = (path: (string | number)[], edge: unknown) => {
      const where = path.join(" ");
      const numeric = typeof edge === "number" || (edge as { number?: string } | undefined)?.number;
      if (/^stopped$/.test(where)) return edge === "";
      if (/^(history|callbacks \d values) .*0$/.test(where)) return edge === "" || path.at(-1) === 0;
      if (
        /^(history \d+ \d+ 1|lossSum|optimizer (learningRate|iterations)|callbacks \d values \d+ 1)$/.test(
          where,
        )
      ) {
        return Boolean(numeric) || /values/.test(where);
      }
      return false;
    };
    let tried = 0;
    for (const path of places(header)) {
      for (const edge of edges) {
        const now = path.reduce((at: unknown, key) => (at as Record<string | number, unknown>)[key], header);
        if (JSON.stringify(edge) === JSON.stringify(now) || free(path, edge)) continue;
        await refused(
          withHeader((changed) => setAt(changed, path, edge)),
          `${path.join(".")} = ${edge}`,
        );
        tried++;
      }
    }
    assert.ok(tried >= 200, `${tried}`);
  });

  test("headers that are no header, and arrays of other numbers or lengths", async () => {
    for (const text of ["{}", "null", "[]", "1", '"x"', "", "{", '{"__proto__":1}', "[".repeat(500)]) {
      const encoded = new TextEncoder().encode(text);
      const start = Math.ceil((27 + encoded.length) / 4) * 4;
      const out = new Uint8Array(start + 32);
      out.set(bytes.subarray(0, 23));
      new DataView(out.buffer).setUint32(23, encoded.length, true);
      out.set(encoded, 27);
      await refused(sealed(out), text.slice(0, 20));
    }
    const far = bytes.slice();
    new DataView(far.buffer).setUint32(23, 0xfffffff0, true);
    await refused(sealed(far), "a header longer than all");
    await refused(
      withHeader((header) => void ((header["more"] as unknown) = 1)),
      "another field",
    );
    // Two arrays that change places: of other lengths, though as many numbers in all.
    await refused(
      withHeader((header) => {
        const slots = (header["optimizer"] as { slots: number[] }).slots;
        [slots[0], slots[2]] = [slots[2]!, slots[0]!];
      }),
      "slots of other sizes",
    );
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const weights = state.weights.slice();
      weights[7] = value;
      assert.throws(() => encodeCheckpoint({ ...state, weights }), InputError);
      const poked = bytes.slice();
      const view = new DataView(poked.buffer);
      const start = Math.ceil((27 + view.getUint32(23, true)) / 4) * 4;
      view.setFloat32(start + 4 * (state.outputs.length + 7), value, true);
      await refused(sealed(poked), `a weight of ${value}`);
    }
  });

  test("one of an earlier version is called that", () => {
    const older = new TextEncoder().encode('cellstate-checkpoint-1\n\0\0\0\0{"epoch":1}');
    assert.throws(
      () => decodeCheckpoint(older, "f"),
      /f: expected a checkpoint of this version.*checkpoint-1/,
    );
    assert.throws(() => decodeCheckpoint("text" as never, "f"), InputError);
  });
});

describe("a state given as an object", () => {
  const cases: [string, (state: TrainingState) => object | null, RegExp][] = [
    ["nothing", () => null, /fit resume: expected the state of a training run but received null/],
    ["an empty one", () => ({}), /fit resume epoch: expected a whole number/],
    ["a list", () => [], /fit resume: expected the state/],
    ["weights cut short", (s) => ({ ...s, weights: s.weights.slice(1) }), /length of weights: expected 209/],
    ["weights as a list", (s) => ({ ...s, weights: [...s.weights] }), /weights: expected a Float32Array/],
    ["outputs cut short", (s) => ({ ...s, outputs: s.outputs.slice(1) }), /length of outputs: expected 8/],
    [
      "more batches than there are",
      (s) => ({ ...s, batch: 4 }),
      /batch: expected a whole number from 0 to 3/,
    ],
    ["rows that the batches have not", (s) => ({ ...s, rowsSeen: 7 }), /rowsSeen: expected 8/],
    ["an epoch without logs", (s) => ({ ...s, epoch: 2 }), /length of history: expected 2/],
    ["no callbacks", (s) => ({ ...s, callbacks: {} }), /callbacks: expected the callbacks of the first run/],
    ["no optimizer", (s) => ({ ...s, optimizer: null }), /optimizer: expected the state of an optimizer/],
  ];
  for (const [what, change, message] of cases) {
    test(`${what} is refused, and the model stays as it was`, async () => {
      const model = network();
      const weights = model.weightSnapshot();
      const given = change(state) as TrainingState;
      const run = model.fit(X, Y, { ...options(), resume: given });
      await assert.rejects(run, (error) => error instanceof InputError && message.test(error.message));
      assert.deepEqual(model.weightSnapshot(), weights);
    });
  }

  test("of a network with as many weights that computes otherwise is refused", async () => {
    await assert.rejects(network("relu").fit(X, Y, options(state)), /one that differs in network/);
  });

  test("an optimizer's: lengths, NaN and counts are looked at before anything is taken", () => {
    const model = network();
    const whole = model.optimizerState();
    const slots = (i: number, slot: unknown) => whole.slots.map((one, j) => (i === j ? slot : one));
    const wrong: unknown[] = [
      null,
      [],
      {},
      { ...whole, slots: whole.slots.slice(1) },
      { ...whole, slots: slots(1, new Float32Array(3)) },
      {
        ...whole,
        slots: slots(
          0,
          whole.slots[0]!.map(() => Number.NaN),
        ),
      },
      { ...whole, slots: slots(0, [...whole.slots[0]!]) },
      { ...whole, iterations: -1 },
      { ...whole, iterations: 0.5 },
      { ...whole, learningRate: Number.NaN },
      { ...whole, learningRate: "0.1" },
    ];
    for (const given of wrong) assert.throws(() => model.setOptimizerState(given as never), InputError);
    assert.deepEqual(model.optimizerState(), whole);
    const snapshot = model.weightSnapshot();
    for (const given of [null, [...snapshot], snapshot.slice(1), snapshot.map(() => Number.NaN)]) {
      assert.throws(() => model.restoreWeights(given as never), InputError);
    }
    assert.deepEqual(model.weightSnapshot(), snapshot);
  });
});
