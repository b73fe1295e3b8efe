/** cellstate serve: what it says, how it ends, and what a stranger gets wrong. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { TextClassifier } from "../../src/index.js";
import { cellstate } from "../cli/run.js";
import { ask, begin, good } from "./asking.js";
import { startServing } from "./command.js";
import * as made from "./models.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-serve-"));
let file: string;
before(async () => {
  file = await made.spamFile(folder);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const TEXTS = { texts: ["good film"] };

describe("one process", () => {
  test("serves models by the names of their files, or by those that are given", async () => {
    await made.plain().save(join(folder, "plain.keras"));
    const { url, child, said, ended } = await startServing([
      file,
      `sums=${join(folder, "plain.keras")}`,
      "--port",
      "0",
    ]);
    assert.match(said(), /^http:\/\/127\.0\.0\.1:\d+\nServes 2 models: spam, sums\. Ctrl-C ends it\.\n$/);
    const { answers } = await good<{ answers: object[] }>(url, "/predict", {
      body: { ...TEXTS, model: "spam" },
    });
    assert.deepEqual(answers, [(await TextClassifier.load(file)).predict("good film")]);
    await good(url, "/v2/models/sums/ready");
    child.kill("SIGINT");
    assert.deepEqual(await ended, { code: 0, signal: null });
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`${signal}: answers what it took, takes no more, and ends with 0`, async () => {
      const { url, child, says, ended } = await startServing([
        file,
        "--port",
        "0",
        "--batch-wait",
        "700",
        "--batch-size",
        "9",
      ]);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const idle = new Agent({ keepAlive: true });
      await good(url, "/v2/health/ready", { agent: idle });
      const taken = Array.from({ length: 5 }, () =>
        good<{ answers: object[] }>(url, "/predict", { body: TEXTS }),
      );
      // The queue tells when all are taken.
      while (!/^cellstate_queue_rows 5$/m.test((await ask(url, "/metrics", { agent })).text));
      // Sent on by who started it, it comes twice: that is one signal.
      child.kill(signal);
      child.kill(signal);
      await says(/Answers what it took, then ends/);
      child.kill(signal);
      for (const { answers } of await Promise.all(taken)) assert.equal(answers.length, 1);
      assert.deepEqual(await ended, { code: 0, signal: null });
      await assert.rejects(ask(url, "/v2/health/live"), /ECONNREFUSED/);
      agent.destroy();
      idle.destroy();
    });
  }

  test("a second signal ends it at once", async () => {
    const { url, child, says, ended } = await startServing([file, "--port", "0"]);
    const taken = await begin(url, "/predict");
    child.kill("SIGTERM");
    await says(/Once more ends it at once/);
    await pause(600);
    child.kill("SIGTERM");
    assert.deepEqual(await ended, { code: 130, signal: null });
    await assert.rejects(taken.answer, /ECONNRESET|hang up/);
  });

  test("answers to the names that it is told of", async () => {
    const names = ["--allow-host", "a.example", "--allow-host", "b.example"];
    const { url, child, ended } = await startServing([file, "--port", "0", ...names]);
    const statuses = [];
    for (const host of ["a.example", "b.example", "c.example"])
      statuses.push((await ask(url, "/v2/health/live", { headers: { host } })).status);
    assert.deepEqual(statuses, [200, 200, 403]);
    child.kill("SIGTERM");
    await ended;
  });

  test("what one request may be raises what all may be together", async () => {
    const limits = ["--max-texts", "20000", "--max-body", "100MB"];
    const { url, child, ended } = await startServing([file, "--port", "0", ...limits]);
    const { answers } = await good<{ answers: object[] }>(url, "/predict", {
      body: { texts: Array(15_000).fill("good") },
    });
    assert.equal(answers.length, 15_000);
    child.kill("SIGTERM");
    await ended;
  });

  test("a warning where whoever reaches it may ask", async () => {
    const { said, child, says, ended } = await startServing([file, "--port", "0", "--host", "0.0.0.0"]);
    await says(/warning: whoever reaches 0\.0\.0\.0 may ask\. --token-file FILE asks for a token\./);
    assert.match(said(), /^http:\/\/0\.0\.0\.0:\d+$/m);
    child.kill("SIGTERM");
    await ended;
  });
});

describe("what a stranger gets wrong ends with 2 and a sentence", () => {
  const wrong: [what: string, args: () => string[], message: RegExp][] = [
    ["no model", () => [], /missing required argument 'model'/],
    ["no such file", () => ["none.keras"], /none\.keras: expected a path that exists\. Nothing is there/],
    ["no model's file", () => [join(folder, "text.keras")], /text\.keras/],
    ["a folder", () => [folder], /expected a file but received "a folder or device"/],
    [
      "two models of one name",
      () => [file, join(folder, "other", "spam.keras")],
      /serve: expected a name for each model but received "spam for both .*"\. Name them: spam=.* other=/,
    ],
    [
      "a name with a slash",
      () => [`a/b=${file}`],
      /expected a name of 1 to 100 characters without slashes but received "a\/b"/,
    ],
    [
      "a port that is none",
      () => [file, "--port", "http"],
      /--port: expected a whole number from 0 to 65535 but received "http"/,
    ],
    [
      "a host of another's",
      () => [file, "--port", "0", "--host", "192.0.2.1"],
      /--host: expected an address of this machine/,
    ],
    ["a misspelt option", () => [file, "--prot", "1"], /unknown option '--prot'[\s\S]*--port/],
    [
      "no token's file",
      () => [file, "--token-file", join(folder, "none")],
      /none: expected a path that exists/,
    ],
    [
      "a name that is an address",
      () => [file, "--allow-host", "http://a.example"],
      /--allow-host: expected a host's name without a port, as "models\.example\.com" but received/,
    ],
    [
      "what the server takes no more of, in words of the command line",
      () => [file, "--max-body", "300MB"],
      /--max-body: expected a whole number from 100 to 268435456 but received 300000000/,
    ],
    ["an origin that is none", () => [file, "--cors", "example.com"], /--cors: expected an origin/],
    [
      "a queue smaller than a request",
      () => [file, "--max-queue", "5"],
      /--max-queue: expected at least 1000, as many texts as a request may have/,
    ],
    [
      "less room for all bodies than for one",
      () => [file, "--max-bodies", "1KB"],
      /--max-bodies: expected at least 1048576, as large as one may be \(--max-body\)/,
    ],
    ["no workers", () => [file, "--workers", "0"], /--workers: expected a whole number from 1 to 256/],
  ];
  for (const [what, args, message] of wrong) {
    test(what, async () => {
      writeFileSync(join(folder, "text.keras"), "no model");
      const { code, stdout, stderr } = await cellstate(["serve", ...args()]);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\bat \S+ \(|Error:|createServer/);
    });
  }

  test("a port that is taken, with and without workers", async () => {
    const { url, child, ended } = await startServing([file, "--port", "0"]);
    const { port } = new URL(url);
    for (const more of [[], ["--workers", "2"]]) {
      const { code, stderr } = await cellstate(["serve", file, "--port", port, ...more]);
      assert.equal(code, 2, stderr);
      assert.match(
        stderr,
        /^cellstate: --port: expected a port that is free but received \d+\. Choose another one/m,
      );
    }
    child.kill("SIGTERM");
    await ended;
  });

  test("the packages that serving takes, where they lack", async () => {
    const main = fileURLToPath(new URL("../../src/serve/packages.js", import.meta.url));
    assert.ok(existsSync(main));
    const { loadFastify, loadPromClient } = await import("../../src/serve/packages.js");
    await Promise.all([loadFastify(), loadPromClient()]);
    // A loader that finds neither stands for a project that has not installed them.
    const hook = join(folder, "without.mjs");
    const lacks =
      "export function resolve(name, context, next) { if (/^(fastify|prom-client)$/.test(name)) throw Object.assign(new Error('none'), { code: 'ERR_MODULE_NOT_FOUND' }); return next(name, context); }";
    writeFileSync(hook, lacks);
    const register = join(folder, "register.mjs");
    writeFileSync(
      register,
      `import { register } from "node:module"; register(${JSON.stringify(`file://${hook}`)});`,
    );
    const { code, stderr } = await cellstate(["serve", file, "--port", "0"], {
      env: { NODE_OPTIONS: `--import ${register}` },
    });
    assert.equal(code, 2, stderr);
    assert.match(
      stderr,
      /Serving needs the package fastify, which is not installed\. Install it beside cellstate: npm install fastify prom-client/,
    );
  });
});
