/** cellstate convert IN OUT: a model or classifier from one format to another, by OUT's extension. */

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import { pathOf } from "../base/node-files.js";
import { printable } from "../base/text.js";
import { ENGINES } from "../engines/engines.js";
import type { Receipt } from "../formats/keras/receipt.js";
import { WEIGHT_KINDS, type WeightKind } from "../formats/module/weights-text.js";
import { type Chosen, ENDINGS, formatOf } from "../formats/registry.js";
import { saveAs } from "../formats/save.js";
import { loadFile } from "../model/load.js";
import { type Model, remarksOf } from "../model/model.js";
import { asInput, largestDifference, sampleInput } from "../model/sample-input.js";
import { nestedRows } from "../network/arrays.js";
import { textKindOf } from "../tokens/text-part.js";
import { note, say } from "./context.js";
import { sayNotes } from "./notes.js";
import { choice, refuseIdle } from "./options.js";
import { checkOutputs } from "./outputs.js";

interface Flags {
  weights: WeightKind;
  receipt?: boolean;
}

type Answers = (path: string, model: Model) => Promise<ArrayLike<number>>;

/** What a written file answers to the model's sample input, where that can be run here. */
function answersIn({ isRead, ending }: Chosen): Answers | null {
  if (isRead) return readAgain;
  return ending === "mjs" ? runModule : null;
}

export function convertCommand(program: Command): void {
  const endings = ENDINGS.map((ending) => `.${ending}`);
  const command = program
    .command("convert")
    .description("write a model in another format")
    .argument("<in>", "a .keras, .h5 or .safetensors file, or a TensorFlow.js model.json")
    .argument("<out>", `the file to write; its ending says the format: ${endings.join(", ")}`)
    .addOption(
      choice(
        "--weights <kind>",
        "of an ES module or page: bytes with scales, or exact",
        WEIGHT_KINDS,
      ).default("int8"),
    )
    .option("--receipt", "print what was read, what was assumed, and whether engines and file agree")
    .action(async (from: string, to: string, flags: Flags) => {
      const format = formatOf(to);
      refuseIdle(command, { weights: !["mjs", "html"].includes(format.ending) && `with ${to}` });
      await convert(from, to, format, flags);
    });
}

async function convert(from: string, to: string, format: Chosen, flags: Flags): Promise<void> {
  const source = await loadFile(from, { engine: "reference" });
  const path = pathOf(to);
  if (format.ending === "json") mkdirSync(dirname(path), { recursive: true });
  await checkOutputs({ OUT: path }, [from]);
  // The receipt has them among the rest.
  if (flags.receipt) remarksOf(source.model).say(true, null, "convert");
  else sayNotes(source.model, true);
  const { bytes, files, leftOut } = await saveAs(source, to, flags.weights);
  for (const text of leftOut) remarksOf(source.model).tell(text);
  say(
    printable(
      `${to}: ${format.what}, ${bytes.toLocaleString("en")} bytes${files > 1 ? ` in ${files} files` : ""}`,
    ),
  );
  if (source.extras !== null && !format.keepsExtras) {
    note(
      printable(
        `${to}: the network alone; an ${format.what} has no place for ${from}'s vocabulary${textKindOf(source.extras) === "text-regressor" ? "" : " and labels"}.`,
      ),
    );
  }
  if (flags.receipt) {
    for (const line of receiptLines(source.receipt)) say(printable(line));
    for (const line of await comparisonLines(from, source.model, to, answersIn(format))) say(printable(line));
  }
  source.model.dispose();
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
async function comparisonLines(
  from: string,
  model: Model,
  to: string,
  answers: Answers | null,
): Promise<string[]> {
  const wanted = await answersOf(model);
  const line = (what: string, found: ArrayLike<number>) =>
    `check ${what}: differs from the reference engine by at most ${largestDifference(found, wanted).toExponential(1)}`;
  const lines: string[] = [];
  for (const engine of ENGINES.available()) {
    if (engine === "reference") continue;
    const { model } = await loadFile(from, { engine, onWarning: null });
    lines.push(line(`${engine} engine`, await answersOf(model)));
    model.dispose();
  }
  if (answers) lines.push(line(to, await answers(to, model)));
  return lines;
}

const answersOf = async (model: Model): Promise<Float32Array> =>
  (await model.predictFlatAsync(asInput(sampleInput(model)))).data;

async function readAgain(path: string): Promise<ArrayLike<number>> {
  const { model } = await loadFile(path, { engine: "reference", onWarning: null });
  const answers = await answersOf(model);
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
