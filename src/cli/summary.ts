/** cellstate summary MODEL: Keras's own table. */

import type { Command } from "commander";
import { printableJson } from "../base/text.js";
import { PRESET_NAMES } from "../classifier/presets.js";
import type { EngineChoice } from "../engines/registry.js";
import type { Definitions } from "../formats/python/script.js";
import { describeModel } from "../model/describe.js";
import type { Model } from "../model/model.js";
import { selfCheck } from "../model/self-check.js";
import { isScript } from "../model/source.js";
import { say, whole } from "./context.js";
import { define, idleFor, namedModel, openModel, openScript, readModel, sourceOf } from "./models.js";
import { choice, refuseIdle } from "./options.js";
import { sayScript } from "./script.js";
import { receiptText } from "./ui/receipt.js";

interface Flags {
  format: "keras3" | "keras2";
  lineLength?: number;
  vocabulary: number;
  length: number;
  classes: number;
  define?: Definitions;
  receipt?: boolean;
  json?: boolean;
}

export function summaryCommand(program: Command): void {
  const command = program
    .command("summary")
    .description("print a model's layers, shapes and parameters as Keras does")
    .argument(
      "<model>",
      `a model file, a Keras script (.py or .ipynb, never run), or a preset: ${PRESET_NAMES.join(", ")}`,
    )
    .addOption(choice("--format <name>", "whose table", ["keras3", "keras2"]).default("keras3"))
    .option("--line-length <n>", "width of the table", whole("line-length", 20))
    .option("--vocabulary <n>", "of a preset", whole("vocabulary", 2), 1000)
    .option("--length <n>", "of a preset", whole("length", 1), 200)
    .option("--classes <n>", "of a preset", whole("classes", 2), 2)
    .option(
      "--define <expression=value>",
      'what a script computes, in its words: "len(chars)=57" (repeatable)',
      define,
    )
    .option(
      "--receipt",
      "of a file or script: what was read, assumed and left aside, and a check of the engines",
    )
    .option("--json", "layers and counts as one JSON object")
    .action(async (source: string, flags: Flags) => {
      const noTable = (flags.receipt && "with --receipt") || (flags.json && "with --json");
      refuseIdle(command, {
        ...idleFor(source),
        format: noTable,
        lineLength: noTable,
        receipt: sourceOf(source) === "a preset" && "with a preset",
      });
      if (flags.receipt) return sayReceipt(source, flags);
      const { define: definitions, vocabulary, length, classes } = flags;
      const model = namedModel(source, { vocabulary, length, classes }) ?? (await open(source, definitions));
      if (flags.json) return say(printableJson(describeModel(model)));
      const { format, lineLength } = flags;
      const terminalColumns = process.stdout.isTTY ? process.stdout.columns : undefined;
      say(model.summary({ format, lineLength, terminalColumns }));
    });
}

/** The model of a file or script; of a script, what was taken from it goes to stderr. */
async function open(source: string, definitions: Definitions | undefined): Promise<Model> {
  if (!isScript(source)) return (await openModel(source)).model;
  const script = await openScript(source, { definitions });
  sayScript(source, script);
  return script.model;
}

async function sayReceipt(source: string, { json, define: definitions }: Flags): Promise<void> {
  const open = (engine: EngineChoice) => readModel(source, { engine, definitions });
  const { receipt, model } = await open("reference");
  model.dispose();
  const check = await selfCheck(async (engine) => (await open(engine)).model);
  say(json ? printableJson({ receipt, selfCheck: check }) : receiptText(source, receipt, check));
}
