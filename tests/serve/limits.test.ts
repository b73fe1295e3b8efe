/** What a server refuses, and how it says so; nothing of it ends the server. */
import assert from "node:assert/strict";
import { Agent, METHODS, request } from "node:http";
import { connect, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { createServer, type ModelServer } from "../../src/serve/index.js";
import { ask, good, refused, serving } from "./asking.js";
import * as made from "./models.js";

const logged: string[] = [];
let server: ModelServer;
let url: string;
before(async () => {
  server = await createServer(
    { spam: made.spam(), plain: made.plain(), steps: made.steps() },
    {
      port: 0,
      maxBody: 5000,
      maxTexts: 10,
      maxCharacters: 100,
      timeout: 0.5,
      onLog: ({ message }) => logged.push(message),
    },
  );
  url = await server.listen();
});
after(async () => {
  assert.deepEqual(logged, []);
  await server.close();
});

const predict = (body: object | string) => ask(url, "/predict", { body });
const isFine = async () => {
  const { answers } = await good<{ answers: object[] }>(url, "/predict", {
    body: { texts: ["good"], model: "spam" },
  });
  assert.equal(answers.length, 1);
};

/** What is answered to bytes as they are. */
function raw(bytes: string, then?: (socket: Socket) => void): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let said = "";
    const socket = connect(Number(port), hostname, () => {
      socket.write(bytes);
      then?.(socket);
    });
    socket.on("data", (data) => (said += data));
    socket.on("error", reject);
    socket.on("close", () => resolve(said));
  });
}

