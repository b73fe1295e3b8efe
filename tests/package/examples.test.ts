/** The examples and the README's code do what they say, as their readers run them: by the package's name. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { findChromium, visit } from "../browser/chromium.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "cellstate-examples-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const model = join(folder, "spam.keras");

/** What a script prints. */
function run(script: string, args: readonly string[], cwd = folder): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...args], {
    cwd,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return stdout;
}
const example = (name: string) => join(ROOT, "examples", name);

describe("examples", () => {
  let trained: string;
  before(() => {
    trained = run(example("train.mjs"), [model]);
  });

  test("train.mjs: a network of one's own learns, is measured and saved", () => {
    assert.equal(trained.match(/^epoch \d: loss 0\.\d{3}, right in validation 0\.\d{3}$/gm)?.length, 8);
    const [, right] = /^([\d.]+) % of 500 unseen messages right$/m.exec(trained) ?? [];
    assert.ok(Number(right) > 95, trained);
    assert.match(trained, /^spam \(0\.9\d\), saved as .*spam\.keras$/m);
  });

  test("fine-tune.mjs: a label more, the frozen word vectors as before", () => {
    const said = run(example("fine-tune.mjs"), [model, join(folder, "questions.keras")]);
    assert.deepEqual(said.trimEnd().split("\n"), [
      "knows ham, spam",
      "knows ham, spam, question",
      "word vectors as before",
      "question: What time are you home?",
      "ham: I'm home at 8",
      "spam: You have won a prize, call now",
    ]);
  });

  test("units/counter.mjs: a unit counts brackets, goes on beyond what it learned from, and is missed", () => {
    const said = run(example("units/counter.mjs"), []);
    const [, , long] = /^lstm +75 +([\d.]+) % +([\d.]+) % +([\d.]+) %$/m.exec(said)!.slice(1).map(Number);
    assert.ok(long! > 99, said);
    const [, r] = /^ {2}depth +lstm cell \d +(−?0\.\d+)/m.exec(said)!;
    assert.ok(Math.abs(Number(r!.replace("−", "-"))) > 0.85, r);
    const [, lost] = /^ {2}all together +\S+ ± \S+ +(−\d+\.\d+)/m.exec(said)!;
    assert.ok(Number(lost!.replace("−", "-")) < -30, lost);
  });

  test("server.mjs: answers texts, and says what it takes instead", async () => {
    const server = spawn(process.execPath, [example("server.mjs"), model, "0"]);
    const ended = new Promise((resolve) => server.once("exit", resolve));
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let said = "";
        server.stdout.on("data", (piece) => {
          said += piece;
          const found = /http:\S+/.exec(said);
          if (found) resolve(found[0]);
        });
        server.once("exit", () => reject(new Error(`the server ended: ${said}`)));
      });
      const post = (body: string) => fetch(url, { method: "POST", body });
      const response = await post("WINNER!! Claim your free prize now: call 09061701461");
      const { label, probability, scores } = (await response.json()) as {
        label: string;
        probability: number;
        scores: Record<string, number>;
      };
      assert.deepEqual([response.status, label, scores["spam"]], [200, "spam", probability]);
      assert.equal((await post("a".repeat(100_001))).status, 413);
      assert.equal((await fetch(url)).status, 404);
    } finally {
      server.kill();
      await ended;
    }
  });
});

/** Tells the answer that a page shows, once it shows one; or what went wrong. */
const TELL = `<script type="module">
  const answer = document.querySelector("#answer");
  const tell = (body) => fetch("/report", { method: "POST", body });
  new MutationObserver(() => tell(answer.textContent)).observe(answer, { childList: true });
  addEventListener("error", ({ message }) => tell(message));
  addEventListener("unhandledrejection", ({ reason }) => tell(String(reason)));
</script>`;

const chromium = findChromium();

/** What the page of an example answers in Chromium. */
async function answerOf(
  name: string,
  entries: readonly string[],
  files: [string, Uint8Array][],
): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: entries.map((entry) => example(`${name}/${entry}`)),
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    outdir: "/site",
    write: false,
    logLevel: "silent",
  });
  const html = readFileSync(example(`${name}/index.html`), "utf8").replace("<script", `${TELL}<script`);
  const all = new Map<string, { type: string; body: string | Uint8Array }>();
  all.set("/", { type: "text/html", body: html });
  for (const { path, contents } of outputFiles) {
    all.set(path.slice("/site".length), { type: "text/javascript", body: contents });
  }
  for (const [path, body] of files) all.set(path, { type: "application/octet-stream", body });
  return visit(chromium!, { files: all });
}

