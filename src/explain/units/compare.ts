/**
 * Two models on the same data: how alike their states are (linear CKA, Kornblith et al. 2019), which unit of one goes with
 * which of the other, where their gates stand, and on which texts they are furthest apart.
 */
import { inputError, knownOptions } from "../../base/errors.js";
import { counted } from "../../base/numbers.js";
import { Long } from "../../base/progress.js";
import { openCell } from "../cells/open.js";
import { type OpenNetwork, openNetwork, type TextNetwork } from "./network.js";
import type { UnitPart } from "./parts.js";
import {
  checkStudy,
  lengthOf,
  readRows,
  STUDY_OPTIONS,
  type StudyRow,
  type StudyRows,
  type UnitOptions,
} from "./rows.js";
import { Moments } from "./statistics.js";
import { type RecordedLayer, type RecordedText, UnitWalk } from "./walk.js";

/** One of two networks on a data set. */
export interface ComparedSide {
  /** The layer whose states are compared. */
  layer: string;
  /** Keras's class name. */
  kind: string;
  /** U */
  units: number;
  /** Mean of each gate over all words and units, by its name. */
  gates: Record<string, number>;
  /** Mean size of a number of the hidden state after a text's last word. */
  hidden: number;
}

/** A unit of the first model, and the one of the second that it goes with most. */
export interface UnitMatch {
  /** Of the first. */
  unit: number;
  /** Of the second. */
  match: number;
  /** Pearson's r of the two hidden states after a text's last word. */
  correlation: number;
}

/** How alike the states of a layer of the first model and of one of the second are. */
export interface LayerSimilarity {
  /** Of the first network. */
  first: string;
  /** Of the second. */
  second: string;
  /** Linear CKA; null where the states of one do not vary. */
  similarity: number | null;
}

/** A text on which the two are far apart. */
export interface ApartText {
  /** Its number in the file. */
  row: number;
  /** The text. */
  text: string;
  /** [F] each, what the models put out; with labels, an output a label where their numbers of outputs differ, in the order of the first. */
  outputs: [number[], number[]];
  /** Half of Σ |p − q| over the outputs; of one output |p − q|. */
  distance: number;
}

/** What two models have in common on a data set. */
export interface UnitComparison {
  /** Texts that both read. */
  texts: number;
  /** Texts of which one of the two reads no word. */
  leftOut: number;
  /** The first and the second. */
  sides: [ComparedSide, ComparedSide];
  /** 1: the same up to a turn and a scale; 0: nothing in common. Null where the states of one do not vary. */
  similarity: number | null;
  /** The same for every layer of the first with every one of the second, those compared among them. */
  layers: LayerSimilarity[];
  /** Strongest first; units that do not vary are left out. */
  matches: UnitMatch[];
  /** [units of the first][units of the second] Pearson's r; null where a unit does not vary. */
  correlations: (number | null)[][];
  /** Mean distance of the outputs, label by label where both name theirs; null where they are not of the same. */
  distance: number | null;
  /** The texts where it is largest, at most 20. */
  apart: ApartText[];
  /** What is to be said with the figures: why outputs are not compared, that texts are too few to tell two models apart. */
  notes: string[];
}

/** Texts that are told of. */
const MOST_APART = 20;

const WHERE = "compareUnits";

/**
 * Two networks on the same texts: how alike their states after the last word are (linear CKA, Kornblith et al. 2019), which unit of
 * one goes with which of the other, where their gates stand, and on which texts they are furthest apart. They may be of different
 * cells and vocabularies. Texts need no labels, and are gone through once.
 * @param first a classifier or regressor whose network reads words, or `{ model, … }`
 * @param second another
 * @param options `layer`: the recurrent layer in both; the last of each by default
 * @throws InputError for options or texts that are none, and where no text is read by both; AbortError
 * @example const { similarity, matches } = await compareUnits(before, after, texts)
 */
export async function compareUnits(
  first: TextNetwork,
  second: TextNetwork,
  texts: StudyRows,
  options: UnitOptions = {},
): Promise<UnitComparison> {
  knownOptions(options, STUDY_OPTIONS, WHERE);
  checkStudy(texts, options, WHERE);
  const networks = [openNetwork(first, `${WHERE} first`), openNetwork(second, `${WHERE} second`)];
  const layers = networks.map(({ model }) => openCell(model, options.layer).cell.layer);
  const long = new Long(options, WHERE);
  const walks: UnitWalk[] = [];
  const { sides, close } = shared(texts);
  try {
    for (const [k, network] of networks.entries())
      walks.push(new UnitWalk(network, { layer: options.layer === undefined ? undefined : layers[k] }));
    const streams = sides.map((rows, k) => {
      const told = k === 0 ? { long, total: lengthOf(texts) } : {};
      const reading = { where: WHERE, targets: "none", ...told } as const;
      return walks[k]!.walk(readRows(rows, networks[k] as OpenNetwork, reading), long);
    });
    return await compared(walks, streams as Streams, layers, pairingOf(networks));
  } finally {
    for (const walk of walks) walk.dispose();
    await close();
  }
}

