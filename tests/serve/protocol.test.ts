/** The Open Inference Protocol, version 2: its published examples, field by field, and what is refused. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createServer, type ModelServer } from "../../src/serve/index.js";
import { ask, good, refused } from "./asking.js";
import * as made from "./models.js";

const models = {
  ...{ spam: made.spam(), topics: made.topics(), tags: made.tags(), amounts: made.amounts() },
  ...{ plain: made.plain(), steps: made.steps(), reading: made.reading() },
};
let server: ModelServer;
let url: string;
before(async () => {
  server = await createServer(models, { port: 0 });
  url = await server.listen();
});
after(() => server.close());

interface Tensor {
  name: string;
  shape: number[];
  datatype: string;
  data: unknown[];
}
interface Response {
  model_name: string;
  model_version: string;
  id?: string;
  outputs: Tensor[];
}
const infer = (name: string, body: object) => good<Response>(url, `/v2/models/${name}/infer`, { body });
const texts = (data: readonly string[], shape = [data.length]) => ({
  name: "text",
  shape,
  datatype: "BYTES",
  data,
});
const by = ({ outputs }: Response) =>
  Object.fromEntries(outputs.map(({ name, ...tensor }) => [name, tensor]));

describe("the published objects", () => {
  test("$live_server_response, $ready_server_response", async () => {
    assert.deepEqual(await good(url, "/v2/health/live"), { live: true });
    const ready = await good(url, "/v2/health/ready");
    // The specification calls the field "live", servers and clients "ready".
    assert.deepEqual([ready["live"], ready["ready"]], [true, true]);
  });

  test("$metadata_server_response", async () => {
    for (const path of ["/v2", "/v2/"]) {
      const { version, ...rest } = await good(url, path);
      assert.deepEqual(rest, { name: "cellstate", extensions: [] });
      assert.match(String(version), /^\d+\.\d+\.\d+/);
    }
  });

  test("$metadata_model_response and $ready_model_response, with and without the version", async () => {
    for (const path of ["/v2/models/spam", "/v2/models/spam/versions/1"]) {
      assert.deepEqual(await good(url, path), {
        name: "spam",
        versions: ["1"],
        platform: "cellstate",
        inputs: [{ name: "text", datatype: "BYTES", shape: [-1] }],
        outputs: [
          { name: "label", datatype: "BYTES", shape: [-1] },
          { name: "probability", datatype: "FP32", shape: [-1] },
          { name: "scores", datatype: "FP32", shape: [-1, 2] },
          { name: "labels", datatype: "BYTES", shape: [2] },
          { name: "known", datatype: "BOOL", shape: [-1] },
        ],
      });
      assert.deepEqual(await good(url, `${path}/ready`), { name: "spam", ready: true });
    }
  });

  test("$inference_request and $inference_response: the example, with an id and an output of several", async () => {
    // As published: id "42", two rows, tensors flat in row-major order, one output asked for.
    const response = await infer("plain", {
      id: "42",
      inputs: [{ name: "numbers", shape: [2, 3], datatype: "UINT32", data: [1, 2, 3, 4, 5, 6] }],
      outputs: [{ name: "sums" }],
    });
    const expected = models.plain.predictFlat([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    assert.deepEqual(response, {
      model_name: "plain",
      model_version: "1",
      id: "42",
      outputs: [{ name: "sums", shape: [2, 2], datatype: "FP32", data: [...expected.data] }],
    });
  });

  test("no id is given where none came; parameters of others' have no effect", async () => {
    const input = { ...texts(made.TEXTS), parameters: { content_type: "str" } };
    const response = await infer("spam", { inputs: [input], parameters: { priority: 1 } });
    assert.deepEqual(Object.keys(response), ["model_name", "model_version", "outputs"]);
  });
});

describe("every model answers what the library does", () => {
  test("one label", async () => {
    const answers = models.topics.predictMany(made.TEXTS);
    for (const shape of [[6], [6, 1]]) {
      const data = shape.length === 1 ? made.TEXTS : made.TEXTS.map((text) => [text]);
      const { label, probability, scores, labels, known } = by(
        await infer("topics", { inputs: [{ ...texts(made.TEXTS, shape), data }] }),
      );
      assert.deepEqual(label, { shape: [6], datatype: "BYTES", data: answers.map((one) => one.label) });
      assert.deepEqual(
        probability!.data,
        answers.map((one) => one.probability),
      );
      assert.deepEqual(scores, {
        shape: [6, 3],
        datatype: "FP32",
        data: answers.flatMap((one) => Object.values(one.scores)),
      });
      assert.deepEqual(labels, { shape: [3], datatype: "BYTES", data: ["a", "b", "c"] });
      assert.deepEqual(
        known!.data,
        answers.map((one) => one.known !== 0),
      );
      assert.ok(known!.data.includes(false) && known!.data.includes(true));
    }
  });

  test("several labels", async () => {
    models.tags.thresholds = [0.5, 0.1, 0.9];
    const answers = models.tags.predictMany(made.TEXTS);
    const { applies, scores, labels } = by(await infer("tags", { inputs: [texts(made.TEXTS)] }));
    const expected = answers.flatMap((one) => ["x", "y", "z"].map((label) => one.labels.includes(label)));
    assert.deepEqual(applies, { shape: [6, 3], datatype: "BOOL", data: expected });
    assert.ok(expected.includes(true) && expected.includes(false));
    assert.deepEqual(
      scores!.data,
      answers.flatMap((one) => Object.values(one.scores)),
    );
    assert.deepEqual(labels!.data, ["x", "y", "z"]);
  });

  test("an amount", async () => {
    const { value } = by(await infer("amounts", { inputs: [texts(made.TEXTS)] }));
    const expected = models.amounts.predictMany(made.TEXTS).map((one) => one.value);
    assert.deepEqual(value, { shape: [6], datatype: "FP32", data: expected });
  });

  test("rows of steps, as many as they are", async () => {
    for (const length of [2, 5]) {
      const rows = [0, 1, 2].map((row) => Array.from({ length }, (_, t) => [row / 3, t / length]));
      const input = { name: "steps", shape: [3, length, 2], datatype: "FP32", data: rows };
      const { states } = by(await infer("steps", { inputs: [input] }));
      const { data } = models.steps.predictFlat(rows);
      assert.deepEqual(states, { shape: [3, length, 3], datatype: "FP32", data: [...data] });
    }
  });

  test("texts by the network's own layer", async () => {
    const input = { ...texts(made.TEXTS.slice(0, 3)), name: "texts" };
    const { chance } = by(await infer("reading", { inputs: [input] }));
    assert.deepEqual(chance, {
      shape: [3, 1],
      datatype: "FP32",
      data: [...models.reading.predictFlat(made.TEXTS.slice(0, 3)).data],
    });
  });

  test("nothing asked, nothing answered", async () => {
    const { label, scores } = by(await infer("spam", { inputs: [texts([])] }));
    assert.deepEqual([label!.shape, label!.data, scores!.shape], [[0], [], [0, 2]]);
  });

  test("the outputs that are asked for, in their order", async () => {
    const outputs = [{ name: "scores" }, { name: "label" }];
    const response = await infer("spam", { inputs: [texts(["good"])], outputs });
    assert.deepEqual(
      response.outputs.map(({ name }) => name),
      ["scores", "label"],
    );
  });
});

describe("what is none of it is refused in words", () => {
  const input = texts(["a", "b"]);
  const numbers = { name: "numbers", shape: [1, 3], datatype: "FP32", data: [1, 2, 3] };
  const wrong: [what: string, model: string, body: unknown, message: RegExp][] = [
    ["a list", "spam", [], /the request: expected an object/],
    ["no inputs", "spam", {}, /inputs: expected a list of the inputs text but received null/],
    ["none of the inputs", "spam", { inputs: [] }, /inputs: expected 1 \(text\) but received 0/],
    ["too many inputs", "spam", { inputs: [input, input] }, /inputs: expected 1 \(text\) but received 2/],
    [
      "an input of another name",
      "spam",
      { inputs: [{ ...input, name: "txt" }] },
      /inputs\[0\]\.name: expected one of text but received "txt"\. Did you mean text\?/,
    ],
    [
      "a type that is none",
      "spam",
      { inputs: [{ ...input, datatype: "STRING" }] },
      /datatype: expected one of BYTES, .* but received "STRING"/,
    ],
    [
      "numbers for texts",
      "spam",
      { inputs: [{ ...input, datatype: "FP32", data: [1, 2] }] },
      /datatype: expected BYTES: the model takes texts/,
    ],
    [
      "texts for numbers",
      "plain",
      { inputs: [{ ...numbers, datatype: "BYTES", data: ["a", "b", "c"] }] },
      /expected FP32, INT32 or INT64 .*The model takes numbers/,
    ],
    [
      "no shape",
      "spam",
      { inputs: [{ ...input, shape: undefined }] },
      /inputs\[0\]\.shape: expected a shape, as \[2, 200\] but received null/,
    ],
    ["a shape below nothing", "spam", { inputs: [{ ...input, shape: [-1] }] }, /\.shape: expected a shape/],
    [
      "a shape beyond numbers",
      "spam",
      { inputs: [{ ...input, shape: [2 ** 60] }] },
      /\.shape: expected a shape/,
    ],
    [
      "a hundred axes",
      "plain",
      { inputs: [{ ...numbers, shape: Array(100).fill(1) }] },
      /\.shape: expected a shape/,
    ],
    [
      "fewer elements",
      "spam",
      { inputs: [{ ...input, shape: [3] }] },
      /data: expected 3 elements, as the shape \[3\] says but received 2/,
    ],
    [
      "a huge shape",
      "plain",
      { inputs: [{ ...numbers, shape: [2 ** 30, 3] }] },
      /expected 3221225472 elements/,
    ],
    [
      "lists that do not nest so",
      "plain",
      {
        inputs: [
          {
            ...numbers,
            shape: [2, 3],
            data: [
              [1, 2, 3],
              [4, 5],
            ],
          },
        ],
      },
      /expected 3 elements, as the shape \[2, 3\] says but received 2/,
    ],
    [
      "a number in place of a list",
      "plain",
      { inputs: [{ ...numbers, shape: [2, 3], data: [[1, 2, 3], 4] }] },
      /expected lists nested as the shape \[2, 3\] but received 4/,
    ],
    [
      "a shape of another model",
      "plain",
      { inputs: [{ ...numbers, shape: [1, 2], data: [1, 2] }] },
      /shape: expected \[-1, 3\] but received \[1, 2\]/,
    ],
    [
      "a matrix of texts",
      "spam",
      { inputs: [{ ...input, shape: [1, 2] }] },
      /expected \[N\] or \[N, 1\], a text a row/,
    ],
    [
      "a number among texts",
      "spam",
      { inputs: [{ ...input, data: ["a", 1] }] },
      /data\[1\]: expected a text but received 1/,
    ],
    [
      "a half of a whole",
      "plain",
      { inputs: [{ ...numbers, datatype: "INT64", data: [1, 2.5, 3] }] },
      /data\[1\]: expected a whole number from -\d+ to \d+ \(INT64\) but received 2\.5/,
    ],
    [
      "null among numbers",
      "plain",
      { inputs: [{ ...numbers, data: [1, null, 3] }] },
      /data\[1\]: expected a number of type FP32 but received null/,
    ],
    [
      "an output that there is none of",
      "spam",
      { inputs: [input], outputs: [{ name: "lable" }] },
      /outputs\[0\]\.name: expected one of label, .* Did you mean label\?/,
    ],
    [
      "more outputs than there are",
      "spam",
      { inputs: [input], outputs: Array(6).fill({ name: "label" }) },
      /outputs: expected at most 5 but received 6/,
    ],
    ["an id that is a number", "spam", { id: 42, inputs: [input] }, /id: expected a text but received 42/],
    [
      "parameters that are none",
      "spam",
      { inputs: [input], parameters: 1 },
      /parameters: expected an object/,
    ],
    [
      "binary outputs",
      "spam",
      { inputs: [input], parameters: { binary_data_output: true } },
      /no binary extension, which is not served, but received "binary_data_output"\. Send and read tensors as JSON/,
    ],
    [
      "binary inputs",
      "spam",
      { inputs: [{ ...input, data: undefined, parameters: { binary_data_size: 9 } }] },
      /data: expected a list but received null\. Tensors stand in the JSON: the binary extension is not served/,
    ],
    [
      "ids beyond the vocabulary",
      "ids",
      { inputs: [{ name: "ids", shape: [1, 6], datatype: "INT32", data: [1, 2, 3, 4, 5, 99] }] },
      /There is no model "ids"/,
    ],
  ];
  for (const [what, model, body, message] of wrong) {
    test(what, async () => {
      const [status, error] = await refused(url, `/v2/models/${model}/infer`, { body: body as object });
      assert.equal(status, model === "ids" ? 404 : 400);
      assert.match(error, message);
    });
  }

  test("the binary extension's header", async () => {
    const headers = { "inference-header-content-length": "10", "content-type": "application/octet-stream" };
    const [status, error] = await refused(url, "/v2/models/spam/infer", { body: "{}", headers });
    assert.equal(status, 415);
    assert.match(error, /The binary extension is not served: send tensors as JSON/);
  });

  test("models and versions that there are none of", async () => {
    for (const rest of ["", "/ready", "/versions/1", "/versions/1/ready"]) {
      const [status, error] = await refused(url, `/v2/models/none${rest}`);
      assert.equal(status, 404);
      assert.match(
        error,
        /There is no model "none": there are spam, topics, tags, amounts, plain, steps, reading\./,
      );
    }
    const [status, error] = await refused(url, "/v2/models/spam/versions/2/infer", {
      body: { inputs: [input] },
    });
    assert.equal(status, 404);
    assert.match(
      error,
      /There is no version "2": spam is at version 1: name that, or leave the version out\./,
    );
  });

  test("names that reach into JavaScript", async () => {
    for (const name of ["__proto__", "constructor", "toString", "%00", "..%2f..%2fetc"]) {
      assert.equal((await ask(url, `/v2/models/${name}`)).status, 404, name);
    }
  });
});
