/** docs/web.md is true: its headers and its code, as they stand there, on pages in Chromium. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { TextClassifier } from "../../src/index.js";
import { bundleText, ROOT, text } from "./bundle.js";
import { findChromium, visit } from "./chromium.js";

const PAGE = readFileSync(`${ROOT}docs/web.md`, "utf8");
const BLOCKS = Array.from(PAGE.matchAll(/```(\w+)\n([\s\S]*?)```/g), ([, language, code]) => ({
  language: language!,
  code: code!,
}));

/** The one block of a language that has these words. */
function block(language: string, words: string): string {
  const found = BLOCKS.filter((each) => each.language === language && each.code.includes(words));
  assert.equal(found.length, 1, `${found.length} blocks of ${language} with ${words}`);
  return found[0]!.code;
}

/** Headers, as a block of http has them. */
const headersOf = (lines: string): Record<string, string> =>
  Object.fromEntries(
    lines
      .trim()
      .split("\n")
      .map((line) => line.split(/: (.*)/, 2) as [string, string]),
  );

const ISOLATED = headersOf(block("http", "Opener"));
const POLICY = headersOf(block("http", "Security-Policy"));

const script = "text/javascript";
const chromium = findChromium();

test("the file of the workers lies where the page says", () => {
  const [, path] = /cp node_modules\/cellstate\/(\S+) /.exec(block("sh", "engine-worker"))!;
  assert.ok(existsSync(ROOT + path), path);
});

describe("docs/web.md in Chromium", { skip: chromium === null && "no Chromium here" }, () => {
  let model: Uint8Array;
  before(async () => {
    const rows = ["free prize", "see you"].flatMap((of, k) =>
      Array.from({ length: 20 }, (_, i) => ({ text: `${of} ${i}`, label: k === 0 ? "spam" : "ham" })),
    );
    const settings = { model: "lstm", epochs: 4, length: 8, vocabulary: 50, seed: 1 } as const;
    model = await (await TextClassifier.train(rows, settings)).toBytes();
  });

  /** What a page posts whose program is the page's own code, with more around it. */
  async function run(program: string, headers: Record<string, string>, more: Record<string, string> = {}) {
    const failing = "(error) => ({ error: String(error.stack ?? error) })";
    const telling = `${program}\n;(async () => {
      const told = await tell().catch(${failing});
      if (told) await fetch("/report", { method: "POST", body: JSON.stringify(told) });
    })();`;
    // Imports stand first; what may fail is told.
    const imports = [...telling.matchAll(/^import .*$/gm)].map(([line]) => line).join("\n");
    const body = text(await bundleText(`${imports}\n${telling.replace(/^import .*$/gm, "")}`));
    const html = '<!doctype html><input type="file"><script type="module" src="/page.js"></script>';
    const all = new Map<string, { type: string; body: string | Uint8Array }>([
      ["/", { type: "text/html", body: html }],
      ["/page.js", { type: script, body }],
      ["/spam.keras", { type: "application/octet-stream", body: model }],
      ...Object.entries(more).map(([name, body]) => [name, { type: script, body }] as const),
    ]);
    let online = true;
    const files = {
      get: (url: string) => {
        if (url === "/offline") online = false;
        return online ? all.get(url) : undefined;
      },
    } as ReadonlyMap<string, { type: string; body: string | Uint8Array }>;
    const report = JSON.parse(await visit(chromium!, { headers, files })) as Record<string, unknown>;
    assert.equal(report["error"], undefined);
    return report;
  }

  const worker = readFileSync(`${ROOT}dist/src/engines/engine-worker.js`, "utf8");
  /** Asks, and waits until no more threads are said to share the work than there are to be. */
  const asking = (threads: number) => `
    const model = spam.model;
    const texts = Array.from({ length: 300 }, (_, i) => ["free prize", "see you"][i % 2] + " " + i);
    const labels = spam.predictMany(texts).map(({ label }) => label);
    const pause = (ms) => new Promise((go) => setTimeout(go, ms));
    await pause(300);
    for (let k = 0; k < 1000 && model.threads > ${threads}; k++) await pause(25);`;
  const ASK = asking(2);
  const RESULT = `{ engineName: model.engineName, threads: model.threads, notes: model.notes, label: labels[0], isolated: crossOriginIsolated }`;
  /** A block's lines within \`tell\`, its imports before. */
  const telling = (code: string, rest: string) => {
    const imports = code.match(/^import .*$/gm)!.join("\n");
    return `${imports}\nasync function tell() {\n${code.replace(/^import .*$/gm, "")}\n${rest}\n}`;
  };

  test("a file by its address, fetched, and chosen", async () => {
    const code = block("js", "files[0]");
    const choose = `const all = new DataTransfer();
      all.items.add(new File([await (await fetch("/spam.keras")).arrayBuffer()], "mine.keras"));
      document.querySelector("input").files = all.files;`;
    const program = telling(code, `${ASK} return ${RESULT};`).replace(
      "const spam =",
      `${choose} const spam =`,
    );
    const { engineName, threads, label } = await run(program, {});
    assert.deepEqual([engineName, threads, label], ["wasm", 1, "spam"]);
  });

  test("what prepareEngine says", async () => {
    const said = await run(
      telling(block("js", 'of "cellstate", where'), "return { engineName, threads, notes };"),
      {},
    );
    assert.deepEqual(said, { engineName: "wasm", threads: 1, notes: [] });
  });

  test("threads by the headers, and with the policy by the worker's file", async () => {
    const plain = (threads: number) =>
      telling(
        'import { loadClassifier } from "cellstate/predict";\nconst spam = await loadClassifier("/spam.keras", { threads: 2 });',
        `${asking(threads)} return ${RESULT};`,
      );
    const expected = { engineName: "wasm", threads: 2, notes: [], label: "spam", isolated: true };
    assert.deepEqual(await run(plain(2), ISOLATED), expected);
    const named = telling(block("js", "workerUrl"), `${ASK} return ${RESULT};`).replace(
      '"/spam.keras")',
      '"/spam.keras", { threads: 2 })',
    );
    const headers = { ...ISOLATED, ...POLICY };
    assert.deepEqual(await run(named, headers, { "/engine-worker.js": worker }), expected);
    // The policy does forbid what the file is for.
    const { threads, notes } = await run(plain(1), headers);
    assert.equal(threads, 1);
    assert.match(String(notes), /no worker from a blob/);
  });

  test("without a network, with threads", async () => {
    const registering = block("js", "navigator.serviceWorker");
    const program = telling(
      block("js", "workerUrl"),
      `if (!sessionStorage.getItem("visited")) {
        ${registering}
        await navigator.serviceWorker.ready;
        sessionStorage.setItem("visited", "yes");
        await fetch("/offline").catch(() => {});
        location.reload();
        return null;
      }
      const gone = !(await fetch("/nothing-kept")).ok;
      ${ASK} return { ...${RESULT}, gone };`,
    ).replace('"/spam.keras")', '"/spam.keras", { threads: 2 })');
    const report = await run(
      program,
      { ...ISOLATED, ...POLICY },
      {
        "/engine-worker.js": worker,
        "/sw.js": block("js", "// sw.js"),
      },
    );
    const expected = { engineName: "wasm", threads: 2, notes: [], label: "spam", isolated: true };
    assert.deepEqual(report, { ...expected, gone: true });
  });
});
