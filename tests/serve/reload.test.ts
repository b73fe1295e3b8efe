/** Files that change while they are served: the new model answers as soon as it is whole, and not before. */
import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, mock, test } from "node:test";
import { layers, sequential } from "../../src/index.js";
import { Predictor } from "../../src/model/predictor.js";
import { createServer } from "../../src/serve/index.js";
import { nothingSeen, openServed } from "../../src/serve/opened.js";
import { inCode, settingsOf } from "../../src/serve/options.js";
import { Shelf } from "../../src/serve/shelf.js";
import { ask, good, serving } from "./asking.js";
import * as made from "./models.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-reload-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A shelf that looks when it is told to, and what it said. */
async function shelfOf(file: string) {
  const said: string[] = [];
  const loads: string[] = [];
  const settings = settingsOf(
    { reloadEvery: 0, onLog: ({ level, message }) => said.push(`${level} ${message}`) },
    inCode("test"),
  );
  const watcher = { batch() {}, load: (model: string, outcome: string) => loads.push(`${model} ${outcome}`) };
  const shelf = await Shelf.open(new Map([["spam", file]]), settings, watcher);
  /** Sees the change, and that it has settled. */
  const look = async () => {
    await shelf.look();
    await shelf.look();
  };
  const answer = async () => {
    const { batcher, served } = shelf.find("spam");
    const [one] = await batcher.ask({ texts: ["good film"] }, 1, "texts");
    return served.json(one);
  };
  return { shelf, said, loads, look, answer };
}

const answerOf = (seed: number) => made.spam(seed).predict("good film");

describe("a file that changes", () => {
  test("is read again once it has settled; who asked before is answered by the model that was asked", async () => {
    const file = await made.spamFile(folder);
    const { shelf, said, loads, look, answer } = await shelfOf(file);
    assert.deepEqual(await answer(), answerOf(1));
    const before = shelf.find("spam");
    await made.spamFile(folder, "spam.keras", 2);
    await shelf.look();
    assert.equal(shelf.find("spam"), before, "it may still be written");
    const asked = before.batcher.ask({ texts: Array(100).fill("good film") }, 100, "texts");
    await shelf.look();
    assert.notEqual(shelf.find("spam").version, before.version);
    assert.deepEqual(await answer(), answerOf(2));
    assert.deepEqual(await asked, Array(100).fill(answerOf(1)));
    assert.deepEqual(said, [
      `info spam: version ${shelf.find("spam").version} answers in place of ${before.version}`,
    ]);
    assert.deepEqual(loads, ["spam loaded", "spam loaded"]);
    await look();
    assert.equal(loads.length, 2, "what did not change is not read again");
    shelf.dispose();
  });

  test("into a damaged one leaves the model before, and says so once; the next whole one answers", async () => {
    const file = await made.spamFile(folder);
    const { shelf, said, loads, look, answer } = await shelfOf(file);
    const { version } = shelf.find("spam");
    const bytes = await readFile(file);
    for (const damaged of [bytes.subarray(0, bytes.length / 2), Buffer.alloc(0), Buffer.from("no model")]) {
      writeFileSync(file, damaged);
      await look();
      await look();
      assert.deepEqual(await answer(), answerOf(1));
      const failed = shelf.standings[0]!.failed!;
      assert.ok(failed.includes(file) && failed.endsWith(`; version ${version} goes on`), failed);
    }
    assert.deepEqual([said.length, loads], [3, ["spam loaded", ...Array(3).fill("spam failed")]]);
    assert.ok(
      said.every((line) => line.startsWith("error spam: ")),
      said.join("\n"),
    );
    await made.spamFile(folder, "spam.keras", 3);
    await look();
    assert.deepEqual(await answer(), answerOf(3));
    assert.equal(shelf.standings[0]!.failed, null);
    shelf.dispose();
  });

  test("by a rename over it, and by a touch, which changes nothing", async () => {
    const file = await made.spamFile(folder);
    const { shelf, said, look, answer } = await shelfOf(file);
    const { version } = shelf.find("spam");
    utimesSync(file, 1, 1);
    await look();
    assert.deepEqual([shelf.find("spam").version, said], [version, []]);
    renameSync(await made.spamFile(folder, "other.keras", 2), file);
    await look();
    assert.deepEqual(await answer(), answerOf(2));
    shelf.dispose();
  });

  test("that is gone for a moment is waited for; one that stays away is said", async () => {
    const file = await made.spamFile(folder);
    const { shelf, said, look, answer } = await shelfOf(file);
    rmSync(file);
    await shelf.look();
    assert.deepEqual(said, []);
    await look();
    assert.match(said.join("\n"), /^error spam: .*spam\.keras is not there any more; version \w+ goes on$/);
    assert.deepEqual(await answer(), answerOf(1));
    await made.spamFile(folder, "spam.keras", 1);
    await look();
    assert.equal(shelf.standings[0]!.failed, null);
    shelf.dispose();
  });

  test("of several parts: a shard that changes, too", async () => {
    const file = join(folder, "shards.json");
    const plain = made.plain();
    await plain.save(file);
    // As others write it: without a checksum of all of it, and under a name that stays.
    const text = (await readFile(file, "utf8"))
      .replace(/"cellstate_sha256":\s*"[^"]*",?/, "")
      .replace(/,(\s*\})/g, "$1");
    writeFileSync(file, text);
    const shard = join(folder, /"([^"]+\.bin)"/.exec(text)![1]!);
    const { shelf, said, loads, look } = await shelfOf(file);
    const { version, batcher, served } = shelf.find("spam");
    await look();
    assert.equal(loads.length, 1);
    const rows = { inputs: [{ data: Float32Array.of(1, 2, 3), rows: 1, shape: [3] }] };
    const [before] = await batcher.ask(rows, 1, "3");
    const weights = new Float32Array(new Uint8Array(await readFile(shard)).buffer).map((value) => value + 1);
    writeFileSync(shard, new Uint8Array(weights.buffer));
    await look();
    assert.deepEqual(said.length, 1, said.join("\n"));
    assert.notEqual(shelf.find("spam").version, version);
    const [after] = await shelf.find("spam").batcher.ask(rows, 1, "3");
    assert.notDeepEqual(shelf.find("spam").served.json(after), served.json(before));
    shelf.dispose();
  });
});

