/** The options of what is explained of the outputs: which class, which step, what of it. */
import type { Command } from "commander";
import { oneOf } from "../../base/errors.js";
import {
  endsInProbabilities,
  OBJECTIVE_KINDS,
  type ObjectiveChoice,
  type ObjectiveKind,
} from "../../explain/objective.js";
import { whole } from "../context.js";
import { choice, refuseIdle } from "../options.js";
import { labelsOption } from "../tokenizer.js";
import type { Subject } from "./subject.js";

export interface ChosenFlags {
  label?: string;
  /** Which step of a sequence of outputs, from 1. */
  outputStep?: number;
  /** Undefined: what is usual of the model. */
  of?: ObjectiveKind;
}

/** The options of what is explained of the outputs. */
export function choiceOptions(command: Command, usual: string): Command {
  return labelsOption(command)
    .option("--label <name>", "the class that it is about (default: the likeliest)")
    .option(
      "--output-step <t>",
      "of a model that puts out a sequence: which step of it, counted from 1 (default: the last)",
      whole("output-step", 1),
    )
    .addOption(
      choice("--of <what>", `what of it (default: ${usual}; of an amount: output)`, OBJECTIVE_KINDS),
    );
}

/** What is explained of the outputs, where all is not left to the model. @throws InputError for a label of an amount */
export function choiceOf(
  command: Command,
  { label, of, outputStep }: ChosenFlags,
  { model, labels }: Pick<Subject, "model" | "labels">,
): ObjectiveChoice {
  // One output that is no probability: there is nothing to choose from.
  const alone = model.outputSize === 1 && !endsInProbabilities(model);
  refuseIdle(command, { label: alone && "with a network of one output that is an amount" });
  const target = targetOf(label, labels);
  return {
    ...(of === undefined ? {} : { kind: of }),
    ...(outputStep === undefined ? {} : { outputStep: outputStep - 1 }),
    ...(target === undefined ? {} : { target }),
    ...(labels === undefined ? {} : { labels }),
  };
}

/** The index of a class by its name, or by its number where names are not known. */
function targetOf(label: string | undefined, labels: readonly string[] | undefined): number | undefined {
  if (label === undefined) return undefined;
  if (labels) return labels.indexOf(oneOf(label, labels, "--label"));
  return whole("label")(label);
}
