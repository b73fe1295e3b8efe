/** What a model reads of one row, input by input: words, or numbers step by step; and where each enters the network. */

import { inputError } from "../base/errors.js";
import type { Layer } from "../layers/layer.js";
import { Masking } from "../layers/masking.js";
import { readsIds } from "../layers/traits.js";
import type { Model } from "../model/model.js";
import type { Node } from "../network/graph.js";
import type { InputRow, OneInput, Probe, Run } from "./probe.js";

/**
 * A node whose output stands for (a part of) an input: an Embedding of its ids, the Masking that it goes through, which
 * keeps hidden what the row hides, or the input itself.
 */
export interface Entry {
  /** The node's name. */
  node: string;
  /** [T][F] what it puts out for the row, and for the row that the row is compared with. */
  own: number[][];
  baseline: number[][];
}

/** One of a model's inputs, with what the row has for it. */
export interface RowInput {
  /** The input layer's name. */
  name: string;
  /** [T] ids, where an Embedding reads it; null where it is of numbers. */
  ids: number[] | null;
  /** [T][F] numbers; of ids [T][1], of one vector [1][F]. */
  values: number[][];
  /** Whether it is one vector, without steps. */
  vector: boolean;
  /** Places of words, or of steps that no mask hides. */
  places: number[];
  entries: Entry[];
}

/** The inputs of a row, in the model's order. @throws InputError for a row that has nothing but padding and zeros */
export function rowInputs(model: Model, probe: Probe, row: InputRow): RowInput[] {
  const run = probe.run([row]);
  const inputs = model.nodes.flatMap((node, place) => {
    if (node.inputs.length > 0) return [];
    const readers = model.nodes.filter(({ inputs }) => inputs.includes(place)).map(({ layer }) => layer);
    const tables = readers.filter(readsIds);
    return [tables.length > 0 ? wordInput(model, run, node, tables) : numberInput(run, node, readers)];
  });
  if (inputs.some(({ values, places }) => places.some((t) => values[t]!.some((value) => value !== 0))))
    return inputs;
  const words = inputs.every(({ ids }) => ids !== null);
  throw inputError({
    expected: words ? "a word to attribute to" : "a word, or a number other than 0, to attribute to",
    where: "row",
    received: words ? "padding alone" : "zeros alone",
  });
}

function wordInput(model: Model, run: Run, { layer: { name } }: Node, tables: readonly Layer[]): RowInput {
  const ids = run.at(name).values[0]!;
  return {
    ...{ name, ids, vector: false },
    values: ids.map((id) => [id]),
    places: placesOf(ids, (id) => id !== 0),
    entries: tables.map((table) => {
      const padding = embeddingRow(model, table.name, 0);
      return { node: table.name, own: run.at(table.name).values, baseline: ids.map(() => padding) };
    }),
  };
}

function numberInput(run: Run, { layer: { name }, shape }: Node, readers: readonly Layer[]): RowInput {
  const { values } = run.at(name);
  const masked = readers.length > 0 && readers.every((reader) => reader instanceof Masking);
  const entered = masked ? readers.map((reader) => reader.name) : [name];
  const { mask } = run.at(entered[0]!);
  return {
    ...{ name, ids: null, values, vector: shape.length === 1 },
    places: placesOf(values, (_, t) => mask?.[t] !== false),
    entries: entered.map((node) => {
      const own = run.at(node).values;
      return { node, own, baseline: own.map((step) => step.map(() => 0)) };
    }),
  };
}

const placesOf = <Each>(all: readonly Each[], counts: (each: Each, t: number) => boolean): number[] =>
  all.flatMap((each, t) => (counts(each, t) ? [t] : []));

function embeddingRow(model: Model, layer: string, id: number): number[] {
  const { data, shape } = model.getWeights().find(({ name }) => name === `${layer}/embeddings`)!;
  return Array.from(data.subarray(id * shape[1]!, (id + 1) * shape[1]!));
}

/** A row with another value for one of its inputs. */
export function withInput(inputs: readonly RowInput[], place: number, value: OneInput): InputRow {
  const own = ({ ids, values, vector }: RowInput): OneInput => ids ?? (vector ? values[0]! : values);
  return inputs.length === 1 ? value : inputs.map((input, i) => (i === place ? value : own(input)));
}

/** What stands in the place of a row's words and numbers, which it is compared with. */
export function baselineWords(inputs: readonly Pick<RowInput, "ids">[]): string {
  const padding = inputs.some(({ ids }) => ids !== null) ? ["padding in place of every word"] : [];
  const zeros = inputs.some(({ ids }) => ids === null) ? ["zeros in place of every number"] : [];
  return [...padding, ...zeros].join(" and ");
}