describe("requests that are wrong", () => {
  const json = { "content-type": "application/json" };
  const wrong: [
    what: string,
    path: string,
    options: Parameters<typeof ask>[2],
    status: number,
    message: RegExp,
  ][] = [
    ["no JSON", "/predict", { body: "{texts", headers: json }, 400, /the body: expected JSON\. It is not:/],
    [
      "an empty body",
      "/predict",
      { body: "", headers: json },
      400,
      /the body: expected JSON but received "nothing"/,
    ],
    [
      "bytes that are no UTF-8",
      "/predict",
      { body: Uint8Array.of(0x22, 0xff, 0x22), headers: json },
      400,
      /the body: expected JSON in UTF-8/,
    ],
    ["a list", "/predict", { body: [] }, 400, /the request: expected an object, as \{"texts": \["…"\]\}/],
    [
      "a text alone",
      "/predict",
      { body: { texts: "good" } },
      400,
      /texts: expected a list, as .* but received "good"/,
    ],
    [
      "a number among texts",
      "/predict",
      { body: { texts: ["a", 5] } },
      400,
      /texts\[1\]: expected a text but received 5/,
    ],
    ["a misspelt field", "/predict", { body: { text: ["a"] } }, 400, /Did you mean texts\?/],
    [
      "no model named, of several",
      "/predict",
      { body: { texts: ["a"] } },
      400,
      /model: expected a name, as there are several: there are spam, plain, steps\./,
    ],
    [
      "a model that there is none of",
      "/predict",
      { body: { texts: ["a"], model: "spma" } },
      404,
      /There is no model "spma"/,
    ],
    [
      "texts for numbers",
      "/predict",
      { body: { texts: ["a"], model: "plain" } },
      400,
      /plain takes numbers, not texts\. Send them to POST \/v2\/models\/plain\/infer/,
    ],
    [
      "a form",
      "/predict",
      { body: "texts=a", headers: { "content-type": "application/x-www-form-urlencoded" } },
      415,
      /send the header "content-type: application\/json"/,
    ],
    ["no type", "/predict", { body: "{}" }, 415, /Expected JSON/],
    [
      "a compressed body",
      "/predict",
      { body: gzipSync("{}"), headers: { ...json, "content-encoding": "gzip" } },
      415,
      /content-encoding: expected a body that is not compressed but received "gzip"/,
    ],
    ["another method", "/predict", { method: "GET" }, 405, /\/predict answers POST alone\./],
    [
      "another method with a body of any kind",
      "/models",
      { method: "PUT", body: "x" },
      405,
      /\/models answers GET and HEAD alone\./,
    ],
    ["OPTIONS, where no other page may ask", "/predict", { method: "OPTIONS" }, 405, /alone/],
    [
      "an address that there is none of",
      "/none?a=b",
      {},
      404,
      /There is no GET \/none\. GET \/openapi\.json lists what there is\./,
    ],
    ["an address that is none", "/%", {}, 400, /is not a valid url/],
    [
      "a body beyond the limit",
      "/predict",
      { body: { texts: ["a".repeat(6000)], model: "spam" } },
      413,
      /The body is larger than this server takes/,
    ],
    [
      "too many texts",
      "/predict",
      { body: { texts: Array(11).fill("a"), model: "spam" } },
      413,
      /Received 11 texts or rows; this server takes 10 a request\. Send them in parts\./,
    ],
    [
      "too long a text",
      "/predict",
      { body: { texts: ["a", "a".repeat(101)], model: "spam" } },
      413,
      /Received text 2 of 101 characters; this server takes 100 a text\. Cut it\./,
    ],
    [
      "too long a row",
      "/v2/models/steps/infer",
      {
        body: { inputs: [{ name: "steps", shape: [1, 51, 2], datatype: "FP32", data: Array(102).fill(0) }] },
      },
      413,
      /Received 102 numbers a row; this server takes 100/,
    ],
  ];
  for (const [what, path, options, status, message] of wrong) {
    test(what, async () => {
      const [found, error] = await refused(url, path, options);
      assert.equal(found, status, error);
      assert.match(error, message);
      await isFine();
    });
  }

  test("405 says what is allowed, of every method that HTTP has", async () => {
    const own: [path: string, allowed: string[]][] = [
      ["/predict", ["POST"]],
      ["/?a=b", ["GET", "HEAD"]],
      ["/v2/", ["GET", "HEAD"]],
      ["/v2/models/spam/versions/1/infer", ["POST"]],
    ];
    for (const [path, allowed] of own) {
      // A tunnel is no request.
      for (const method of METHODS.filter((one) => one !== "CONNECT" && !allowed.includes(one))) {
        const { status, headers } = await ask(url, path, { method });
        assert.deepEqual([status, headers["allow"]], [405, allowed.join(", ")], `${method} ${path}`);
      }
    }
    for (const path of ["/none", "/v2/models/spam/none", "/predict/", "/openapiXjson"])
      assert.equal((await refused(url, path, { method: "PROPFIND" }))[0], 404, path);
  });

  test("what is repeated of a request is cut", async () => {
    const long = "a".repeat(4000);
    for (const [path, options] of [
      ["/predict", { body: { texts: ["a"], model: long } }],
      [`/v2/models/${long.slice(0, 400)}`, {}],
      [`/v2/models/spam/versions/${long.slice(0, 400)}`, {}],
      [`/none/${long}`, {}],
      [`/%/${long}`, {}],
      ["/predict", { body: { texts: ["a"], [long]: 1 } }],
    ] as const) {
      const [status, message] = await refused(url, path, options);
      assert.ok(status === 404 || status === 400, message);
      assert.ok(message.includes("aaa") && message.length < 400, message);
    }
  });

  test("JSON that nests without end", async () => {
    const [status] = await refused(url, "/predict", {
      body: `${"[".repeat(2400)}${"]".repeat(2400)}`,
      headers: json,
    });
    assert.equal(status, 400);
    const data = `${"[".repeat(1200)}1${"]".repeat(1200)}`;
    const body = `{"inputs":[{"name":"numbers","shape":[1,3],"datatype":"FP32","data":${data}}]}`;
    assert.equal((await refused(url, "/v2/models/plain/infer", { body, headers: json }))[0], 400);
    await isFine();
  });

  test("keys that reach into JavaScript", async () => {
    for (const key of ["__proto__", "constructor", "prototype"]) {
      const { status } = await ask(url, "/predict", {
        body: `{"texts":["good"],"model":"spam","${key}":{"texts":1}}`,
        headers: json,
      });
      assert.equal(status, 400, key);
    }
    assert.equal(({} as { texts?: unknown }).texts, undefined);
  });
});