describe("examples in Chromium", { skip: chromium === null && "no Chromium here" }, () => {
  test("browser: a page classifies what is typed", async () => {
    const said = await answerOf("browser", ["page.js"], [["/spam.keras", readFileSync(model)]]);
    assert.match(said, /^spam \(9\d %\)$/);
  });

  test("worker: a network learns beside the page", async () => {
    assert.equal(await answerOf("worker", ["page.js", "worker.js"], []), "good, after 30 epochs");
  });
});

const ROWS = `const rows = ["free entry", "win a prize", "see you soon", "on my way", "claim your prize", "call me"]
  .flatMap((text, i) => Array.from({ length: 5 }, () => ({ text, label: i === 2 || i === 3 || i === 5 ? "ham" : "spam" })));`;

/** What the README's code takes as given, and what is asked of it at the end; a block finds the files of those before it. */
const AROUND = [
  {
    before: ROWS,
    after: `const text = "free entry in a weekly draw";
      console.log(JSON.stringify([spam.labels, spam.predict(text), back.predict(text)]));`,
    check: (said: string) => {
      const [labels, answer, again] = JSON.parse(said) as unknown[];
      assert.deepEqual(labels, ["ham", "spam"]);
      assert.deepEqual(Object.keys(answer as object), ["label", "probability", "scores", "known"]);
      assert.deepEqual(again, answer);
    },
  },
  {
    // Ctrl-C while the second epoch is told of.
    before: `${ROWS}
      const say = console.log;
      console.log = (line) => {
        say(line);
        if (line.startsWith("epoch 2 ")) process.emit("SIGINT");
      };`,
    after: `say((await TextClassifier.load("lstm.keras")).labels.join());`,
    check: (said: string) =>
      assert.match(said, /^epoch 1 of 20: loss 0\.\d+\nepoch 2 of 20: loss 0\.\d+\nham,spam\n$/),
  },
  {
    before: `const more = Array.from({ length: 20 }, (_, i) => ({ text: "when is it", label: i % 2 ? "question" : "ham" }));`,
    after: `console.log(JSON.stringify([before, after].map(({ labels, model }) => [labels, model.learningRate])));`,
    check: (said: string) =>
      assert.deepEqual(JSON.parse(said), [
        [["ham", "spam"], 0.001],
        [["ham", "spam", "question"], 0.0005],
      ]),
  },
  {
    before: `process.env.PORT = "0";`,
    after: `server.once("listening", async () => {
        const post = (body) => fetch(\`http://localhost:\${server.address().port}\`, { method: "POST", body });
        const answer = await post("free entry in a weekly draw");
        const { status } = await post("free ".repeat(3000));
        console.log(JSON.stringify([answer.headers.get("content-type"), await answer.json(), status]));
        server.close();
      });`,
    check: (said: string) => {
      const [type, answer, status] = JSON.parse(said) as unknown[];
      assert.equal(type, "application/json");
      assert.deepEqual(Object.keys(answer as object), ["label", "probability", "scores", "known"]);
      assert.equal(status, 413);
    },
  },
  {
    before: `const x = Array.from({ length: 40 }, (_, r) => Array.from({ length: 200 }, (_, t) => (r * t) % 1000));
      const y = x.map((_, r) => r % 2);
      const another = [
        layers.input({ shape: [null] }),
        layers.embedding({ inputDim: 1000, outputDim: 4 }),
        layers.globalAveragePooling1D(),
        layers.dense({ units: 1 }),
      ];
      await sequential(another).save("anything.keras");`,
    after: `console.log(theirs.countParams());`,
    check: (said: string) => assert.match(said, /Total params: 30,977[\s\S]*\n4005\n$/),
  },
];

describe("the README's code", () => {
  // Inside the package, so that its own name leads to it.
  const inside = join(ROOT, "build", `readme-${process.pid}`);
  before(() => mkdirSync(inside, { recursive: true }));
  after(() => rmSync(inside, { recursive: true, force: true }));
  const text = readFileSync(join(ROOT, "README.md"), "utf8");
  const blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);

  test("is tested, all of it", () => {
    assert.equal(blocks.length, AROUND.length);
  });

  for (const [i, { before, after, check }] of AROUND.entries()) {
    test(`block ${i + 1}: ${/import (.*) from/.exec(blocks[i]!)![1]}`, () => {
      const script = join(inside, `${i}.mjs`);
      writeFileSync(script, `${before}\n${blocks[i]}\n${after}\n`);
      check(run(script, [], inside));
    });
  }
});
