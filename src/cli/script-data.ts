/** What a Keras script computes from its data, found in the data that `train` is given: words, length, labels. */

import { Corpus } from "../classifier/corpus.js";
import { LIMITS } from "../classifier/training.js";
import { readLabelledPath } from "../data/node-source.js";
import { LackingValues } from "../formats/python/lacks.js";
import type { Definitions } from "../formats/python/script.js";
import type { Lack } from "../formats/python/values.js";
import type { ScriptModel } from "../model/script.js";
import type { CorpusFrontEndOptions } from "../tokens/options.js";
import { note } from "./context.js";
import { labelColumn } from "./data.js";
import { openScript } from "./models.js";
import type { TrainFlags } from "./train-flags.js";

/** What an argument of a network counts. */
type Counted = "words" | "length" | "labels";

/** Sizes that a network may have while nobody has counted yet. */
const FIRST_GUESS: Readonly<Record<Counted, number>> = { words: 1000, length: 200, labels: 2 };

/** A count, and what it counts. */
interface Found {
  value: number;
  said: string;
}

export interface KnowingScript {
  script: ScriptModel;
  /** What was typed, and what was found in the data. */
  definitions: Definitions | undefined;
}

/**
 * A script with what it lacks found in the data, and said: an Embedding's words, a row's length, the last layer's labels.
 * @param data where the texts are; undefined, or "-" for what can be read but once: nothing is looked up
 * @throws InputError where it lacks anything else
 */
export async function openKnowing(flags: TrainFlags, data: string | undefined): Promise<KnowingScript> {
  const { model: file, define: definitions } = flags;
  const open = (more: Definitions) =>
    openScript(file, { definitions: { ...definitions, ...more }, engine: "reference" });
  try {
    return { script: await open({}), definitions };
  } catch (error) {
    const asked =
      error instanceof LackingValues && data !== undefined && data !== "-"
        ? askedOf(error.lacks, flags)
        : null;
    if (!asked) throw error;
    const guesses = await open(valuesOf(asked, FIRST_GUESS));
    guesses.model.dispose();
    const counts = await count(data!, flags, guesses);
    const found = valuesOf(asked, {
      words: counts.words.value,
      length: counts.length.value,
      labels: counts.labels.value,
    });
    for (const [expression, what] of asked)
      note(`${file}: assumed: ${expression} is taken for ${counts[what].said}: ${found[expression]}`);
    return { script: await open(found), definitions: { ...definitions, ...found } };
  }
}

/** What each expression counts; null where one counts what no data tells, or two things. */
function askedOf(lacks: readonly Lack[], { tokenizer }: TrainFlags): Map<string, Counted> | null {
  const asked = new Map<string, Counted>();
  for (const { argument } of lacks) {
    const what = argument && countedBy(argument);
    // A vocabulary that comes ready has its own number of words.
    if (!what || (what === "words" && tokenizer !== undefined)) return null;
    if ((asked.get(argument.expression) ?? what) !== what) return null;
    asked.set(argument.expression, what);
  }
  return asked;
}

/** What arguments of layers count, by Keras's names. */
const COUNTED: Readonly<Record<string, Readonly<Record<string, Counted>>>> = {
  Embedding: { input_dim: "words", input_length: "length", input_shape: "length" },
  InputLayer: { shape: "length", InputLayer: "length" },
  Dense: { units: "labels" },
};

function countedBy({ layer, key, axis, last }: NonNullable<Lack["argument"]>): Counted | null {
  const named = Object.hasOwn(COUNTED, layer.className) ? COUNTED[layer.className]! : {};
  const counted = Object.hasOwn(named, key) ? named[key]! : null;
  if (counted === "length" && axis) return null;
  return counted === "labels" && !last ? null : counted;
}

const valuesOf = (
  asked: ReadonlyMap<string, Counted>,
  counts: Readonly<Record<Counted, number>>,
): Record<string, number> =>
  Object.fromEntries([...asked].map(([expression, what]) => [expression, counts[what]]));

/** Reads the data as the script takes texts apart. */
async function count(
  data: string,
  flags: TrainFlags,
  { settings }: ScriptModel,
): Promise<Readonly<Record<Counted, Found>>> {
  const rows = await readLabelledPath(data, { text: flags.text, ...labelColumn(flags) });
  const frontEnd = settings.frontEnd?.value ?? flags.frontEnd;
  const corpus = await Corpus.read(rows, { ...settings.text?.value, frontEnd } as CorpusFrontEndOptions);
  let longest = 1;
  for (let row = 0; row < corpus.rows; row++) longest = Math.max(longest, corpus.texts.tokensIn(row));
  const { size } = corpus.texts.build({ size: LIMITS.vocabulary });
  const most = flags.vocabulary ?? settings.vocabulary?.value ?? size;
  const length = flags.length ?? settings.length?.value;
  return {
    words:
      most < size
        ? { value: most, said: flags.vocabulary === undefined ? settings.vocabulary!.said : "--vocabulary" }
        : { value: size, said: `the number of different words, padding included, in ${data}` },
    length:
      length === undefined
        ? { value: Math.min(longest, LIMITS.length), said: `the words of the longest text in ${data}` }
        : { value: length, said: flags.length === undefined ? settings.length!.said : "--length" },
    labels: { value: corpus.labels().length, said: `the number of labels in ${data}` },
  };
}
