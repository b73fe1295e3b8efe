/** cellstate tune DATA: settings of a network that fit the data, found by trying. */
import type { Command } from "commander";
import { SEGMENTATIONS, SIDES } from "../tokens/options.js";
import { engineOptions, seconds, share, whole } from "./context.js";
import { columnFlags, DATA, splitFlags } from "./data.js";
import { define } from "./models.js";
import { choice } from "./options.js";
import { SEGMENT_HELP, tokenizerOption } from "./tokenizer.js";
import { spaceOptions } from "./tune-space.js";
import { runTuning, type TuneFlags } from "./tuning.js";

export function tuneCommand(program: Command): void {
  const command = program
    .command("tune")
    .description("search settings of networks: options of train with lists (16,32,64) or ranges (1e-4..1e-2)")
    .argument("<data>", DATA);
  spaceOptions(splitFlags(tokenizerOption(columnFlags(command))))
    .option("--test <data>", "data to measure on later: nothing of DATA is left aside for it")
    .option("--test-split <share>", "part left aside, as train does", share("test-split"), 0.2)
    .option(
      "--define <expression=value>",
      'what a script computes, in its words: "len(chars)=57" (repeatable)',
      define,
    )
    .option("--vectors <file>", "word vectors to begin with")
    .option("--freeze-vectors", "leave them as they are (default: they are tuned)")
    .addOption(
      choice("--front-end <name>", "how texts become words", ["tokenizer", "textVectorization"]).default(
        "tokenizer",
      ),
    )
    .addOption(choice("--segment <how>", SEGMENT_HELP, SEGMENTATIONS))
    .addOption(choice("--pad, --padding <side>", "where short texts are filled up (default: pre)", SIDES))
    .addOption(
      choice("--truncate, --truncating <side>", "where long texts are cut (default: as padding)", SIDES),
    )
    .option("--trials <n>", "settings to begin with", whole("trials", 1), 27)
    .option("--epochs <n>", "most passes over the data of a trial", whole("epochs", 1), 20)
    .option("--patience <n>", "passes without improvement before a trial stops", whole("patience", 1), 3)
    .option("--validation-split <share>", "part held out to judge trials by", share("validation-split"), 0.1)
    .option("--balance", "weigh labels so that each counts alike")
    .option("--seed <n>", "what everything random follows from", whole("seed"), 0)
    .option(
      "--budget <time>",
      "time that it may take: 90s, 10m, 2h (default: what it needs)",
      seconds("budget"),
    )
    .option("--folder <folder>", "keep the search there, and go on from what it holds")
    .option("--out <file>", "also save the best classifier (.keras)")
    .option("--report <file>", "also write a page with the trials, drawn and as a table")
    .option("--json", "a JSON object as the last line of output");
  // As typed, to be said again in the command that trains the winner.
  const typed: [name: string, value: string | null][] = [];
  for (const option of command.options) {
    command.on(`option:${option.name()}`, (value: string | undefined) =>
      typed.push([option.attributeName(), value ?? null]),
    );
  }
  engineOptions(command);
  for (const name of ["engine", "threads"]) {
    command.on(`option:${name}`, (value: string) => typed.push([name, value]));
  }
  command.action((data: string, flags: TuneFlags) => runTuning(data, flags, command, typed));
}
