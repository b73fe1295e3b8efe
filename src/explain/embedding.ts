/** What an Embedding layer learned: its words' vectors, their neighbours, and a map of them in two dimensions. */

import { objectOf, textOf, textsOf } from "../base/arguments.js";
import { didYouMean, inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import { type Pieces, spans } from "../base/pieces.js";
import { LONG_OPTIONS, type LongOptions } from "../base/progress.js";
import { printable } from "../base/text.js";
import type { Layer } from "../layers/layer.js";
import { readsIds } from "../layers/traits.js";
import { modelOf } from "../model/given.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import { rowsAtOnce } from "../network/network.js";
import { MOST_IDS, SIDES, type Side } from "../tokens/options.js";
import { looking } from "./looking.js";
import { endsInProbabilities, LOG_ODDS } from "./objective.js";
import { principalComponents, project } from "./pca.js";
import { type ScoreRows, scoresOfRows } from "./run-nodes.js";

/** Where the words come from; a trained classifier's vectorizer is one. */
export interface WordSource {
  /** [V] the word of each id; id 0, padding, has the empty word. */
  vocabulary: readonly string[];
  /** Where short rows are filled up. */
  padding?: Side;
}

/** An Embedding's rows with their words. V rows of F numbers. */
export interface WordTable {
  /** The Embedding layer's name. */
  layer: string;
  /** [V] */
  words: string[];
  /** [V][F] */
  vectors: Float32Array;
  /** V: rows of the table, the layer's inputDim. */
  size: number;
  /** F: numbers in a vector, the layer's outputDim. */
  width: number;
  /** Rows that have a word; those after them exist in the layer only. */
  named: number;
}

/** A word whose vector points nearly the same way. */
export interface Neighbour {
  /** Its id. */
  id: number;
  /** The word. */
  word: string;
  /** Cosine of the angle between the two vectors, from −1 to 1. */
  similarity: number;
}

/** A word on the map. */
export interface MapPoint {
  /** Its id. */
  id: number;
  /** The word; where nothing of it can be seen, its characters by number. */
  word: string;
  /** Along the first principal component. */
  x: number;
  /** Along the second. */
  y: number;
  /** Length of the word's vector. */
  norm: number;
  /** The outputs for a text of this word alone; null where that was not computed. */
  alone: number[] | null;
  /** What the word changes of each output beside an empty text: of log-odds where outputs are probabilities. */
  effect: number[] | null;
}

/**
 * An embedding's words on a plane (the first two principal components), with what each does to the answer.
 */
export interface EmbeddingMap {
  /** The Embedding layer's name. */
  layer: string;
  /** The words, the commonest first. */
  points: MapPoint[];
  /** Shares of the vectors' variance that the two axes show. */
  explained: [number, number];
  /** The outputs for an empty text. */
  empty: number[] | null;
  /** What the outputs stand for, where known. */
  labels: readonly string[] | null;
  /** Whether the outputs are probabilities, by the activation that the model ends in; else they are amounts or scores. */
  probabilities: boolean;
}

/** The words that, alone, speak most for a label, or raise or lower an amount most. */
export interface TellingWords {
  /** The label; "raises amount" of one output that is no probability. */
  label: string;
  /** The label's probability (or the output) for a text of this word alone. */
  words: { word: string; alone: number }[];
  /** The same for an empty text. */
  empty: number;
}

/** Whether the outputs are the same for every word alone as for an empty text. */
export const noWordMoves = ({ points, empty }: EmbeddingMap): boolean =>
  empty !== null && points.every(({ effect }) => effect?.every((change) => change === 0));

/** A label's most telling words, strongest first; none where a map's outputs were not computed, or no word moves them. */
export function tellingWords(map: EmbeddingMap, most = 3): TellingWords[] {
  const { points, empty } = map;
  if (!empty || noWordMoves(map)) return [];
  return sidesOf(map, empty.length).map(({ label, place, against, value }) => {
    const effect = ({ effect: row }: MapPoint) => (against ? -row![place]! : row![place]!);
    const best = [...points].sort((a, b) => effect(b) - effect(a)).slice(0, most);
    return {
      label,
      words: best.map(({ word, alone }) => ({ word, alone: value(alone![place]!) })),
      empty: value(empty[place]!),
    };
  });
}

/** What a word may speak for. */
interface SpokenFor {
  label: string;
  /** Of the output. */
  place: number;
  /** Whether it is spoken for by lowering the output. */
  against: boolean;
  /** What the output says of it. */
  value(output: number): number;
}

function sidesOf({ labels, probabilities }: EmbeddingMap, outputs: number): SpokenFor[] {
  const itself = (output: number) => output;
  const side = (label: string, place: number, against = false, value = itself) => ({
    ...{ label, place, against, value },
  });
  const name = (k: number) => labels?.[k] ?? `output ${k}`;
  if (outputs > 1) return Array.from({ length: outputs }, (_, k) => side(name(k), k));
  if (!probabilities) {
    const amount = labels?.[0] ?? "output";
    return [side(`raises ${amount}`, 0), side(`lowers ${amount}`, 0, true)];
  }
  // One probability speaks for the second label, and against the first.
  return [side(name(0), 0, true, (p) => 1 - p), side(name(1), 0)];
}

/** The words of ids without one, and of padding. */
const wordOf = (id: number, words: readonly string[] | undefined) =>
  id === 0 && words?.[0] === "" ? "<padding>" : (words?.[id] ?? `#${id}`);

/**
 * The first Embedding layer's table, or that of the layer named.
 * @throws InputError when there is none, or when the vocabulary has more words than the table has rows
 */
export function wordTable(model: Model, source: WordSource | null = null, layerName?: string): WordTable {
  const layer = embeddingLayer(model, layerName);
  const weight = model.getWeights().find(({ name }) => name === `${layer.name}/embeddings`);
  const [size, width] = weight!.shape as [number, number];
  const words =
    source === null ? undefined : textsOf(objectOf(source, "vocabulary").vocabulary, "vocabulary");
  if (words && words.length > size) {
    throw inputError({
      expected: `a vocabulary of at most ${size} words, one a row`,
      where: `Embedding ${layer.name}`,
      received: `${words.length} words`,
      next: "The vocabulary belongs to another model.",
    });
  }
  return {
    layer: layer.name,
    words: Array.from({ length: size }, (_, id) => wordOf(id, words)),
    vectors: weight!.data,
    size,
    width,
    named: words?.length ?? size,
  };
}

/** What `wordTable` made. */
function checkTable(table: WordTable): WordTable {
  const { words, vectors, size, width, named } = objectOf(table, "table", "what wordTable made");
  textsOf(words, "table words");
  wholeNumber(size, "table size", 1);
  wholeNumber(width, "table width", 1);
  wholeNumber(named, "table named", 0, Math.min(size, words.length));
  if (vectors instanceof Float32Array && vectors.length === size * width) return table;
  throw inputError({ expected: `${size} × ${width} numbers`, where: "table vectors", received: vectors });
}

export function embeddingLayer(model: Model, name?: string): Layer {
  modelOf(model, "explain");
  const layers = model.layers.filter(readsIds);
  const found = name === undefined ? layers[0] : layers.find((layer) => layer.name === name);
  if (found) return found;
  throw inputError({
    expected: name === undefined ? "an Embedding layer" : "the name of an Embedding layer",
    where: `model ${model.name}`,
    received: name ?? model.layers.map(({ className }) => className),
    next:
      name === undefined
        ? undefined
        : didYouMean(
            name,
            layers.map((layer) => layer.name),
          ),
  });
}

/** The id of a word as the vocabulary writes it, or of "#17". */
export function idOf(table: WordTable, word: string): number {
  const { words, size } = checkTable(table);
  textOf(word, "word");
  const known = words.indexOf(word);
  const numbered = /^#(\d+)$/.exec(word);
  const id = known >= 0 ? known : numbered ? Number(numbered[1]) : -1;
  if (id >= 0 && id < size) return id;
  throw inputError({
    expected: "a word of the vocabulary",
    where: "embedding",
    received: word,
    next: didYouMean(word, words) ?? "The vocabulary holds only the commonest words of the training texts.",
  });
}

/** The words whose vectors point most nearly the same way, nearest first; padding and rows without a word left out. */
export function nearestWords(table: WordTable, id: number, count = 10): Neighbour[] {
  wholeNumber(count, "neighbours", 1);
  const { vectors, width, words, named } = checkTable(table);
  wholeNumber(id, "id", 0, table.size - 1);
  const own = vectors.subarray(id * width, (id + 1) * width);
  const found: Neighbour[] = [];
  for (let other = 1; other < named; other++) {
    if (other === id) continue;
    const similarity = cosine(own, vectors.subarray(other * width, (other + 1) * width));
    found.push({ id: other, word: words[other]!, similarity });
  }
  return found.sort((a, b) => b.similarity - a.similarity || a.id - b.id).slice(0, count);
}

/** a·b / (|a| |b|); 0 where either is zero. In float64. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb);
}

/**
 * The outputs [count][outputs] for texts of one word each, the first being empty: rows of padding with the word's id where
 * the last (or first) word of a text stands. Null where the model reads anything but one row of this layer's ids.
 * @throws InputError; AbortError
 */
export async function wordOutputs(
  model: Model,
  count: number,
  length: number,
  padding: Side,
  options: LongOptions = {},
): Promise<Float32Array[] | null> {
  modelOf(model, "explain");
  wholeNumber(count, "words", 1, MOST_IDS);
  wholeNumber(length, "length", 1, MOST_IDS);
  oneOf(padding, SIDES, "padding");
  knownOptions(options, LONG_OPTIONS, "wordOutputs");
  const rows = wordRows(model, count, length, padding);
  const long = looking(model, options, "wordOutputs");
  long.begin("asking", count);
  const outputs = rows && (await long.run(outputsOf(model, rows)));
  long.end();
  return outputs;
}

/** [rows][outputs] */
function* outputsOf(model: Model, { data, rows, shape: [steps] }: Rows): Pieces<Float32Array[]> {
  const outputs: Float32Array[] = [];
  const asking = (from: number, to: number) => {
    const some = { data: data.subarray(from * steps!, to * steps!), rows: to - from, shape: [steps!] };
    const answered = model.predictFlat(some).data;
    const width = answered.length / some.rows;
    for (let row = 0; row < some.rows; row++) outputs.push(answered.slice(row * width, (row + 1) * width));
  };
  yield* spans(rows, rowsAtOnce(model.threads), asking, true);
  return outputs;
}

/** Rows of one word each, the first empty; null where the model reads anything but one row of ids, or puts out a sequence. */
function wordRows(model: Model, count: number, length: number, padding: Side): Rows | null {
  const shape = model.inputShapes.length === 1 ? model.inputShapes[0]! : null;
  const sequence = model.outputNode.shape.length !== 1;
  const first = model.nodes[1]?.layer;
  if (shape?.length !== 1 || !first || !readsIds(first) || sequence) return null;
  const steps = shape[0] ?? length;
  const ids = new Float32Array(count * steps);
  const at = padding === "pre" ? steps - 1 : 0;
  for (let id = 1; id < count; id++) ids[id * steps + at] = id;
  return { data: ids, rows: count, shape: [steps] };
}

/** Probabilities that a layer makes within itself, whose scores nobody has, come no nearer to 0 and 1 than float32 does. */
const NEAREST = 1e-7;

/**
 * What each row of scores has more than the first: of log-odds where outputs are probabilities, else plainly. They come
 * from what the last sigmoid or softmax was given: in float32 its probabilities are 1 from log-odds of 17 on.
 */
export function effectsOf({ scores, squash }: ScoreRows, probabilities: boolean): number[][] {
  const measure = (row: readonly number[], k: number) => {
    if (!probabilities) return row[k]!;
    if (squash) return LOG_ODDS[squash](k).of(row);
    return LOG_ODDS.none(k).of(row.map((p) => Math.min(1 - NEAREST, Math.max(NEAREST, p))));
  };
  const measured = scores.map((row) => {
    const own = Array.from(row);
    return own.map((_, k) => measure(own, k));
  });
  return measured.map((row) => row.map((value, k) => value - measured[0]![k]!));
}

/** Options of `embeddingMap`. */
export interface MapOptions extends LongOptions {
  /** Rows of ids the model was trained on: how long, and where they are filled up. */
  length?: number;
  /** Where short rows are filled up. Default "pre". */
  padding?: Side;
  /** What the outputs stand for, to be shown. */
  labels?: readonly string[];
  /** Words on the map, the commonest first. Default 2,000. */
  words?: number;
}

/**
 * Words by the two directions in which their vectors differ most, with what each does to the output.
 * @throws InputError; AbortError
 */
export async function embeddingMap(
  model: Model,
  table: WordTable,
  options: MapOptions = {},
): Promise<EmbeddingMap> {
  modelOf(model, "explain");
  checkTable(table);
  knownOptions(options, ["length", "padding", "labels", "words", ...LONG_OPTIONS], "embeddingMap");
  if (options.labels !== undefined) textsOf(options.labels, "labels");
  if (options.length !== undefined) wholeNumber(options.length, "length", 1, MOST_IDS);
  if (options.padding !== undefined) oneOf(options.padding, SIDES, "padding");
  const count = Math.min(table.named, wholeNumber(options.words ?? 2000, "words of the map", 3));
  const { width } = table;
  if (width < 2) {
    throw inputError({
      expected: "vectors of at least 2 numbers",
      where: `map of ${table.layer}`,
      received: width,
    });
  }
  const rows = table.vectors.subarray(width, count * width);
  const long = looking(model, options, "embeddingMap");
  long.begin("projecting");
  const components = await long.run(principalComponents(rows, width, 2));
  const places = project(rows, components);
  const { length = 1, padding = "pre" } = options;
  const outputs = await wordOutputs(model, count, length, padding, long.inner());
  const empty = outputs?.[0];
  const probabilities = endsInProbabilities(model);
  // A model may have no answer to padding alone; nothing can then be compared with it.
  const answered = outputs?.every((row) => row.every(Number.isFinite));
  const read = answered ? wordRows(model, count, length, padding) : null;
  long.begin("scoring", read ? count : 0);
  const effects = read && effectsOf(await long.run(scoresOfRows(model, model.nodes, [read])), probabilities);
  long.end();
  return {
    layer: table.layer,
    points: Array.from({ length: count - 1 }, (_, i) => ({
      id: i + 1,
      word: table.words[i + 1]!,
      x: places[2 * i]!,
      y: places[2 * i + 1]!,
      norm: Math.hypot(...rows.subarray(i * width, (i + 1) * width)),
      alone: outputs && Array.from(outputs[i + 1]!),
      effect: effects && effects[i + 1]!,
    })),
    explained: components.explained as [number, number],
    empty: empty?.every(Number.isFinite) ? Array.from(empty) : null,
    labels: options.labels ?? null,
    probabilities,
  };
}

/** The two files of the usual projectors: vectors without a header, and words with their ids under one. */
export function embeddingTsv(table: WordTable): { vectors: string; metadata: string } {
  const { words, vectors, width, named } = checkTable(table);
  const lines = Array.from({ length: named }, (_, id) =>
    Array.from(vectors.subarray(id * width, (id + 1) * width), String).join("\t"),
  );
  const metadata = ["word\tid", ...words.slice(0, named).map((word, id) => `${visible(word)}\t${id}`)];
  return { vectors: `${lines.join("\n")}\n`, metadata: `${metadata.join("\n")}\n` };
}

/** A word on one line and in one column, and never nothing. */
const visible = (word: string) =>
  printable(word).trim() ||
  `<${Array.from(word, (c) => `U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`).join(" ")}>`;