describe("a model in parts", () => {
  /** Each time with a shard of another name, as others write it: without a checksum of all. */
  async function sharded(name: string) {
    const file = join(folder, name);
    const saved = async (units: number) => {
      const model = sequential([layers.input({ shape: [3] }), layers.dense({ units })], { seed: units });
      await model.save(file);
      const text = await readFile(file, "utf8");
      const [, shard] = /"([^"]+\.bin)"/.exec(text)!;
      const own = `${units}.${shard}`;
      renameSync(join(folder, shard!), join(folder, own));
      writeFileSync(
        file,
        text
          .replace(`"${shard}"`, `"${own}"`)
          .replace(/"cellstate_sha256":\s*"[^"]*",?/, "")
          .replace(/,(\s*\})/g, "$1"),
      );
      return join(folder, own);
    };
    return { file, saved };
  }

  test("whose shards are replaced by others is read again, though the old ones are gone", async () => {
    const { file, saved } = await sharded("replaced.json");
    const before = await saved(2);
    const { shelf, said, loads, look } = await shelfOf(file);
    const { version } = shelf.find("spam");
    const after = await saved(4);
    assert.notEqual(after, before);
    rmSync(before);
    await look();
    assert.notEqual(shelf.find("spam").version, version, said.join("\n"));
    assert.deepEqual(loads, ["spam loaded", "spam loaded"]);
    await look();
    assert.equal(loads.length, 2);
    shelf.dispose();
  });

  test("whose shard comes late is read once it is there, and failed until then", async () => {
    const { file, saved } = await sharded("late.json");
    await saved(2);
    const { shelf, said, loads, look } = await shelfOf(file);
    const { version } = shelf.find("spam");
    const shard = await saved(4);
    renameSync(shard, `${shard}.later`);
    await look();
    await look();
    assert.deepEqual(loads, ["spam loaded", "spam failed"], "it is not tried again while nothing changes");
    assert.match(shelf.standings[0]!.failed!, /; version \w+ goes on$/);
    renameSync(`${shard}.later`, shard);
    await look();
    assert.deepEqual(loads, ["spam loaded", "spam failed", "spam loaded"]);
    assert.notEqual(shelf.find("spam").version, version, said.join("\n"));
    assert.equal(shelf.standings[0]!.failed, null);
    shelf.dispose();
  });
});