describe("connections that are wrong", () => {
  test("no HTTP", async () => {
    assert.match(
      await raw("nonsense\r\n\r\n"),
      /^HTTP\/1\.1 400 [\s\S]*\{"error":"Expected HTTP, which this is not\."\}$/,
    );
    await isFine();
  });

  test("headers without end", async () => {
    const said = await raw(`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${"a".repeat(20_000)}\r\n\r\n`);
    assert.match(said, /^HTTP\/1\.1 431 /);
    await isFine();
  });

  test("headers and bodies that come too slowly", async () => {
    const head = "POST /predict HTTP/1.1\r\nhost: localhost\r\n";
    for (const bytes of [head, `${head}content-type: application/json\r\ncontent-length: 100\r\n\r\n{"te`]) {
      assert.match(
        await raw(bytes),
        /^HTTP\/1\.1 408 [\s\S]*The request came too slowly\. Send it at once\./,
      );
    }
    await isFine();
  });

  test("a body that says twice how long it is", async () => {
    const head = "POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    const said = await raw(`${head}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`);
    assert.match(said, /^HTTP\/1\.1 400 /);
    await isFine();
  });

  test("who goes away while it asks", async () => {
    const { hostname, port } = new URL(url);
    for (let i = 0; i < 30; i++) {
      await new Promise<void>((resolve) => {
        const asking = request({
          hostname,
          port,
          path: "/predict",
          method: "POST",
          headers: { "content-type": "application/json" },
        });
        asking.on("error", () => resolve());
        asking.on("close", () => resolve());
        asking.write('{"texts":["good"],"model":"spam"}');
        if (i % 2 === 0) asking.end();
        setImmediate(() => asking.destroy());
      });
    }
    await isFine();
    const metrics = (await ask(url, "/metrics")).text;
    assert.match(metrics, /^cellstate_queue_rows 0$/m);
  });

  test("more connections than there may be", async () => {
    await serving({ spam: made.spam() }, { maxConnections: 2 }, async (where) => {
      const agents = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })];
      for (const agent of agents) await good(where, "/v2/health/live", { agent });
      await assert.rejects(good(where, "/v2/health/live"), /ECONNRESET|hang up/);
      await good(where, "/v2/health/live", { agent: agents[0]! });
      for (const agent of agents) agent.destroy();
    });
  });
});

describe("bodies of many at once", () => {
  const bounds = { maxBody: 5000, maxBodies: 10_000 };
  const held = async (where: string) =>
    Number(/^cellstate_body_bytes (\d+)$/m.exec((await ask(where, "/metrics")).text)![1]);
  const until = async (where: string, is: (bytes: number) => boolean) => {
    while (!is(await held(where)));
  };
  const texts = (length: number) => ({ texts: ["a".repeat(length)] });
  /** Sends the beginning of a body, and waits. */
  const begin = (where: string, head: string, bytes: number) => {
    const { hostname, port } = new URL(where);
    const socket = connect(Number(port), hostname);
    let said = "";
    socket.on("data", (data) => (said += data));
    socket.on("error", () => {});
    const type = "host: localhost\r\ncontent-type: application/json";
    socket.write(`POST /predict HTTP/1.1\r\n${type}\r\n${head}\r\n\r\n`);
    const size = head.startsWith("transfer") ? `${bytes.toString(16)}\r\n` : "";
    socket.write(`${size}${"a".repeat(bytes)}${size === "" ? "" : "\r\n"}`);
    return { socket, said: () => said };
  };

  for (const head of ["content-length: 5000", "transfer-encoding: chunked"]) {
    test(`are bounded, however slowly they come: ${head}`, async () => {
      await serving({ spam: made.spam() }, bounds, async (where) => {
        const slow = [begin(where, head, 4900), begin(where, head, 4900)];
        await until(where, (bytes) => bytes >= 9800);
        const body = texts(1000);
        const answer = await ask(where, "/predict", { body });
        assert.deepEqual([answer.status, answer.headers["retry-after"]], [503, "1"], answer.text);
        assert.match(answer.text, /more than this server holds\. Ask again .* larger --max-bodies/);
        // One that says nothing of its length is refused when it is too much.
        const third = begin(where, "transfer-encoding: chunked", 1000);
        await new Promise((resolve) => third.socket.once("close", resolve));
        assert.match(third.said(), /^HTTP\/1\.1 503 [\s\S]*retry-after: 1/);
        assert.ok((await held(where)) <= bounds.maxBodies);
        for (const { socket } of slow) socket.destroy();
        await until(where, (bytes) => bytes === 0);
        await good(where, "/predict", { body });
      });
    });
  }

  test("are held until they are answered, and no longer, whatever the answer", async () => {
    await serving({ spam: made.spam() }, { ...bounds, batchWait: 300 }, async (where) => {
      const asked = [1, 2].map(() => good(where, "/predict", { body: texts(4000) }));
      await until(where, (bytes) => bytes >= 8000);
      assert.equal((await ask(where, "/predict", { body: texts(4000) })).status, 503);
      await Promise.all(asked);
      await until(where, (bytes) => bytes === 0);
      for (const [path, body] of [
        ["/predict", "{"],
        ["/none", "{}"],
        ["/predict", "[".repeat(6000)],
      ] as const) {
        await ask(where, path, { body, headers: { "content-type": "application/json" } });
        await until(where, (bytes) => bytes === 0);
      }
    });
  });

  test("one body has room, whatever is said of all", async () => {
    const large = { maxBody: 2 ** 27 };
    await serving({ spam: made.spam() }, large, async (where) => {
      await good(where, "/predict", { body: texts(10) });
    });
    await assert.rejects(createServer({ spam: made.spam() }, { ...large, maxBodies: 2 ** 26 }), {
      message: /createServer maxBodies: expected a whole number of at least 134217728/,
    });
  });
});

