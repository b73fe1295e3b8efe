/** cellstate explain probe MODEL DATA: what a linear classifier reads off each layer's states. */
import type { Command } from "commander";
import { inputError } from "../../base/errors.js";
import { counted, percent } from "../../base/numbers.js";
import { printable, printableJson, wrapToWidth } from "../../base/text.js";
import { TextClassifier } from "../../classifier/classifier.js";
import { KINDS } from "../../explain/units/features.js";
import { PROBE_DEFAULTS, type ProbeStudy, probeLayers } from "../../explain/units/linear-probe.js";
import { between, say, whole } from "../context.js";
import { refuseIdle } from "../options.js";
import { type Style, styleFor, WIDTH } from "../terminal.js";
import { table } from "../ui/table.js";
import { kindOf } from "./ablate.js";
import { openStudy, type StudyFlags, studyOptions } from "./studied.js";
import { list } from "./units.js";

interface Flags extends StudyFlags {
  parts: string[];
  words?: string;
  pattern?: string;
  penalty: number;
  sample: number;
  json?: boolean;
}

export function probeCommand(explain: Command): void {
  const command = explain
    .command("probe")
    .description("what a linear classifier reads off each layer's states, beside a control");
  const { penalty, sample } = PROBE_DEFAULTS;
  studyOptions(command)
    .option("--words <kind>", `words of a kind in place of labels: ${KINDS.join(", ")}, pattern`)
    .option("--pattern <regex>", "what --words pattern matches")
    .option("--parts <list>", "gates and states to read, as hidden,cell", list, ["hidden"])
    .option(
      "--penalty <c>",
      "C of the logistic regression, as scikit-learn has it",
      between("penalty", 1e-6, 1e6),
      penalty,
    )
    .option("--sample <n>", "texts that it learns from and is tested on", whole("sample", 4), sample)
    .option("--json", "everything as one JSON object")
    .action(async (source: string, data: string, flags: Flags) => {
      refuseIdle(command, {
        pattern: flags.words !== "pattern" && "without --words pattern",
        unlabelled: flags.words === undefined && "without --words",
      });
      const words = kindOf(flags);
      const study = await openStudy(command, source, data, flags);
      if (!words && !(study.text instanceof TextClassifier)) {
        throw inputError({
          expected: "a classifier of one label a text, or --words",
          where: source,
          next: "A probe of --words needs no labels.",
        });
      }
      const walk = study.walk({ parts: flags.parts });
      try {
        const { penalty: C, sample: most, seed } = flags;
        const found = await probeLayers(walk, study.texts(), {
          ...{ classes: study.targets.names, words, penalty: C, sample: most, seed },
        });
        say(
          flags.json
            ? printableJson({ model: source, data, ...found })
            : probeText(found, styleFor(process.stdout)),
        );
      } finally {
        walk.dispose();
      }
    });
}

function probeText(study: ProbeStudy, style: Style): string {
  const { of, texts, examples, majority, penalty, probes } = study;
  const what = of === "label" ? "the label, off the state after the last word" : `words of the kind ${of}`;
  return [
    ...wrapToWidth(
      printable(
        `A linear probe of ${what}: learned from ${counted(examples.train, "example")} of ${counted(texts.train, "text")}, tested on ${counted(examples.test, "example")} of ${counted(texts.test, "other", "others")} (C = ${penalty}). Always the most frequent class: ${percent(majority)}. The control is a task with nothing to be found; selectivity is how far above it the probe is.`,
      ),
      WIDTH,
    ),
    "",
    style.bold("What is read off each:"),
    table([
      ["", "accuracy", "control", "selectivity"],
      ...probes.map(({ layer, part, accuracy, control, selectivity }) => [
        printable(`${layer} ${part}`),
        percent(accuracy),
        percent(control),
        `${(selectivity * 100).toFixed(1).replace("-", "−")}`,
      ]),
    ]),
  ].join("\n");
}
