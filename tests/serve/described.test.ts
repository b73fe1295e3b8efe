/** What the server says of itself: its description, its numbers, and the plugin in an application of another's. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import performanceHooks, { PerformanceObserver } from "node:perf_hooks";
import { after, describe, mock, test } from "node:test";
import { fastify } from "fastify";
import { Predictor } from "../../src/model/predictor.js";
import { type ServePluginOptions, servePlugin } from "../../src/serve/index.js";
import { descriptionOf } from "../../src/serve/openapi.js";
import { inCode, settingsOf } from "../../src/serve/options.js";
import { addRoutes } from "../../src/serve/plugin.js";
import { Serving } from "../../src/serve/serving.js";
import { ask, good, refused, serving } from "./asking.js";
import * as made from "./models.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-described-"));
after(() => rmSync(folder, { recursive: true, force: true }));

type Schema = {
  $ref?: string;
  type?: string | string[];
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  additionalProperties?: Schema | boolean;
};
interface Description {
  paths: Record<
    string,
    Record<
      string,
      { operationId: string; responses: Record<string, { content: Record<string, { schema: Schema }> }> }
    >
  >;
  components: { schemas: Record<string, Schema> };
}

/** What of a value is not as a schema says. */
function unlike(value: unknown, schema: Schema, all: Record<string, Schema>, where: string): string[] {
  if (schema.$ref) return unlike(value, all[schema.$ref.split("/").at(-1)!]!, all, where);
  if (schema.anyOf)
    return schema.anyOf.some((one) => unlike(value, one, all, where).length === 0)
      ? []
      : [`${where}: none of them`];
  if (schema.enum) return schema.enum.includes(value) ? [] : [`${where}: ${String(value)} is none of them`];
  const found =
    value === null
      ? "null"
      : Array.isArray(value)
        ? "array"
        : Number.isInteger(value)
          ? "integer"
          : typeof value;
  const types = [schema.type ?? []].flat();
  const isType =
    types.length === 0 || types.includes(found) || (found === "integer" && types.includes("number"));
  if (!isType) return [`${where}: ${found} in place of ${types.join(" or ")}`];
  if (Array.isArray(value))
    return value.flatMap((item, i) =>
      schema.items ? unlike(item, schema.items, all, `${where}[${i}]`) : [],
    );
  if (found !== "object") return [];
  const fields = value as Record<string, unknown>;
  const missing = (schema.required ?? [])
    .filter((name) => !(name in fields))
    .map((name) => `${where}: no ${name}`);
  const inner = Object.entries(fields).flatMap(([name, field]) => {
    const own =
      schema.properties?.[name] ??
      (typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined);
    if (own) return unlike(field, own, all, `${where}.${name}`);
    return schema.properties ? [`${where}: ${name} is not described`] : [];
  });
  return [...missing, ...inner];
}

describe("the description", () => {
  test("has every route that is served, and no other", async () => {
    const app = fastify();
    const served: string[] = [];
    const refusals: string[] = [];
    app.addHook("onRoute", ({ method, url, config }) => {
      const list = config && "isOpen" in config ? served : refusals;
      for (const one of [method].flat())
        if (one !== "HEAD") list.push(`${one} ${url.replace(/:(\w+)/g, "{$1}")}`);
    });
    addRoutes(app, await Serving.open({ spam: made.spam() }, settingsOf({}, inCode("test")), "test"), {
      answersUnknown: true,
    });
    await app.ready();
    await app.close();
    const { paths } = descriptionOf("1.0.0", "", () => false) as Description;
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(served.sort(), described.sort());
    assert.ok(refusals.every((one) => !described.includes(one)));
    const ids = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    assert.equal(new Set(ids).size, ids.length);
  });

  test("is what it answers: each answer, and each refusal that it names, is as its schema says", async () => {
    const models = {
      spam: made.spam(),
      tags: made.tags(),
      amounts: made.amounts(),
      reading: made.reading(),
      plain: made.plain(),
    };
    models.spam.reject = 0.9;
    await serving(models, {}, async (url) => {
      const { paths, components } = await good<Description>(url, "/openapi.json");
      const schemaOf = (path: string, method: string, status: string) =>
        paths[path]![method]!.responses[status]!.content["application/json"]!.schema;
      const inputs = [{ name: "text", shape: [1], datatype: "BYTES", data: ["good"] }];
      const asked: [path: string, model: string, body?: object][] = [
        ...["/models", "/v2", "/v2/", "/v2/health/live", "/v2/health/ready"].map((path): [string, string] => [
          path,
          "",
        ]),
        ...["spam", "tags", "amounts", "reading"].map((model): [string, string, object] => [
          "/predict",
          model,
          { texts: ["good", ""], model },
        ]),
        ...["", "/versions/{version}"].flatMap((version): [string, string, object?][] => [
          [`/v2/models/{name}${version}`, "spam"],
          [`/v2/models/{name}${version}/ready`, "plain"],
          [`/v2/models/{name}${version}/infer`, "spam", { id: "a", inputs }],
        ]),
      ];
      for (const [path, model, body] of asked) {
        const where = path.replace("{name}", model).replace("{version}", "1");
        const answer = await good(url, where, body ? { body } : {});
        assert.deepEqual(
          unlike(answer, schemaOf(path, body ? "post" : "get", "200"), components.schemas, where),
          [],
          model,
        );
      }
      const { text } = await ask(url, "/predict", { body: {} });
      assert.deepEqual(
        unlike(JSON.parse(text), schemaOf("/predict", "post", "400"), components.schemas, "400"),
        [],
      );
    });
  });
});

