/** Everything that a model file can be given as, to every function that opens one. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { runInNewContext } from "node:vm";
import { readLabelled } from "../../src/data/index.js";
import { writeTfjs } from "../../src/formats.js";
import {
  InputError,
  layers,
  loadFile,
  loadModel,
  type ModelSource,
  MultiLabelClassifier,
  readVectors,
  readVocabulary,
  sequential,
  TextClassifier,
  TextRegressor,
} from "../../src/index.js";
import { readKeras, writeKeras } from "../../src/keras.js";
import * as predict from "../../src/predict.js";

const network = sequential(
  [layers.embedding({ inputDim: 9, outputDim: 3, inputLength: 4 }), layers.lstm({ units: 3 })],
  { engine: "reference", seed: 4 },
);
const rows = [
  [1, 2, 3, 4],
  [8, 0, 5, 1],
];
const expected = network.predict(rows);
const bytes = writeKeras(network) as Uint8Array<ArrayBuffer>;

const tfjs = new Map([...writeTfjs(network)].map(([name, data]) => [`/${name}`, data]));

/** In the middle of a larger buffer. */
function inside<View>(make: (buffer: ArrayBuffer, offset: number, length: number) => View): View {
  const buffer = new ArrayBuffer(bytes.length + 32);
  new Uint8Array(buffer, 16).set(bytes);
  return make(buffer, 16, bytes.length);
}

