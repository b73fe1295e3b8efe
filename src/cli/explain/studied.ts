/** A model and a data set to study its units on: texts by the model's own reader, labels by its own names. */
import type { Command } from "commander";
import { inputError } from "../../base/errors.js";
import { MultiLabelClassifier } from "../../classifier/multi-label.js";
import { TextRegressor } from "../../classifier/regressor.js";
import {
  readAmountsPath,
  readLabelledPath,
  readLabelSetsPath,
  readTextsPath,
} from "../../data/node-source.js";
import type { Data, ReadOptions, TextRow } from "../../data/read.js";
import type { TextNetwork } from "../../explain/units/network.js";
import type { StudyRow } from "../../explain/units/rows.js";
import { type EngineFlags, engineOptions, whole } from "../context.js";
import {
  type ColumnFlags,
  columnFlags,
  DATA,
  idleColumns,
  labelColumn,
  readOptionsOf,
  sayFound,
  sayNotes,
} from "../data.js";
import { type Idle, refuseIdle } from "../options.js";
import { idsOf, isTextModel, openModel, outputNames, refuseAutomatic, type TextReader } from "./open.js";

export interface StudyFlags extends EngineFlags, ColumnFlags {
  layer?: string;
  seed: number;
  /** Texts alone are read. */
  unlabelled?: boolean;
}

/** MODEL and DATA, and how DATA is read. */
export function studyOptions(command: Command): Command {
  command
    .argument("<model>", "a file that train saved: it knows its words and labels")
    .argument("<data>", DATA)
    .option("--layer <name>", "one recurrent layer (default: all)")
    .option("--unlabelled", "read texts alone, without their labels")
    .option("--seed <n>", "of everything drawn at random", whole("seed"), 0);
  return engineOptions(columnFlags(command));
}

/** Options of tables where there is none, and of labels where those are not read. */
export function idleForStudy(data: string, { unlabelled }: StudyFlags): Idle {
  const none = unlabelled && "with --unlabelled";
  const own = "with a model, which has its labels: --label-map says what others are called";
  const folder = idleColumns(data);
  return {
    ...folder,
    label: none || folder["label"],
    skipUnlabelled: none || folder["skipUnlabelled"],
    labelMap: none,
    mergeLabels: none || own,
  };
}

export interface Study {
  network: TextNetwork;
  /** The data, from its beginning each time that it is gone through. */
  texts: AsyncIterable<StudyRow>;
}

/** @throws InputError for a model without words or recurrent layers, or an automatic one */
export async function openStudy(
  command: Command,
  source: string,
  data: string,
  flags: StudyFlags,
): Promise<Study> {
  refuseIdle(command, idleForStudy(data, flags));
  const opened = await openModel(source, flags);
  const { model, reader: text, name } = opened;
  refuseAutomatic(opened, "a network that reads a text word by word");
  const ids = idsOf(text);
  if (!text || !ids) {
    throw inputError({
      expected: "a model with its vocabulary, to read DATA with",
      where: name,
      received: "a network alone",
      next: "Use a file that train saved.",
    });
  }
  if (text instanceof TextRegressor) {
    refuseIdle(command, { labelMap: "with a regressor, which has no labels" });
  }
  const names = outputNames(text);
  if (!names && !flags.unlabelled) {
    throw inputError({
      expected: "--unlabelled",
      where: name,
      received: "a network that does not say which labels its outputs stand for",
      next: "Units are then held against what words are; or use a file that train saved.",
    });
  }
  let said = false;
  async function* texts(): AsyncGenerator<StudyRow> {
    const rows = await openRows(data, flags, text!);
    if (!said) sayFound(data, rows);
    yield* rows;
    if (!said) sayNotes(data, rows.notes);
    said = true;
  }
  const { vectorizer, length } = ids;
  return {
    network: isTextModel(text) ? text : { model, vectorizer, length },
    texts: { [Symbol.asyncIterator]: texts },
  };
}

/** Rows with their label, labels or amount, by the kind of model. */
async function openRows(path: string, flags: StudyFlags, text: TextReader): Promise<Data<TextRow>> {
  const { label, labelMap: _, ...others } = flags;
  if (flags.unlabelled) {
    const options: Omit<ReadOptions, "label"> = await readOptionsOf(path, others, undefined);
    return readTextsPath(path, options);
  }
  if (text instanceof TextRegressor) {
    return readAmountsPath(path, {
      ...(await readOptionsOf(path, others, undefined)),
      ...labelColumn(flags),
    });
  }
  const options = await readOptionsOf(path, flags, undefined);
  if (text instanceof MultiLabelClassifier) {
    return readLabelSetsPath(path, { ...options, ...(label === undefined ? {} : { label }) });
  }
  return readLabelledPath(path, { ...options, ...labelColumn(flags) });
}