test("a rejected answer has no label: it is a guess", async () => {
  const spam = made.spam();
  spam.reject = 0.99;
  await serving({ spam }, {}, async (url) => {
    const { answers } = await good<{ answers: Record<string, unknown>[] }>(url, "/predict", {
      body: { texts: ["good"] },
    });
    const { label, guess, rejected } = answers[0]!;
    assert.deepEqual([label, guess, rejected], [null, spam.predict("good").label, "unsure"]);
    const inputs = [{ name: "text", shape: [1], datatype: "BYTES", data: ["good"] }];
    const { outputs } = await good<{ outputs: { name: string; data: unknown[] }[] }>(
      url,
      "/v2/models/spam/infer",
      { body: { inputs } },
    );
    const by = Object.fromEntries(outputs.map(({ name, data }) => [name, data[0]]));
    assert.deepEqual([by["label"], by["guess"], by["rejected"]], ["", guess, "unsure"]);
  });
});

describe("the numbers", () => {
  test("count requests by route and status, time, batches, loads, what waits, and the process", async () => {
    const file = await made.spamFile(folder);
    await serving({ spam: file }, {}, async (url) => {
      for (let i = 0; i < 3; i++) await good(url, "/predict", { body: { texts: ["good", "bad"] } });
      await refused(url, "/predict", { body: {} });
      await refused(url, "/none/with/a/secret");
      const answer = await ask(url, "/metrics");
      assert.match(String(answer.headers["content-type"]), /^text\/plain; version=0\.0\.4/);
      for (const line of [
        'cellstate_requests_total{method="POST",route="/predict",status="200"} 3',
        'cellstate_requests_total{method="POST",route="/predict",status="400"} 1',
        'cellstate_requests_total{method="GET",route="none",status="404"} 1',
        'cellstate_request_seconds_count{route="/predict"} 4',
        'cellstate_batch_rows_sum{model="spam"} 6',
        'cellstate_batch_seconds_count{model="spam"} 3',
        'cellstate_model_loads_total{model="spam",outcome="loaded"} 1',
        "cellstate_queue_rows 0",
      ])
        assert.ok(answer.text.includes(`${line}\n`), line);
      assert.match(
        answer.text,
        /^cellstate_model_loaded_timestamp_seconds\{model="spam",version="[0-9a-f]{16}"\} \d+/m,
      );
      assert.match(answer.text, /^process_resident_memory_bytes \d+/m);
      assert.match(answer.text, /^nodejs_eventloop_lag_seconds /m);
      assert.doesNotMatch(answer.text, /secret/, "addresses are anyone's: they are no labels");
    });
    await serving({ spam: file }, { metrics: false }, async (url) => {
      const [status, error] = await refused(url, "/metrics");
      assert.deepEqual([status, error], [404, "This server was started without metrics."]);
    });
  });
});

test("the process is watched once, however many servers there are one after another", async () => {
  await serving({ spam: made.spam() }, {}, async () => {});
  const watched = mock.method(PerformanceObserver.prototype, "observe");
  const measured = mock.method(performanceHooks, "monitorEventLoopDelay");
  for (let i = 0; i < 3; i++) {
    await serving({ spam: made.spam() }, {}, async (url) => {
      const { text } = await ask(url, "/metrics");
      for (const name of [
        "nodejs_gc_duration_seconds",
        "nodejs_eventloop_lag_seconds",
        "cellstate_queue_rows",
      ])
        assert.equal(text.split(`# TYPE ${name} `).length, 2, name);
    });
  }
  assert.deepEqual([watched.mock.callCount(), measured.mock.callCount()], [0, 0]);
  mock.restoreAll();
});

