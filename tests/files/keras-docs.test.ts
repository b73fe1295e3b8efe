/** docs/keras.md says of every layer and option what the code does with it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Json, JsonObject } from "../../src/base/json.js";
import { CUDNN_KINDS } from "../../src/formats/keras/cudnn.js";
import { readLayer, readNode, writeLayer } from "../../src/formats/keras/layer-config.js";
import { COMPUTING_KINDS } from "../../src/formats/keras/layer-kinds.js";
import { Notes } from "../../src/formats/keras/receipt.js";
import { camelToSnake } from "../../src/network/graph.js";

const page = readFileSync(new URL("../../../docs/keras.md", import.meta.url), "utf8");

/** The rows of the table whose head begins with this word. */
function table(head: string): string[][] {
  const from = page.indexOf(`| ${head} |`);
  const lines = page.slice(from).split("\n");
  const end = lines.findIndex((line) => !line.startsWith("|"));
  return lines.slice(2, end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const RECURRENT = ["LSTM", "GRU", "SimpleRNN"];
const CELLS = ["LSTMCell", "GRUCell", "SimpleRNNCell"];
const GROUPS: Record<string, string[]> = { recurrent: RECURRENT, cells: CELLS };
const classesIn = (cell: string) => cell.match(/\b[A-Z][A-Za-z0-9]+/g) ?? [];

interface OptionRow {
  option: string;
  classes: string[];
  read: string;
  written: string;
}
const OPTIONS = table("option").flatMap(([options, layers, read, , , written]): OptionRow[] => {
  const named = layers!.split(", ").flatMap((name) => GROUPS[name] ?? [name]);
  const classes = named.filter((name) => COMPUTING_KINDS.has(name));
  return options!.split(", ").map((option) => {
    return { option: option.replaceAll("`", ""), classes, read: read!, written: written! };
  });
});

/** What a layer cannot be without. */
const LSTM = { class_name: "LSTM", config: { units: 2 } };
const CELL = { class_name: "LSTMCell", config: { units: 2 } };
const NEEDED: Record<string, JsonObject> = {
  ...Object.fromEntries([...RECURRENT, ...CELLS, "Dense"].map((name) => [name, { units: 2 }])),
  Activation: { activation: "relu" },
  Embedding: { input_dim: 3, output_dim: 2 },
  AveragePooling1D: { pool_size: 2 },
  Bidirectional: { layer: LSTM },
  RNN: { cell: CELL },
  StackedRNNCells: { cells: [CELL] },
  Conv1D: { filters: 2, kernel_size: 2 },
  TimeDistributed: { layer: { class_name: "Dense", config: { units: 2 } } },
  RepeatVector: { n: 2 },
  Reshape: { target_shape: [2, 3] },
  Permute: { dims: [2, 1] },
  Dropout: { rate: 0.5 },
  SpatialDropout1D: { rate: 0.5 },
};

/** Values unlike Keras's defaults, by option. Numbers and truth values follow from the default. */
const VALUES: Record<string, Json> = {
  axis: 1,
  backward_layer: { class_name: "GRU", config: { units: 2, go_backwards: true } },
  cell: [{ class_name: "GRUCell", config: { units: 3 } }],
  cells: [{ class_name: "GRUCell", config: { units: 3 } }],
  data_format: "channels_first",
  dims: [1, 2],
  layer: { class_name: "Dense", config: { units: 7 } },
  lora_rank: 4,
  max_value: 6,
  merge_mode: "sum",
  noise_shape: [1, 1],
  padding: "same",
  pool_size: 3,
  quantization_config: { mode: "int8" },
  input_length: 9,
  score_mode: "concat",
  seed: 5,
  shared_axes: [1],
  strides: 3,
  target_shape: [3, 2],
  implementation: 1,
};

function probeFor(option: string, fallback: unknown, className: string): Json {
  if (className === "Bidirectional" && option === "layer") return { class_name: "GRU", config: { units: 2 } };
  if (className === "ZeroPadding1D") return 3;
  if (option in VALUES) return VALUES[option]!;
  if (/activation$/.test(option)) return className === "Activation" ? "tanh" : "softsign";
  if (option.endsWith("initializer")) return "random_normal";
  if (option.endsWith("regularizer")) return "l2";
  if (option.endsWith("constraint")) return { class_name: "MaxNorm", config: {} };
  if (typeof fallback === "number") return fallback < 1 ? fallback / 2 + 0.125 : fallback + 1;
  return fallback !== true;
}

function read(className: string, config: JsonObject) {
  const notes = new Notes();
  const node = {
    class_name: className,
    config: { name: "probe", ...NEEDED[className], ...config },
  };
  const context = { file: "f", major: 3, minor: 15, notes };
  return { layer: readLayer(readNode(node, "here"), context, "here"), notes };
}

const optionOf = (layer: object, option: string) => {
  const ours = option.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return (layer as { options: Record<string, unknown> }).options[ours];
};

describe("docs/keras.md is true of the code", () => {
  test("a layer is in the table as read where it is read", () => {
    const rows = table("layer");
    const said = (yes: boolean) =>
      rows.filter(([, read]) => read!.startsWith("yes") === yes).flatMap(([layers]) => classesIn(layers!));
    for (const name of COMPUTING_KINDS.keys()) assert.ok(said(true).includes(name), `${name} is read`);
    const known = new Set([...COMPUTING_KINDS.keys(), ...CUDNN_KINDS.keys(), "TextVectorization"]);
    for (const name of said(true)) assert.ok(known.has(name), `${name} is not read`);
    for (const name of said(false)) assert.ok(!known.has(name), `${name} is read`);
  });

  test("every option of every layer has a row, and every row an option", () => {
    for (const [className, { options }] of COMPUTING_KINDS) {
      for (const option of Object.keys(options).map(camelToSnake)) {
        const found = OPTIONS.some((row) => row.option === option && row.classes.includes(className));
        assert.ok(found, `no row says of ${className} what becomes of ${option}`);
      }
    }
    for (const { option, classes, read } of OPTIONS.filter((row) => row.read.startsWith("yes"))) {
      for (const name of classes) {
        const keys = Object.keys(COMPUTING_KINDS.get(name)!.options).map(camelToSnake);
        assert.ok(keys.includes(option), `${name} has no ${option} that is ${read}`);
      }
    }
  });

  for (const { option, classes, read: says, written } of OPTIONS) {
    for (const className of classes) {
      test(`${className} ${option}: ${says}`, () => {
        const plain = read(className, {});
        const before = optionOf(plain.layer, option);
        const config = { [option]: probeFor(option, before, className) };
        if (says.startsWith("refused") || says.startsWith("where nothing")) {
          assert.throws(() => read(className, config), /^InputError: here/);
        } else {
          const { layer, notes } = read(className, config);
          assert.equal(notes.warnings.length, says.startsWith("warned") ? 1 : 0, notes.warnings.join());
          assert.equal(notes.ignored.length, 0, notes.ignored.join());
          if (says.startsWith("yes")) assert.notDeepEqual(optionOf(layer, option), before);
        }
        const wrote = writeLayer(plain.layer, undefined)["config"] as JsonObject;
        const kept = written.startsWith("yes") || written === "as false";
        assert.equal(Object.hasOwn(wrote, option), kept, `written: ${written}`);
      });
    }
  }
});
