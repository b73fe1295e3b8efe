/** cellstate explain probe MODEL DATA: what a linear classifier reads off each layer's states. */
import type { Command } from "commander";
import { counted, percent } from "../../base/numbers.js";
import { printable, printableJson, wrapToWidth } from "../../base/text.js";
import { KINDS } from "../../explain/units/features.js";
import {
  PROBE_BOUNDS,
  PROBE_DEFAULTS,
  type ProbeStudy,
  probeLayers,
} from "../../explain/units/linear-probe.js";
import type { UnitPart } from "../../explain/units/parts.js";
import { between, say, whole } from "../context.js";
import { refuseIdle } from "../options.js";
import { type Style, styleFor, WIDTH } from "../terminal.js";
import { status } from "../ui/status.js";
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
  const { parts, penalty, sample } = PROBE_DEFAULTS;
  studyOptions(command)
    .option("--words <kind>", `words of a kind in place of labels: ${KINDS.join(", ")}, pattern`)
    .option("--pattern <regex>", "what --words pattern matches")
    .option("--parts <list>", "gates and states to read, as hidden,cell", list, [...parts])
    .option(
      "--penalty <c>",
      "C of the logistic regression, as scikit-learn has it",
      between("penalty", ...PROBE_BOUNDS.penalty),
      penalty,
    )
    .option(
      "--sample <n>",
      "texts that it learns from and is tested on",
      whole("sample", ...PROBE_BOUNDS.sample),
      sample,
    )
    .option("--json", "everything as one JSON object")
    .action(async (source: string, data: string, flags: Flags) => {
      refuseIdle(command, {
        pattern: flags.words !== "pattern" && "without --words pattern",
        unlabelled: flags.words === undefined && "without --words",
      });
      const words = kindOf(flags);
      const { network, texts } = await openStudy(command, source, data, flags);
      const { layer, parts, penalty, sample, seed } = flags;
      const found = await probeLayers(network, texts, {
        onProgress: status.told,
        ...{ parts: parts as UnitPart[], penalty, sample, seed },
        ...(layer === undefined ? {} : { layer }),
        ...(words === undefined ? {} : { words }),
      });
      say(
        flags.json
          ? printableJson({ model: source, data, ...found })
          : probeText(found, styleFor(process.stdout)),
      );
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
