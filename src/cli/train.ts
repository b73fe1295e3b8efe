/** cellstate train DATA: from labelled texts to a measured, saved classifier. */
import type { Command } from "commander";
import { EFFORTS } from "../classifier/options.js";
import { PRESET_NAMES } from "../classifier/presets.js";
import { LIMITS } from "../classifier/training.js";
import { OPTIMIZER_DEFAULTS } from "../objectives/optimizers.js";
import { SEGMENTATIONS, SIDES } from "../tokens/options.js";
import { bytes, engineOptions, positive, seconds, share, whole } from "./context.js";
import { columnFlags, DATA, labelColumn, separatorFlag, splitFlags } from "./data.js";
import { define } from "./models.js";
import { choice, refuseIdle } from "./options.js";
import { AMOUNTS, LABEL_SETS } from "./output-kinds.js";
import { runOutputTraining } from "./output-training.js";
import { trainCommandLine } from "./reproduce.js";
import { SEGMENT_HELP, tokenizerOption } from "./tokenizer.js";
import { TARGETS, type TrainFlags } from "./train-flags.js";
import {
  AUTO,
  idleInChoosing,
  idleInTraining,
  idleWithModel,
  idleWithOutput,
  planTraining,
} from "./train-plan.js";
import { runTraining } from "./training.js";

export function trainCommand(program: Command): void {
  const command = program
    .command("train")
    .description("learn a classifier from labelled texts, measure it and save it")
    .argument("<data>", DATA);
  separatorFlag(splitFlags(tokenizerOption(columnFlags(command, true))))
    .option("--test <data>", "measure on this data instead of a part held out")
    .option(
      "--test-split <share>",
      "part held out to measure on, where there is no --test",
      share("test-split"),
      0.2,
    )
    .option(
      "--folds <n>",
      "cross-validate: hold out each of n parts once, then learn from all rows",
      whole("folds", 2),
    )
    .option(
      "--model <name|file>",
      `auto (the data chooses), linear (over words and pairs of them), ${PRESET_NAMES.join(", ")}, a model file to start from, or a Keras script (.py or .ipynb)`,
      AUTO,
    )
    .addOption(
      choice(
        "--effort <name>",
        "how much auto tries: n-grams alone, a network beside them, up to three",
        EFFORTS,
      ).default("medium"),
    )
    .option(
      "--budget <time>",
      "time that auto may take, from file to saved model: 60s, 10m (default: what it needs)",
      seconds("budget"),
    )
    .option(
      "--max-size <bytes>",
      "most that the saved file of n-grams may take: 600KB, 2MB",
      bytes("max-size"),
    )
    .option("--replay <file>", "run what ran for this classifier of auto, with its effort and seed")
    .option(
      "--old-data <data>",
      "what the model file's classifier learned from, to be learned again beside DATA",
    )
    .option(
      "--define <expression=value>",
      'what a script computes, in its words: "len(chars)=57" (repeatable)',
      define,
    )
    .option(
      "--vocabulary <n>",
      "words to know, padding included (default: 1000)",
      whole("vocabulary", 2, LIMITS.vocabulary),
    )
    .option("--length <n>", "words of each text to read (default: 200)", whole("length", 1, LIMITS.length))
    .option(
      "--vectors <file>",
      "word vectors to begin with: GloVe, word2vec or fastText, text or binary, also .gz",
    )
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
    .option("--epochs <n>", "most passes over the data", whole("epochs", 1), 20)
    .option("--patience <n>", "passes without improvement before stopping", whole("patience", 1), 3)
    .option("--batch-size <n>", "texts a step", whole("batch-size", 1), 32)
    .option("--validation-split <share>", "part held out to stop by; 0: none", share("validation-split"), 0.1)
    .addOption(choice("--optimizer <name>", "what learns (default: adam)", Object.keys(OPTIMIZER_DEFAULTS)))
    .option("--learning-rate <x>", "default: the optimizer's", positive("learning-rate"))
    .option("--balance", "weigh labels so that each counts alike")
    .addOption(
      choice(
        "--target <what>",
        "what labels are: classes, even where they look like amounts or ids; or amounts, to learn a number a text",
        TARGETS,
      ),
    )
    .option("--multi-label", "learn any number of labels a text: lists, cells as a;b, or columns of 0 and 1")
    .option("--seed <n>", "what everything random follows from", whole("seed"), 0)
    .option(
      "--scratch <folder>",
      "keep rows in a file there, not in memory (default: beside --out, where texts are more than 64 MB)",
    )
    .option("--in-memory", "keep rows in memory, however many they are")
    .option("--out <file>", "where the classifier goes (default: the data's name with .keras)")
    .option("--report <file>", "also write a page with curves, confusion matrix and mistakes")
    .option("--card <file>", "also write a model card: Markdown to be kept beside the classifier")
    .option(
      "--track <file>",
      "also write how gates, gradients and weights change, epoch by epoch: .html or .json",
    )
    .option("--keep-epochs <folder>", "also save the classifier as it is after each epoch: epoch-1.keras …")
    .option("--checkpoint <folder>", "keep the state of training there")
    .option("--checkpoint-every <seconds>", "and renew it this often", positive("checkpoint-every"), 10)
    .option("--resume", "go on from the checkpoint, if there is one")
    .option("--mistakes <n>", "how many of the worst mistakes to show", whole("mistakes"), 5)
    .option("--json", "a JSON object as the last line of output");
  engineOptions(command).action(async (data: string, flags: TrainFlags) => {
    const isGiven = (flag: keyof TrainFlags) => command.getOptionValueSource(flag) === "cli";
    for (const idle of [idleWithOutput(flags), idleInTraining(data, flags), idleInChoosing(flags)])
      refuseIdle(command, idle);
    if (!flags.multiLabel) labelColumn(flags);
    const plan = await planTraining(data, flags, isGiven);
    refuseIdle(command, idleWithModel(plan));
    const commandWith = (engine: string) => trainCommandLine(command, data, plan, engine);
    if (flags.multiLabel) await runOutputTraining(data, plan, LABEL_SETS, commandWith);
    else if (flags.target === "amounts") await runOutputTraining(data, plan, AMOUNTS, commandWith);
    else await runTraining(data, plan, commandWith);
  });
}
