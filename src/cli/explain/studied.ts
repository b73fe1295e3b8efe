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
import { ENGINES } from "../../engines/engines.js";
import { TokenReader } from "../../explain/units/tokens.js";
import type { StudiedText, WalkOptions } from "../../explain/units/walk.js";
import { UnitWalk } from "../../explain/units/walk.js";
import type { Model } from "../../model/model.js";
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
import { idsOf, openModel, outputNames, refuseAutomatic, type TextReader } from "./open.js";

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

/** What texts are held against. */
export interface Targets {
  names: readonly string[];
  /** 1 and 0 by label; else an amount. */
  binary: boolean;
}

export interface Study {
  name: string;
  model: Model;
  text: TextReader;
  reader: TokenReader;
  targets: Targets;
  /** The data again, from its beginning. */
  texts(): AsyncGenerator<StudiedText>;
  /** Recurrent layers on an engine of their own; to be disposed of. */
  walk(options?: WalkOptions): UnitWalk;
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
  const { engine, threads } = flags;
  const reader = new TokenReader(ids.vectorizer, ids.length);
  let said = false;
  return {
    ...{ name, model, text, reader },
    targets:
      flags.unlabelled || !names
        ? { names: [], binary: true }
        : { names, binary: !(text instanceof TextRegressor) },
    async *texts() {
      const { rows, targetsOf } = await openTargets(data, flags, text);
      if (!said) sayFound(data, rows);
      for await (const row of rows) yield { row: row.row, text: row.text, targets: targetsOf(row) };
      if (!said) sayNotes(data, rows.notes);
      said = true;
    },
    walk: (options) =>
      new UnitWalk(model, reader, ENGINES.createSynchronous({ engine, ...(threads ? { threads } : {}) }), {
        layer: flags.layer,
        ...options,
      }),
  };
}

/** Rows and what their label or amount is, by the kind of model. */
async function openTargets(path: string, flags: StudyFlags, text: TextReader) {
  const { label, labelMap: _, ...others } = flags;
  if (flags.unlabelled) {
    const options: Omit<ReadOptions, "label"> = await readOptionsOf(path, others, undefined);
    return typed(await readTextsPath(path, options), () => null);
  }
  if (text instanceof TextRegressor) {
    const options = { ...(await readOptionsOf(path, others, undefined)), ...labelColumn(flags) };
    return typed(await readAmountsPath(path, options), ({ value }) => Float32Array.of(value));
  }
  const options = await readOptionsOf(path, flags, undefined);
  const { labels = [] } = text;
  if (text instanceof MultiLabelClassifier) {
    const rows = await readLabelSetsPath(path, { ...options, ...(label === undefined ? {} : { label }) });
    return typed(rows, (row) => Float32Array.from(labels, (name) => (row.labels.includes(name) ? 1 : 0)));
  }
  return typed(await readLabelledPath(path, { ...options, ...labelColumn(flags) }), (row) =>
    labels.includes(row.label) ? Float32Array.from(labels, (name) => (name === row.label ? 1 : 0)) : null,
  );
}

interface Typed {
  rows: Data<TextRow>;
  targetsOf(row: TextRow): Float32Array | null;
}

/** Rows of any kind, with what reads their targets. */
function typed<Row extends TextRow>(rows: Data<Row>, targetsOf: (row: Row) => Float32Array | null): Typed {
  return { rows, targetsOf: (row) => targetsOf(row as Row) };
}