test("what was seen of a file that is not there is seen of that one alone", async () => {
  const names = ["one.keras", "other.keras"].map((name) => join(folder, name));
  const seen = await Promise.all(
    names.map(async (name) => {
      const own = nothingSeen();
      await assert.rejects(openServed(name, {}, own), /a path that exists/);
      return own;
    }),
  );
  assert.deepEqual(
    seen.map(({ files }) => files),
    [[names[0]], [names[1]]],
  );
  assert.deepEqual(nothingSeen(), { files: [], signature: "" });
});

test("a failure is told until a file is read again, though it was away meanwhile", async () => {
  const file = await made.spamFile(folder);
  const { shelf, loads, look } = await shelfOf(file);
  writeFileSync(file, "no model");
  await look();
  assert.ok(shelf.standings[0]!.failed);
  renameSync(file, `${file}.away`);
  await look();
  assert.match(shelf.standings[0]!.failed!, /is not there any more/);
  renameSync(`${file}.away`, file);
  await shelf.look();
  assert.ok(shelf.standings[0]!.failed, "it is there, and has not been read");
  await shelf.look();
  assert.match(shelf.standings[0]!.failed!, /; version \w+ goes on$/);
  assert.deepEqual(loads, ["spam loaded", ...Array(3).fill("spam failed")]);
  await made.spamFile(folder, "spam.keras", 1);
  await look();
  assert.equal(shelf.standings[0]!.failed, null);
  shelf.dispose();
});

test("a model that is loaded while it ends is freed", async () => {
  const file = await made.spamFile(folder);
  const { shelf, said, loads } = await shelfOf(file);
  await made.spamFile(folder, "spam.keras", 2);
  await shelf.look();
  const freed = mock.method(Predictor.prototype, "dispose");
  const loading = shelf.look();
  shelf.dispose();
  assert.equal(freed.mock.callCount(), 1, "the one that answered");
  await loading;
  assert.equal(freed.mock.callCount(), 2, "and the one that came too late");
  assert.deepEqual([said, loads], [[], ["spam loaded"]]);
  freed.mock.restore();
});

describe("over HTTP", () => {
  test("under load every answer is of the one model or of the other", async () => {
    const file = await made.spamFile(folder);
    const [first, second] = [1, 2].map((seed) => JSON.stringify(answerOf(seed)));
    await serving({ spam: file }, { reloadEvery: 20 }, async (url) => {
      const seen = new Set<string>();
      let asked = 0;
      const load = async () => {
        while (!(seen.has(second!) || asked > 20_000)) {
          asked++;
          const { answers } = await good<{ answers: object[] }>(url, "/predict", {
            body: { texts: ["good film"] },
          });
          const answer = JSON.stringify(answers[0]);
          assert.ok(answer === first || answer === second, answer);
          seen.add(answer);
        }
      };
      const loads = [load(), load(), load()];
      await made.spamFile(folder, "spam.keras", 2);
      await Promise.all(loads);
      assert.ok(seen.has(second!), `${asked} answers, all of the model before`);
    });
  });

  test("a damaged file is told by readiness, lists and metrics; the server stays ready", async () => {
    const file = await made.spamFile(folder);
    const said: string[] = [];
    await serving(
      { spam: file },
      { reloadEvery: 10, onLog: ({ message }) => said.push(message) },
      async (url) => {
        writeFileSync(file, "no model");
        for (let i = 0; i < 1000 && said.length === 0; i++) await ask(url, "/v2/health/live");
        const { status, text } = await ask(url, "/v2/health/ready");
        assert.equal(status, 200);
        assert.match(text, /"ready":true,"models":\[\{"name":"spam",.*"reload_failed":".*goes on"/);
        assert.match((await ask(url, "/models")).text, /"reload_failed"/);
        assert.match(
          (await ask(url, "/metrics")).text,
          /^cellstate_model_loads_total\{model="spam",outcome="failed"\} 1$/m,
        );
      },
    );
  });

  test("models that a program holds stay its own", async () => {
    const spam = made.spam();
    const server = await createServer({ spam }, { port: 0 });
    const url = await server.listen();
    spam.threshold = 0.01;
    const { answers } = await good<{ answers: { label: string }[] }>(url, "/predict", {
      body: { texts: ["good"] },
    });
    assert.equal(answers[0]!.label, "spam");
    await server.close();
    assert.equal(spam.predict("good").label, "spam", "it is not freed");
  });
});