const server = createServer((request, response) => {
  const file = request.url === "/m.keras" ? bytes : tfjs.get(request.url!);
  response.writeHead(file ? 200 : 404, file ? { "content-length": file.length } : {}).end(file);
});
let base = "";
before(async () => {
  await once(server.listen(0), "listening");
  base = `http://localhost:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

/** Whole numbers of four bytes, as a view of them wants. */
const padded = (length: number) => Math.ceil(length / 4) * 4;

const SOURCES: Record<string, () => ModelSource | Promise<ModelSource>> = {
  "a Uint8Array": () => bytes,
  "a part of a larger buffer": () => inside((...at) => new Uint8Array(...at)),
  "a Buffer": () => Buffer.from(bytes),
  "a DataView": () => inside((...at) => new DataView(...at)),
  "an Int8Array": () => inside((...at) => new Int8Array(...at)),
  "an ArrayBuffer": () => bytes.slice().buffer,
  "an ArrayBuffer of another context": () => {
    const buffer = runInNewContext(`new ArrayBuffer(${bytes.length})`) as ArrayBuffer;
    new Uint8Array(buffer).set(bytes);
    return buffer;
  },
  "a SharedArrayBuffer": () => {
    const buffer = new SharedArrayBuffer(bytes.length);
    new Uint8Array(buffer).set(bytes);
    return buffer as unknown as ArrayBuffer;
  },
  "a Blob": () => new Blob([bytes]),
  "a File": () => new File([bytes], "mine.keras"),
  "a Response": () => new Response(bytes),
  "a fetched Response": () => fetch(`${base}/m.keras`),
  "a URL": () => new URL(`${base}/m.keras`),
  "an address": () => `${base}/m.keras`,
};

describe("a model can be loaded from", () => {
  for (const [what, source] of Object.entries(SOURCES)) {
    test(what, async () => {
      for (const load of [loadModel, predict.loadModel]) {
        const model = await load(await source(), { engine: "reference" });
        assert.deepEqual(model.predict(rows), expected);
      }
      assert.equal((await loadFile(await source())).receipt.layers, 2);
    });
  }

  test("a fetched model.json, with the weights beside it", async () => {
    assert.ok(tfjs.size > 1);
    for (const load of [loadModel, predict.loadModel]) {
      const model = await load(await fetch(`${base}/model.json`), { engine: "reference" });
      assert.deepEqual(model.predict(rows), expected);
    }
    const alone = new File([tfjs.get("/model.json")! as Uint8Array<ArrayBuffer>], "model.json");
    await assert.rejects(loadModel(alone), /the files beside model\.json.*`beside`/);
    const beside = (name: string) => tfjs.get(`/${name}`)!;
    const model = await loadModel(alone, { beside, engine: "reference" });
    assert.deepEqual(model.predict(rows), expected);
  });
});

describe("messages call it", () => {
  const bad = new TextEncoder().encode("not a model at all");
  const NAMED: [string, () => ModelSource | Promise<ModelSource>, RegExp][] = [
    ["by a File's name", () => new File([bad], "notes.txt"), /^notes\.txt: /],
    ["file, where a Blob has none", () => new Blob([bad]), /^file: /],
    ["file, where it is bytes", () => bad.buffer, /^file: /],
    [
      "by a Response's address, without its question",
      () => fetch(`${base}/gone?key=1`),
      /localhost:\d+\/gone: /,
    ],
  ];
  for (const [what, source, name] of NAMED) {
    test(what, async () => {
      for (const load of [
        loadModel,
        loadFile,
        predict.loadModel,
        predict.loadClassifier,
        predict.loadMultiLabelClassifier,
        predict.loadRegressor,
        TextClassifier.load,
        MultiLabelClassifier.load,
        TextRegressor.load,
      ]) {
        await assert.rejects(
          async () => load(await source()),
          (error) => error instanceof InputError && name.test(error.message),
          load.name,
        );
      }
    });
  }

  test("as the caller does, where that is given", async () => {
    await assert.rejects(loadModel(new File([bad], "a.txt"), { name: "b" }), /^InputError: b: /);
  });

  test("by its name where it is a model, and no classifier", async () => {
    const named = /^InputError: mine\.keras/;
    const file = () => new File([bytes], "mine.keras");
    await assert.rejects(TextClassifier.load(file()), named);
    await assert.rejects(predict.loadClassifier(file()), named);
  });
});

describe("is refused", () => {
  test("a Response that is none of a file, or was read, before anything of it is kept", async () => {
    const read = new Response(bytes);
    await read.arrayBuffer();
    const reading = new Response(bytes);
    reading.body!.getReader();
    const sized = (length: number) => new Response(bytes, { headers: { "content-length": String(length) } });
    const REFUSED: [() => Response, RegExp][] = [
      [
        () => new Response(null, { status: 404, statusText: "Not Found" }),
        /that can be fetched but received "404 Not Found"/,
      ],
      [() => new Response("no", { status: 500 }), /received "500"/],
      [() => Response.error(), /received "an error response"/],
      [() => read, /nobody has read from .*clone\(\)/],
      [() => reading, /nobody has read from/],
      [() => sized(2 ** 40), /less than 2 GiB/],
      [() => sized(3), /at most 3 bytes/],
    ];
    for (const [response, message] of REFUSED) {
      for (const load of [loadModel, predict.loadModel, TextClassifier.load]) {
        await assert.rejects(
          load(response()),
          (error) => error instanceof InputError && message.test(error.message),
          String(message),
        );
      }
    }
  });

  test("a Response that fails on its way, with the reason", async () => {
    const body = new ReadableStream({
      pull: (controller) => controller.error(new Error("the line is cut")),
    });
    await assert.rejects(
      loadModel(new Response(body)),
      /^Error: file: could not be fetched \(the line is cut\)/,
    );
  });

  test("a Blob of 2 GiB, before it is read; one that cannot be read, with the reason", async () => {
    const blob = (size: number, read: () => Promise<ArrayBuffer>) =>
      Object.defineProperties(new File([], "huge.keras"), {
        size: { value: size },
        arrayBuffer: { value: read },
      });
    let asked = false;
    const huge = blob(2 ** 31, async () => {
      asked = true;
      return new ArrayBuffer(0);
    });
    await assert.rejects(
      loadModel(huge),
      /huge\.keras: expected a file of less than 2 GiB but received "2147483648/,
    );
    assert.equal(asked, false);
    const gone = blob(10, () => Promise.reject(new DOMException("it has changed", "NotReadableError")));
    await assert.rejects(loadModel(gone), /^Error: huge\.keras: could not be read \(it has changed\)/);
  });

  test("what is no source", async () => {
    const expected = /load: expected a path, a URL, bytes, a File or Blob, or a Response/;
    for (const wrong of [undefined, null, 5, "", "a\0b", {}, [], [1, 2], new Date(0)]) {
      await assert.rejects(loadModel(wrong as never), expected);
      await assert.rejects(predict.loadClassifier(wrong as never), expected);
    }
  });

  test("an ArrayBuffer that was handed over, as the empty file that it is", async () => {
    const buffer = bytes.slice().buffer;
    structuredClone(buffer, { transfer: [buffer] });
    await assert.rejects(loadModel(buffer), InputError);
  });
});

describe("likewise", () => {
  const csv = "text,label\na good film,yes\na bad one,no\n";
  const data = new TextEncoder().encode(csv);
  const within = (make: (buffer: ArrayBuffer, at: number, length: number) => ArrayBufferView) => {
    const buffer = new ArrayBuffer(padded(data.length) + 8);
    new Uint8Array(buffer, 8).set(data);
    return make(buffer, 8, data.length);
  };

  test("rows", async () => {
    for (const source of [
      data.buffer,
      within((...at) => new DataView(...at)),
      within((...at) => new Int8Array(...at)),
      new File([csv], "d.csv"),
      new Response(csv),
    ]) {
      const read: string[] = [];
      for await (const { text, label } of await readLabelled(source as ArrayBuffer))
        read.push(`${text}=${label}`);
      assert.deepEqual(read, ["a good film=yes", "a bad one=no"]);
    }
    const used = new Response(csv);
    await used.text();
    await assert.rejects(readLabelled(used), /nobody has read from/);
  });

  test("word vectors", async () => {
    const glove = "good 1 2\nbad 3 4\n";
    const content = new TextEncoder().encode(glove);
    for (const source of [
      content,
      content.buffer,
      new DataView(content.buffer),
      new Blob([glove]),
      new File([glove], "glove.txt"),
      new Response(glove),
      new Blob([glove]).stream(),
    ]) {
      const file = await readVectors(source);
      const found = await file.collect(["", "bad", "good"]);
      assert.equal(file.width, 2);
      assert.deepEqual(Array.from(found.table), [0, 0, 3, 4, 1, 2]);
      assert.equal(file.name, source instanceof File ? "glove.txt" : "vectors");
    }
    await assert.rejects(readVectors([{ text: "a" }] as never), /a file of word vectors but received "rows"/);
    await assert.rejects(readVectors(5 as never), /^InputError: readVectors: expected a path/);
  });

  test("a vocabulary, a Keras file and others of bytes alone", () => {
    const json = new TextEncoder().encode('{"a": 1, "b": 2}');
    for (const source of [json, json.buffer, new DataView(json.buffer)]) {
      assert.deepEqual(
        readVocabulary(source).vectorizer.vocabulary,
        readVocabulary(json).vectorizer.vocabulary,
      );
    }
    assert.throws(() => readVocabulary("a" as never), /bytes, as a Uint8Array or ArrayBuffer/);
    for (const source of [bytes.slice().buffer, inside((...at) => new DataView(...at))]) {
      assert.deepEqual(readKeras(source, { engine: "reference" }).model.predict(rows), expected);
    }
  });
});
