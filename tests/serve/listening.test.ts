/** Where a server listens, by which names it is called, what a connection is answered in turn, and how it ends. */
import assert from "node:assert/strict";
import dns from "node:dns/promises";
import { Agent, Server } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { connect, createServer as createNetServer } from "node:net";
import { after, before, describe, mock, test } from "node:test";
import { createServer } from "../../src/serve/index.js";
import { ask, begin, good, refused, serving } from "./asking.js";
import * as made from "./models.js";

const BODY = JSON.stringify({ texts: ["good film"] });
const POST = `POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;

/** What is answered to bytes as they are, until the connection ends. */
function raw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let said = "";
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on("data", (data) => (said += data));
    socket.on("error", reject);
    socket.on("close", () => resolve(said));
  });
}

const statuses = (said: string) =>
  [...said.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

describe("a connection that breaks after what was whole", () => {
  const models = { spam: made.spam() };
  // Long enough that what is broken comes while the answer is waited for.
  const waits = { batchWait: 300, batchSize: 100, timeout: 0.5 };

  test("answers that first, then says what is wrong, then ends", async () => {
    await serving(models, waits, async (url) => {
      const said = await raw(url, `${POST}nonsense\r\n\r\n`);
      assert.deepEqual(statuses(said), [200, 400], said);
      assert.match(said, /"answers":\[\{"label"[\s\S]*\{"error":"Expected HTTP, which this is not\."\}$/);
      assert.match(said, /HTTP\/1\.1 400 [\s\S]*connection: close/);
    });
  });

  test("two of them, each its own", async () => {
    await serving(models, waits, async (url) => {
      const said = await raw(
        url,
        `${POST}GET /v2/health/live HTTP/1.1\r\nhost: localhost\r\n\r\nnonsense\r\n\r\n`,
      );
      assert.deepEqual(statuses(said), [200, 200, 400], said);
    });
  });

  test("one that comes too slowly after it", async () => {
    await serving(models, { ...waits, batchWait: 2000 }, async (url) => {
      const said = await raw(url, `${POST}POST /predict HTTP/1.1\r\nhost: localhost\r\n`);
      assert.deepEqual(statuses(said), [200, 408], said);
    });
  });

  test("who wants no more after an answer gets no more", async () => {
    await serving(models, waits, async (url) => {
      const said = await raw(url, `${POST.replace("host:", "connection: close\r\nhost:")}nonsense\r\n\r\n`);
      assert.deepEqual(statuses(said), [200], said);
    });
  });
});

/** Whether this machine has the address ::1. */
const hasBoth = await new Promise<boolean>((resolve) => {
  const probe = createNetServer().listen(0, "::1", () => probe.close(() => resolve(true)));
  probe.once("error", () => resolve(false));
});

describe("localhost is two addresses", () => {
  const skip = !hasBoth && "this machine has no ::1";
  // Whatever this machine's list of hosts says.
  const all = [4, 6].map((family) => ({ family, address: family === 4 ? "127.0.0.1" : "::1" }));
  before(() => {
    mock.method(dns, "lookup", async () => all);
    syncBuiltinESMExports();
  });
  after(() => {
    mock.restoreAll();
    syncBuiltinESMExports();
  });
  const each = (url: string) => ["127.0.0.1", "[::1]"].map((host) => url.replace("localhost", host));

  test("both answer, and the bounds are of both together", { skip }, async () => {
    await serving({ spam: made.spam() }, { host: "localhost", maxConnections: 2 }, async (url) => {
      const agents = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })];
      for (const [i, agent] of agents.entries()) await good(each(url)[i]!, "/v2/health/live", { agent });
      for (const where of each(url))
        await assert.rejects(good(where, "/v2/health/live"), /ECONNRESET|hang up/);
      for (const agent of agents) agent.destroy();
    });
  });

  test("a stop answers what either took, and cuts what idles on either", { skip }, async () => {
    const server = await createServer(
      { spam: made.spam() },
      { host: "localhost", port: 0, batchWait: 300, batchSize: 100, stopWithin: 3600 },
    );
    const url = await server.listen();
    const idle = each(url).map(() => new Agent({ keepAlive: true }));
    for (const [i, agent] of idle.entries()) await good(each(url)[i]!, "/v2/health/live", { agent });
    const taken = each(url).map((where) => {
      const agent = new Agent({ keepAlive: true });
      return good<{ answers: object[] }>(where, "/predict", {
        body: BODY,
        headers: { "content-type": "application/json" },
        agent,
      });
    });
    while (
      !/^cellstate_queue_rows 2$/m.test((await ask(url.replace("localhost", "127.0.0.1"), "/metrics")).text)
    );
    // It would wait an hour for a connection that is kept.
    await server.close();
    for (const { answers } of await Promise.all(taken)) assert.equal(answers.length, 1);
    for (const where of each(url)) await assert.rejects(ask(where, "/v2/health/live"), /ECONNREFUSED/);
  });

  test("a stop cuts what is not answered in time on either", { skip }, async () => {
    const server = await createServer({ spam: made.spam() }, { host: "localhost", port: 0, stopWithin: 0.1 });
    const url = await server.listen();
    const taken = await Promise.all(each(url).map((where) => begin(where, "/predict")));
    const cut = Promise.all(taken.map(({ answer }) => assert.rejects(answer, /ECONNRESET|hang up/)));
    await server.close();
    await cut;
  });

  test("a port that is taken at one of them is taken", { skip }, async () => {
    const models = { spam: made.spam() };
    await serving(models, { host: "::1" }, async (url) => {
      const other = await createServer(models, { host: "localhost", port: Number(new URL(url).port) });
      await assert.rejects(other.listen(), /createServer port: expected a port that is free/);
      // What it had at the other address is given up.
      await assert.rejects(ask(url.replace("[::1]", "127.0.0.1"), "/v2/health/live"), /ECONNREFUSED/);
    });
  });
});

test("listen a second time tells where; of one that was closed it says so", async () => {
  const server = await createServer({ spam: made.spam() }, { port: 0 });
  const [url, again] = await Promise.all([server.listen(), server.listen()]);
  assert.deepEqual([again, await server.listen()], [url, url]);
  await good(url, "/v2/health/live");
  await server.close();
  await assert.rejects(server.listen(), {
    name: "InputError",
    message: /listen: expected a server that was not closed\. Make another one\./,
  });
});

test("one that is closed before it listens does not", async () => {
  const server = await createServer({ spam: made.spam() }, { port: 0 });
  const closed = mock.method(Server.prototype, "close");
  const outcome = assert.rejects(server.listen(), /expected a server that was not closed/);
  await server.close();
  await outcome;
  const servers = closed.mock.calls.map((call) => call.this as Server);
  assert.ok(servers.length > 0 && servers.every(({ listening }) => !listening));
  closed.mock.restore();
});

describe("names", () => {
  const status = async (url: string, host: string) =>
    (await ask(url, "/v2/health/live", { headers: { host } })).status;

  test("are compared as names are: in small letters, without a port and a dot at the end", async () => {
    const allowHosts = ["Models.Example.com", "other.example."];
    await serving({ spam: made.spam() }, { allowHosts }, async (url) => {
      for (const host of [
        ...["models.example.com", "MODELS.example.com:443", "models.example.com.", "other.example"],
        ...["LOCALHOST", "localhost.", "localhost.:80", "127.9.9.9", "[0:0::1]", "[::ffff:127.0.0.1]:80"],
      ]) {
        assert.equal(await status(url, host), 200, host);
      }
      for (const host of [
        "example.com",
        "a.models.example.com",
        "models.example.com..",
        "models.example.com@a",
        "10.0.0.1",
      ])
        assert.equal(await status(url, host), 403, host);
      const [, message] = await refused(url, "/models", { headers: { host: "evil.example" } });
      assert.match(message, /Behind a proxy, start it with the name it is asked as: --allow-host NAME/);
    });
  });

  test("where others reach it, it answers to every name, or to those that are named", async () => {
    const others = { host: "0.0.0.0" };
    await serving({ spam: made.spam() }, others, async (url) => {
      assert.equal(await status(url, "any.example"), 200);
    });
    await serving({ spam: made.spam() }, { ...others, allowHosts: ["a.example"] }, async (url) => {
      const found = [
        await status(url, "a.example"),
        await status(url, "any.example"),
        await status(url, "localhost"),
      ];
      assert.deepEqual(found, [200, 403, 200]);
    });
  });
});

describe("Vary", () => {
  const origin = "https://example.com";
  const vary = async (url: string, headers: Record<string, string>) => {
    const answer = await ask(url, "/v2/health/live", { headers });
    return [answer.headers["vary"], answer.headers["access-control-allow-origin"]];
  };

  test("tells who keeps answers that they hang on who asks, also where nobody's page does", async () => {
    await serving({ spam: made.spam() }, { cors: origin }, async (url) => {
      assert.deepEqual(await vary(url, {}), ["origin", undefined]);
      assert.deepEqual(await vary(url, { origin }), ["origin", origin]);
      assert.deepEqual(await vary(url, { origin: "https://other.example" }), ["origin", undefined]);
    });
  });

  test("is not there where they do not", async () => {
    await serving({ spam: made.spam() }, { cors: "*" }, async (url) => {
      assert.deepEqual(await vary(url, {}), [undefined, "*"]);
      assert.deepEqual(await vary(url, { origin }), [undefined, "*"]);
    });
    await serving({ spam: made.spam() }, {}, async (url) => {
      assert.deepEqual(await vary(url, { origin }), [undefined, undefined]);
    });
  });
});
