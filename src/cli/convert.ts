/** cellstate convert IN OUT: a model or classifier from one format to another, by OUT's extension. */

import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import { writeAtomic } from "#files";
import { printable } from "../display/text.js";
import { createEngine, ENGINE_CHOICES } from "../engine/index.js";
import { InputError, inputError } from "../errors.js";
import { type KerasFile, type Receipt, writeKeras, writeKerasH5 } from "../formats/keras/index.js";
import { loadFile } from "../formats/load.js";
import { WEIGHT_KINDS, type WeightKind } from "../formats/module/weights-text.js";
import { writeClassifierModule, writeModelModule } from "../formats/module/write.js";
import { writeOnnx } from "../formats/onnx/write.js";
import { writeSafetensors } from "../formats/safetensors/write.js";
import { asInput, largestDifference, nestedRows, sampleInput } from "../formats/sample-input.js";
import { writeTfjs } from "../formats/tfjs/write.js";
import type { Model } from "../model/model.js";
import { TextClassifier } from "../text/classifier.js";
import { say } from "./context.js";
import { choice, refuseIdle } from "./options.js";

interface Flags {
  weights: WeightKind;
  receipt?: boolean;
}

interface Paths {
  from: string;
  to: string;
}

interface Target {
  /** What is written, in words. */
  what: string;
  /** The file's bytes, or those of it and of others in its folder by name, the file itself last. */
  write(source: KerasFile, paths: Paths, flags: Flags): Uint8Array | Map<string, Uint8Array>;
  /** What the written file answers to the model's sample input, where that can be run here. */
  answers?(path: string, model: Model): Promise<ArrayLike<number>>;
}

const TARGETS: Readonly<Record<string, Target>> = {
  keras: {
    what: "Keras archive",
    write: ({ model, extras }) => writeKeras(model, { extras }),
    answers: readAgain,
  },
  h5: { what: "HDF5 model", write: ({ model }) => writeKerasH5(model), answers: readAgain },
  mjs: { what: "ES module", write: moduleBytes, answers: runModule },
  onnx: { what: "ONNX model", write: ({ model, extras }) => writeOnnx(model, { extras }) },
  safetensors: {
    what: "safetensors file",
    write: ({ model, extras }) => writeSafetensors(model, { extras }),
    answers: readAgain,
  },
  json: { what: "TensorFlow.js layers model", write: tfjsFiles, answers: readAgain },
};

export function convertCommand(program: Command): void {
  const endings = Object.keys(TARGETS).map((ending) => `.${ending}`);
  const command = program
    .command("convert")
    .description("write a model in another format")
    .argument("<in>", "a .keras, .h5 or .safetensors file, or a TensorFlow.js model.json")
    .argument("<out>", `the file to write; its ending says the format: ${endings.join(", ")}`)
    .addOption(
      choice("--weights <kind>", "of an ES module: bytes with scales, or exact", WEIGHT_KINDS).default(
        "int8",
      ),
    )
    .option("--receipt", "print what was read, what was assumed, and whether engines and file agree")
    .action(async (from: string, to: string, flags: Flags) => {
      const target = targetOf(to);
      refuseIdle(command, { weights: target !== TARGETS["mjs"] && `with a ${target.what}` });
      await convert(from, to, target, flags);
    });
}

async function convert(from: string, to: string, target: Target, flags: Flags): Promise<void> {
  const source = await loadFile(from, { engine: "reference" });
  const written = target.write(source, { from, to }, flags);
  const files = written instanceof Uint8Array ? new Map([[basename(to), written]]) : written;
  if (files.size > 1) mkdirSync(dirname(to), { recursive: true });
  let total = 0;
  for (const [name, bytes] of files) {
    await writeAtomic(join(dirname(to), name), bytes);
    total += bytes.length;
  }
  const count = files.size > 1 ? ` in ${files.size} files` : "";
  say(printable(`${to}: ${target.what}, ${total.toLocaleString("en")} bytes${count}`));
  if (flags.receipt) {
    for (const line of receiptLines(source.receipt)) say(printable(line));
    for (const line of await comparisonLines(from, source.model, to, target)) say(printable(line));
  }
  source.model.dispose();
}

/** Shards first, so that `model.json` never names what is not there yet. */
function tfjsFiles({ model, extras }: KerasFile, { to }: Paths): Map<string, Uint8Array> {
  const json = basename(to);
  const files = writeTfjs(model, { extras, stem: json.replace(/\.json$/, "") });
  const named = [...files].map(([name, bytes]) => [name === "model.json" ? json : name, bytes] as const);
  return new Map(named.reverse());
}

function targetOf(path: string): Target {
  const ending = /\.([^./\\]+)$/.exec(path)?.[1] ?? "";
  if (Object.hasOwn(TARGETS, ending)) return TARGETS[ending]!;
  const expected = `a file ending in ${Object.keys(TARGETS)
    .map((known) => `.${known}`)
    .join(", ")}`;
  throw inputError({ expected, where: "convert", received: path });
}

/** With its texts and labels where the file is a classifier. */
function moduleBytes({ model, extras }: KerasFile, { from }: Paths, { weights }: Flags): Uint8Array {
  const source =
    extras === null
      ? writeModelModule(model, { weights })
      : writeClassifierModule(TextClassifier.fromModel(model, extras, from), { weights });
  return new TextEncoder().encode(source);
}

// ---- the receipt ------------------------------------------------------------------------------------------

function receiptLines({ format, kerasVersion, layers, parameters, ...notes }: Receipt): string[] {
  const version = kerasVersion ? ` of Keras ${kerasVersion}` : "";
  const list = (what: string, items: string[]) => items.map((item) => `  ${what}: ${item}`);
  return [
    `read ${format}${version}: ${layers} layers, ${parameters.toLocaleString("en")} parameters`,
    ...list("assumed", notes.filled),
    ...list("ignored", notes.ignored),
    ...list("warning", notes.warnings),
  ];
}

/** What the reference engine answers to made-up rows, against the other engines and the file that was written. */
async function comparisonLines(from: string, model: Model, to: string, target: Target): Promise<string[]> {
  const wanted = answersOf(model);
  const line = (what: string, found: ArrayLike<number>) =>
    `check ${what}: differs from the reference engine by at most ${largestDifference(found, wanted).toExponential(1)}`;
  const lines: string[] = [];
  for (const engine of ENGINE_CHOICES) {
    if (engine === "auto" || engine === "reference" || !runsHere(engine)) continue;
    const { model } = await loadFile(from, { engine });
    lines.push(line(`${engine} engine`, answersOf(model)));
    model.dispose();
  }
  if (target.answers) lines.push(line(to, await target.answers(to, model)));
  return lines;
}

function runsHere(engine: (typeof ENGINE_CHOICES)[number]): boolean {
  try {
    createEngine({ engine }).dispose();
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

const answersOf = (model: Model): Float32Array => model.predictFlat(asInput(sampleInput(model))).data;

async function readAgain(path: string): Promise<ArrayLike<number>> {
  const { model } = await loadFile(path, { engine: "reference" });
  const answers = answersOf(model);
  model.dispose();
  return answers;
}

/** Imports the module that was just written. */
async function runModule(path: string, model: Model): Promise<ArrayLike<number>> {
  const { predict } = (await import(`${pathToFileURL(path).href}?${Date.now()}`)) as {
    predict(rows: unknown): unknown[];
  };
  const rows = sampleInput(model).map(nestedRows);
  return predict(rows.length === 1 ? rows[0] : rows).flat(Number.POSITIVE_INFINITY) as number[];
}