/** The same texts twice over, taken from where they are once: those that one reader is ahead of the other wait. */
function shared(texts: StudyRows): { sides: AsyncIterable<StudyRow>[]; close(): Promise<unknown> } {
  const source = (async function* () {
    yield* texts;
  })();
  const waiting: StudyRow[][] = [[], []];
  const side = async function* (own: number) {
    for (;;) {
      const next = waiting[own]!.shift();
      if (next !== undefined) {
        yield next;
        continue;
      }
      const { done, value } = await source.next();
      if (done) return;
      waiting[1 - own]!.push(value);
      yield value;
    }
  };
  return { sides: [side(0), side(1)], close: () => source.return() };
}

type Streams = [AsyncGenerator<RecordedText>, AsyncGenerator<RecordedText>];

async function compared(
  walks: readonly UnitWalk[],
  texts: Streams,
  layers: readonly string[],
  pairing: Pairing,
): Promise<UnitComparison> {
  const [a, b] = [new Side(walks[0]!, layers[0]!), new Side(walks[1]!, layers[1]!)];
  const pairs = a.layers.flatMap((p, k) => b.layers.map((q, l) => new LayerPair(p, k, q, l)));
  let [both, alone, sum] = [0, 0, 0];
  const apart: ApartText[] = [];
  for await (const [first, second] of paired(...texts)) {
    if (!first || !second) {
      alone++;
      continue;
    }
    both++;
    const [x, y] = [a.add(first), b.add(second)];
    for (const pair of pairs) pair.add(x, y);
    if (typeof pairing === "string") continue;
    const outputs = pairing(Array.from(first.output), Array.from(second.output));
    const distance = distanceOf(...outputs);
    sum += distance;
    apart.push({ row: first.row, text: first.text, distance, outputs });
    if (apart.length > 4 * MOST_APART) keepFurthest(apart);
  }
  if (both === 0) {
    throw inputError({
      expected: "a text with a word that both models read",
      where: `${WHERE} texts`,
      received: alone,
      typed: { where: "DATA" },
    });
  }
  keepFurthest(apart);
  const { similarity, cross } = pairs.find(({ first, second }) => first === a.layer && second === b.layer)!;
  const sides: UnitComparison["sides"] = [a.summary(both), b.summary(both)];
  return {
    ...{ texts: both, leftOut: alone },
    sides,
    similarity,
    layers: pairs.map(({ first, second, similarity: alike }) => ({ first, second, similarity: alike })),
    matches: matchesOf(cross),
    correlations: Array.from({ length: cross.columns }, (_, unit) =>
      Array.from({ length: cross.others }, (_, other) => cross.correlation(unit, other)),
    ),
    ...(typeof pairing === "string" ? { distance: null, apart: [] } : { distance: sum / both, apart }),
    notes: [
      ...(typeof pairing === "string" ? [pairing] : []),
      ...fewTexts(both, Math.max(...sides.map(({ units }) => units))),
    ],
  };
}

/** Outputs of both side by side, or why they are not to be compared. */
type Pairing = ((p: number[], q: number[]) => [number[], number[]]) | string;

/** By the names of the outputs where both have them, by place where one has none. */
function pairingOf([first, second]: readonly OpenNetwork[]): Pairing {
  const [one, other] = [first!, second!];
  const names = [one, other].map(({ kind, targets }) => (kind === null ? null : targets.names.map(String)));
  const [left, right] = names as [string[] | null, string[] | null];
  if (left === null || right === null) {
    const [F, G] = [one, other].map(({ model }) => model.outputSize);
    if (F === G) return (p, q) => [p, q];
    return `Outputs are not compared: the first puts out ${F}, the second ${G}.`;
  }
  const places = left.map((name) => right.indexOf(name));
  if (left.length !== right.length || places.includes(-1)) {
    return `Outputs are not compared: those of the first stand for ${left.join(", ")}, of the second for ${right.join(", ")}.`;
  }
  const turned = (q: readonly number[]) => places.map((place) => q[place]!);
  return (p, q) => {
    if (p.length === 1 && q.length === 1) return [p, left.length === 2 && places[0] === 1 ? [1 - q[0]!] : q];
    return [ofEach(p, left), turned(ofEach(q, right))];
  };
}

/** One output for two labels is the probability of the second. */
const ofEach = (output: number[], names: readonly string[]): number[] =>
  output.length === 1 && names.length === 2 ? [1 - output[0]!, output[0]!] : output;

/** As many directions as texts fit any two models together. */
const fewTexts = (texts: number, units: number): string[] =>
  texts > units
    ? []
    : [
        `${counted(texts, "text")} for ${counted(units, "unit")}: with no more texts than units, similarity and correlations are high between any two models.`,
      ];

/** ‖XᵀY‖² / (‖XᵀX‖ ‖YᵀY‖) of centred states (Frobenius norms). */
export function linearCka(cross: Moments, own: readonly [Moments, Moments]): number | null {
  const size = ({ products }: Moments) => Math.hypot(...products);
  const scale = size(own[0]) * size(own[1]);
  return scale > 0 ? Math.min(1, size(cross) ** 2 / scale) : null;
}

