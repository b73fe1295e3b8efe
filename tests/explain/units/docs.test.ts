/** The program of docs/units.md runs as it stands there, by the package's name. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { layers, sequential, TextClassifier } from "../../../src/index.js";
import { parsePage } from "../../report/page.js";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
// Inside the package, so that its own name leads to it.
const folder = join(ROOT, "build", `units-${process.pid}`);
after(() => rmSync(folder, { recursive: true, force: true }));

test("docs/units.md, in code: a survey, its page, spans, what is lost, what is read off, two networks, recordings", async () => {
  const text = readFileSync(join(ROOT, "docs/units.md"), "utf8");
  const programs = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
  assert.equal(programs.length, 1);
  mkdirSync(folder, { recursive: true });
  const lines = readFileSync(join(ROOT, "examples/data/sms-spam.tsv"), "utf8").split("\n").slice(0, 400);
  writeFileSync(join(folder, "sms-spam.tsv"), `${lines.join("\n")}\n`);
  const rows = lines.slice(1).map((line) => {
    const [label, message] = line.split("\t") as [string, string];
    return { text: message, label };
  });
  for (const [name, seed] of [
    ["sms.keras", 1],
    ["other.keras", 2],
  ] as const) {
    const model = sequential(
      [
        layers.embedding({ inputDim: 300, outputDim: 4, inputLength: 20 }),
        layers.lstm({ units: 3 }),
        layers.dense({ units: 1, activation: "sigmoid" }),
      ],
      { seed },
    );
    const options = { vocabulary: 300, length: 20, epochs: 6, learningRate: 0.02, validationSplit: 0, seed };
    const classifier = await TextClassifier.train(rows, { ...options, model });
    await classifier.save(join(folder, name));
  }
  writeFileSync(join(folder, "program.mjs"), programs[0]!);
  const { stdout, stderr, status } = spawnSync(process.execPath, ["program.mjs"], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  assert.match(
    stdout,
    /^(ham|spam) (hidden|cell|input|forget|candidate|output) -?0\.\d+\n0 \d+\n\d+ -?0\.\d+(e-\d+)? -?[0-9.e-]+ 0\.\d+\n\d+ \d+\n$/,
  );
  const [, found, , , , recorded, again] = /\n0 \d+\n(\d+) (\S+) (\S+) (\S+)\n(\d+) (\d+)\n$/.exec(stdout)!;
  assert.ok(Number(found) > 0);
  assert.equal(recorded, again);
  parsePage(readFileSync(join(folder, "units.html"), "utf8"));
});
