import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { InputError } from "../../src/base/errors.js";
import { displayWidth } from "../../src/base/text.js";
import { readableBytes, type SummaryModel } from "../../src/model/summary/data.js";
import { type SummaryOptions, summaryTable } from "../../src/model/summary.js";

const golden = new URL("../../../tests/model/golden/", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, golden), "utf8");
const cases: { file: string; model: SummaryModel; options: SummaryOptions }[] = JSON.parse(
  read("cases.json"),
);
const modelOf = (file: string) => cases.find((each) => each.file === file)!.model;

describe("Keras 3.15.1's own table, to the character", () => {
  for (const { file, model, options } of cases) {
    const printed = read(`${file}.txt`);
    test(file, () => {
      if (printed.startsWith("ValueError: Insufficient console width")) {
        assert.throws(() => summaryTable(model, options), InputError);
      } else {
        assert.equal(`${summaryTable(model, options)}\n`, printed);
      }
    });
  }
});

describe("Keras 2.14's table", () => {
  const files = readdirSync(golden).filter((file) => file.startsWith("keras2-"));
  const optionsOf = (file: string): SummaryOptions => {
    if (file.includes("shown")) return { showTrainable: true };
    return file.includes("length-50") ? { lineLength: 50 } : {};
  };
  for (const file of files) {
    test(file, () => {
      const model = modelOf(file.slice("keras2-".length, -".txt".length));
      assert.equal(`${summaryTable(model, { format: "keras2", ...optionsOf(file) })}\n`, read(file));
    });
  }

  test("a model that is not built is refused, as Keras 2 refuses it", () => {
    assert.throws(() => summaryTable(modelOf("flagship-unbuilt"), { format: "keras2" }), /built model/);
  });
});

test("the flagship's counts and totals", () => {
  const table = summaryTable(modelOf("flagship"));
  const counts = [...table.matchAll(/([\d,]+) │$/gm)].map(([, count]) => count);
  assert.deepEqual(counts, ["16,000", "6,272", "0", "0", "8,448", "257"]);
  assert.match(table, /^ Total params: 30,977 \(121\.00 KB\)$/m);
});

test("no line is wider than the terminal", () => {
  for (const terminalColumns of [30, 47, 80, 81, 133]) {
    for (const { model } of cases) {
      const lines = summaryTable(model, { terminalColumns, lineLength: 140 }).split("\n");
      for (const line of lines) assert.ok(displayWidth(line) <= terminalColumns, line);
    }
  }
});

test("bytes are worded as Python words them, halves to even", () => {
  const words: [number, string][] = [
    [0, "0.00 B"],
    [1023, "1023.00 B"],
    [1024, "1.00 KB"],
    [1152, "1.12 KB"],
    [1408, "1.38 KB"],
    [1664, "1.62 KB"],
    [1920, "1.88 KB"],
    [123908, "121.00 KB"],
    [1024 ** 3 * 2.5, "2.50 GB"],
    [1024 ** 6 * 3, "3072.00 PB"],
  ];
  for (const [bytes, word] of words) assert.equal(readableBytes(bytes), word);
  assert.equal(readableBytes(5, "Byte"), "5.00 Byte");
});