function matchesOf(cross: Moments): UnitMatch[] {
  const found: UnitMatch[] = [];
  for (let unit = 0; unit < cross.columns; unit++) {
    let best: UnitMatch | null = null;
    for (let match = 0; match < cross.others; match++) {
      const correlation = cross.correlation(unit, match);
      if (correlation === null || Math.abs(correlation) <= Math.abs(best?.correlation ?? 0)) continue;
      best = { unit, match, correlation };
    }
    if (best) found.push(best);
  }
  return found.sort((p, q) => Math.abs(q.correlation) - Math.abs(p.correlation) || p.unit - q.unit);
}

const distanceOf = (p: readonly number[], q: readonly number[]): number =>
  p.reduce((sum, value, k) => sum + Math.abs(value - q[k]!), 0) / (p.length > 1 ? 2 : 1);

function keepFurthest(apart: ApartText[]): void {
  apart.sort((p, q) => q.distance - p.distance || p.row - q.row);
  apart.length = Math.min(apart.length, MOST_APART);
}

/** What is gathered of a layer of each. */
class LayerPair {
  readonly cross: Moments;
  readonly #own: readonly [Moments, Moments];

  constructor(
    private readonly p: RecordedLayer,
    private readonly k: number,
    private readonly q: RecordedLayer,
    private readonly l: number,
  ) {
    this.cross = new Moments(p.units, q.units);
    this.#own = [new Moments(p.units, p.units), new Moments(q.units, q.units)];
  }

  /** @param x hidden states of the first model's layers, @param y of the second's */
  add(x: readonly Float32Array[], y: readonly Float32Array[]): void {
    const [first, second] = [x[this.k]!, y[this.l]!];
    this.cross.add(first, second);
    this.#own[0].add(first, first);
    this.#own[1].add(second, second);
  }

  get first(): string {
    return this.p.layer;
  }

  get second(): string {
    return this.q.layer;
  }

  get similarity(): number | null {
    return linearCka(this.cross, this.#own);
  }
}

/** What is gathered of one model, gates and sizes of one of its layers. */
class Side {
  readonly layers: readonly RecordedLayer[];
  readonly #walk: UnitWalk;
  readonly #compared: RecordedLayer;
  /** Places among the signals of the hidden state of each layer, and of each gate of the one compared. */
  readonly #hidden: readonly number[];
  readonly #gates: { name: string; from: number; sum: number }[];
  #words = 0;
  #size = 0;

  constructor(walk: UnitWalk, compared: string) {
    this.#walk = walk;
    this.layers = walk.recorded;
    this.#compared = this.layers.find(({ layer }) => layer === compared)!;
    const place = (layer: string, part: UnitPart) =>
      walk.signals.findIndex((signal) => signal.layer === layer && signal.part === part);
    this.#hidden = this.layers.map(({ layer }) => place(layer, "hidden"));
    this.#gates = this.#compared.parts
      .filter((part) => !["hidden", "cell", "candidate"].includes(part))
      .map((part) => ({ name: part, from: place(compared, part), sum: 0 }));
  }

  get layer(): string {
    return this.#compared.layer;
  }

  /** @returns of each layer [U] the hidden state after the last word */
  add({ x, last, read }: RecordedText): Float32Array[] {
    const S = this.#walk.signals.length;
    const { units } = this.#compared;
    for (const gate of this.#gates) {
      for (let k = 0; k < read.tokens.length; k++)
        for (let u = 0; u < units; u++) gate.sum += x[k * S + gate.from + u]!;
    }
    this.#words += read.tokens.length;
    const states = this.layers.map((layer, k) =>
      last.subarray(this.#hidden[k]!, this.#hidden[k]! + layer.units),
    );
    const own = states[this.layers.indexOf(this.#compared)]!;
    this.#size += own.reduce((sum, value) => sum + Math.abs(value), 0) / units;
    return states;
  }

  summary(texts: number): ComparedSide {
    const { layer, kind, units } = this.#compared;
    const count = this.#words * units;
    return {
      ...{ layer, kind, units },
      gates: Object.fromEntries(this.#gates.map(({ name, sum }) => [name, sum / count])),
      hidden: this.#size / texts,
    };
  }
}

/** The same rows of two walks, which may leave out different ones. */
async function* paired(
  first: AsyncGenerator<RecordedText>,
  second: AsyncGenerator<RecordedText>,
): AsyncGenerator<[RecordedText | null, RecordedText | null]> {
  let [p, q] = [await first.next(), await second.next()];
  while (!p.done || !q.done) {
    const [before, after] = [p.done ? Infinity : p.value.row, q.done ? Infinity : q.value.row];
    yield [
      before <= after ? (p.value as RecordedText) : null,
      after <= before ? (q.value as RecordedText) : null,
    ];
    const [goP, goQ] = [before <= after, after <= before];
    if (goP) p = await first.next();
    if (goQ) q = await second.next();
  }
}
