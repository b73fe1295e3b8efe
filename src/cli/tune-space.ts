/** The options of `cellstate tune` that may hold several values: a list (16,32,64) or a range (1e-4..1e-2). */
import { type Command, Option } from "commander";
import { inputError, oneOf } from "../base/errors.js";
import { isAutomatic } from "../classifier/options.js";
import { PRESET_NAMES } from "../classifier/presets.js";
import { LIMITS } from "../classifier/training.js";
import {
  choice,
  type Dimension,
  integer,
  logUniform,
  type Setting,
  type Space,
} from "../classifier/tuning/space.js";
import { OPTIMIZER_DEFAULTS } from "../objectives/optimizers.js";
import { positive, whole } from "./context.js";

/** An option of `train` with values to try. */
interface Tuned {
  name: string;
  description: string;
  /** A value as `train` takes it. */
  parse(text: string): Setting;
  /** How numbers between two ends are drawn; a word has none. */
  range?(from: number, to: number): Dimension;
  /** What is tried where the option is not typed; without it, `train`'s default stands. */
  untyped?: Dimension;
}

const optimizerOf = (text: string): string => oneOf(text, Object.keys(OPTIMIZER_DEFAULTS), "--optimizer");

const TUNED: Readonly<Record<string, Tuned>> = {
  model: {
    name: "--model <names|files>",
    description: `networks: ${PRESET_NAMES.join(", ")} (default: all of these), model files, Keras scripts`,
    parse: networkOf,
    untyped: choice(PRESET_NAMES),
  },
  vocabulary: {
    name: "--vocabulary <n>",
    description: "words to know, padding included (default: 1000)",
    parse: whole("vocabulary", 2, LIMITS.vocabulary),
    range: integer,
  },
  length: {
    name: "--length <n>",
    description: "words of each text to read (default: 200)",
    parse: whole("length", 1, LIMITS.length),
    range: integer,
  },
  batchSize: {
    name: "--batch-size <n>",
    description: "texts a step (default: 16,32,64)",
    parse: whole("batch-size", 1),
    range: integer,
    untyped: choice([16, 32, 64]),
  },
  optimizer: { name: "--optimizer <names>", description: "what learns (default: adam)", parse: optimizerOf },
  learningRate: {
    name: "--learning-rate <x>",
    description: "drawn by its logarithm (default: 3e-4..1e-2)",
    parse: positive("learning-rate"),
    range: logUniform,
    untyped: logUniform(3e-4, 1e-2),
  },
};

function networkOf(text: string): string {
  if (!isAutomatic(text)) return text;
  const next = `It chooses by itself: cellstate train --model ${text}.`;
  throw inputError({ expected: "a network to tune", where: "--model", received: text, next });
}

/** Adds the options whose values are searched. */
export function spaceOptions(command: Command): Command {
  for (const tuned of Object.values(TUNED)) {
    command.addOption(new Option(tuned.name, tuned.description).argParser(dimensionOf(tuned)));
  }
  return command;
}

/** "16" is one value, "16,32" two, "16..64" all between. */
const dimensionOf =
  ({ name, parse, range }: Tuned) =>
  (text: string): Dimension => {
    const where = name.split(" ")[0]!;
    // A path may have two dots in it.
    const ends = range ? text.split("..") : [text];
    if (ends.length === 1) return choice([...new Set(text.split(",").map((part) => parse(part)))]);
    const [from, to] = ends.map((part) => parse(part) as number) as [number, number];
    if (ends.length === 2 && from < to) return range!(from, to);
    throw inputError({
      expected: "a range FROM..TO of two numbers, the smaller first",
      where,
      received: text,
    });
  };

/** A dimension as it is typed: "16,32", "16..64". */
export const dimensionText = (dimension: Dimension): string =>
  dimension.kind === "choice" ? dimension.values.join(",") : `${dimension.from}..${dimension.to}`;

/** The space that the options come to: those typed, and those that are tried where nothing is. */
export function spaceOf(typed: Readonly<Record<string, unknown>>): Space {
  const space: Record<string, Dimension> = {};
  for (const [name, { untyped }] of Object.entries(TUNED)) {
    const dimension = (typed[name] as Dimension | undefined) ?? untyped;
    if (dimension) space[name] = dimension;
  }
  return space;
}