describe("the plugin", () => {
  test("serves below its prefix, and leaves the application's own as it is", async () => {
    const app = fastify();
    app.get("/own", async () => "own");
    app.post("/text", async ({ body }) => `text ${String(body)}`);
    const options: ServePluginOptions = { models: { spam: made.spam() }, prefix: "/classify" };
    await app.register(servePlugin, options);
    const url = await app.listen({ port: 0 });
    try {
      assert.equal((await ask(url, "/own")).text, "own");
      assert.equal(
        (await ask(url, "/text", { body: "a", headers: { "content-type": "text/plain" } })).text,
        "text a",
      );
      const { answers } = await good<{ answers: object[] }>(url, "/classify/predict", {
        body: { texts: ["good"] },
      });
      assert.equal(answers.length, 1);
      assert.equal((await refused(url, "/classify/none"))[0], 404);
      assert.match((await ask(url, "/none")).text, /Route GET:\/none not found/);
      const description = await good<{ servers: object[] }>(url, "/classify/openapi.json");
      assert.deepEqual(description.servers, [{ url: "/classify" }]);
      assert.equal((await ask(url, "/classify/")).status, 200);
      assert.equal((await refused(url, "/classify/v2/models/none"))[0], 404);
    } finally {
      await app.close();
    }
  });

  test("is registered whatever the application's router passes over", async () => {
    for (const options of [
      { routerOptions: { ignoreTrailingSlash: true } },
      { routerOptions: { ignoreDuplicateSlashes: true } },
      { routerOptions: { caseSensitive: false } },
      { exposeHeadRoutes: false },
      { exposeHeadRoutes: true },
    ]) {
      for (const prefix of ["/", "/classify"]) {
        const app = fastify(options);
        await app.register(servePlugin, { models: { spam: made.spam() }, prefix });
        const status = async (method: "GET" | "HEAD", path: string) =>
          (await app.inject({ method, url: `${prefix === "/" ? "" : prefix}${path}` })).statusCode;
        const found = [];
        for (const path of ["/", "/v2", "/v2/", "/models"])
          found.push(await status("GET", path), await status("HEAD", path));
        assert.deepEqual(found, Array(8).fill(200), JSON.stringify([options, prefix]));
        assert.deepEqual([await status("GET", "/predict"), await status("HEAD", "/predict")], [405, 405]);
        await app.close();
      }
    }
  });

  test("counts what is asked in the program itself no longer than it lasts", async () => {
    const app = fastify();
    await app.register(servePlugin, { models: { spam: made.spam() }, maxBody: 100, maxBodies: 100 });
    for (let i = 0; i < 5; i++) {
      const { statusCode } = await app.inject({
        method: "POST",
        url: "/predict",
        payload: { texts: ["good film"] },
      });
      assert.equal(statusCode, 200);
    }
    assert.match((await app.inject("/metrics")).body, /^cellstate_body_bytes 0$/m);
    await app.close();
  });

  test("frees its models where the application has an address of its own already", async () => {
    const file = await made.spamFile(folder);
    const freed = mock.method(Predictor.prototype, "dispose");
    const app = fastify();
    app.get("/models", async () => "own");
    await assert.rejects(async () => app.register(servePlugin, { models: file }), /already declared/);
    assert.equal(freed.mock.callCount(), 1);
    freed.mock.restore();
  });

  test("tells of methods that Fastify never heard of, below its prefix", async () => {
    const app = fastify();
    await app.register(servePlugin, { models: { spam: made.spam() }, prefix: "/classify" });
    const url = await app.listen({ port: 0 });
    const { status, headers } = await ask(url, "/classify/predict", { method: "PROPFIND" });
    assert.deepEqual([status, headers["allow"]], [405, "POST"]);
    assert.equal((await ask(url, "/classify", { method: "PROPFIND" })).status, 405);
    assert.equal((await ask(url, "/predict", { method: "PROPFIND" })).status, 404);
    await app.close();
  });

  test("is registered in an application, with options that are its own", async () => {
    for (const wrong of [undefined, null, {}, fastify, { register() {} }]) {
      await assert.rejects(
        servePlugin(wrong as object, { models: { spam: made.spam() } }),
        /servePlugin: expected a Fastify application/,
      );
    }
    const app = fastify();
    await assert.rejects(
      async () => app.register(servePlugin, { models: "x.keras", port: 1 } as ServePluginOptions),
      /servePlugin: expected an option among/,
    );
    const other = fastify();
    await assert.rejects(
      async () => other.register(servePlugin, { models: {} }),
      /servePlugin models: expected/,
    );
  });
});