describe("who may call", () => {
  test("a name that somebody made lead here is not answered", async () => {
    for (const host of [
      "evil.example",
      "evil.example:80",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
    ]) {
      const [status, error] = await refused(url, "/v2/health/live", { headers: { host } });
      assert.equal(status, 403, host);
      assert.match(
        error,
        /answers to its own names alone, as localhost\. .*--allow-host NAME \(in code: allowHosts\)/,
      );
    }
    for (const host of ["localhost", "localhost:99", "127.0.0.1", "[::1]:80"]) {
      assert.equal((await ask(url, "/v2/health/live", { headers: { host } })).status, 200, host);
    }
  });

  test("other pages may not ask, unless one is named", async () => {
    const origin = "https://example.com";
    const asks = {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    };
    const { headers } = await predict({ texts: ["good"], model: "spam" });
    assert.equal(headers["access-control-allow-origin"], undefined);
    await serving({ spam: made.spam() }, { cors: origin }, async (where) => {
      const before = await ask(where, "/predict", { method: "OPTIONS", headers: asks });
      assert.deepEqual(
        [
          before.status,
          before.headers["access-control-allow-origin"],
          before.headers["access-control-allow-methods"],
        ],
        [204, origin, "GET, POST"],
      );
      const answer = await ask(where, "/predict", { body: { texts: ["good"] }, headers: { origin } });
      assert.deepEqual([answer.status, answer.headers["access-control-allow-origin"]], [200, origin]);
      const other = await ask(where, "/predict", {
        method: "OPTIONS",
        headers: { ...asks, origin: "https://evil.example" },
      });
      assert.deepEqual([other.status, other.headers["access-control-allow-origin"]], [405, undefined]);
    });
  });
});

test("options and models that are wrong are refused in words", async () => {
  const spam = made.spam();
  const wrong: [models: unknown, options: object, message: RegExp][] = [
    [{}, {}, /createServer models: expected a model's path, a list of paths, or an object of models by name/],
    [[], {}, /createServer models: expected/],
    [{ spam: 5 }, {}, /serve models\.spam: expected a path, or a model, classifier or regressor/],
    [{ "a/b": spam }, {}, /expected a name of 1 to 100 characters without slashes but received "a\/b"/],
    [
      ["x/spam.keras", "y/spam.keras"],
      {},
      /expected a name for each model but received "spam for both x\/spam\.keras and y\/spam\.keras"\. Name them: \{ first:/,
    ],
    [
      { spam },
      { maxQueue: 5 },
      /createServer maxQueue: expected a whole number of at least 1000 but received 5/,
    ],
    [{ spam }, { port: 70_000 }, /createServer port: expected a whole number from 0 to 65535/],
    [{ spam }, { cors: "example.com" }, /createServer cors: expected an origin/],
    [{ spam }, { allowHosts: "a" }, /createServer allowHosts: expected a list/],
    [
      { spam },
      { allowHosts: ["a.example", "https://a.example"] },
      /createServer allowHosts\[1\]: expected a host's name without a port, as "models\.example\.com" but/,
    ],
    [{ spam }, { batchsize: 3 }, /Did you mean batchSize\?/],
    [
      { spam },
      { host: "192.0.2.1", port: 0 },
      /createServer host: expected an address of this machine but received "192\.0\.2\.1"/,
    ],
    [
      { spam },
      { port: Number(new URL(url).port) },
      /createServer port: expected a port that is free but received \d+\. Choose another one/,
    ],
    ["none.keras", {}, /none\.keras: expected a path that exists/],
  ];
  for (const [models, options, message] of wrong) {
    await assert.rejects(
      async () => {
        const made = await createServer(models as { spam: string }, options);
        await made.listen();
      },
      { name: "InputError", message },
    );
  }
});
