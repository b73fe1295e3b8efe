/** Texts to answers of any kind: in batches through the network, in order, and why there is none where an output is no number. */
import { textOf, textsOf } from "../base/arguments.js";
import { type InputError, inputError, show } from "../base/errors.js";
import { atOnce, type Pieces, ROWS, spans } from "../base/pieces.js";
import { Long } from "../base/progress.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import type { Network, NetworkLike } from "../network/network.js";
import type { WeightArray } from "../network/weights.js";
import type { EncodedBatch, RowEncoder } from "../tokens/row-encoder.js";
import type { Vectorizer } from "../tokens/vectorizer.js";
import { type Answering, inputsOf, outputsLater } from "./outputs.js";
import type { CorpusText, TextCorpus } from "./text-corpus.js";

/** A row whose outputs are no answer, with its ids and what messages call it. */
interface Unanswered {
  ids: ArrayLike<number>;
  output: ArrayLike<number>;
  where: string;
}

/** How a row of outputs is read as an answer. */
export interface Reading<Answer> {
  readonly encoder: RowEncoder;
  /**
   * @param output [outputs] finite numbers
   * @param known the share of the text's words that are known, where the encoder tells
   */
  read(output: Float32Array, known: number | undefined): Answer;
}

/** What reads the texts of who answers them. */
export let encoderIn: (answerer: TextAnswerer<unknown, object>) => RowEncoder;
/** The network of who answers texts. */
export let networkOfAnswerer: (answerer: TextAnswerer<unknown, object>) => Network;

/** What answers texts, one by one or several at a time, at once or later. */
export abstract class TextAnswerer<Answer, Options extends object> {
  static {
    encoderIn = (answerer) => answerer.reading({}).encoder;
    networkOfAnswerer = (answerer) => answerer.answering.network;
  }

  /** How outputs are read. @throws InputError for options that are none */
  protected abstract reading(options: Options): Reading<Answer>;

  /** Who is asked. */
  protected abstract get answering(): Answering;

  /** The answer to a text. @throws InputError where the network's output is no number */
  predict(text: string, options: Options = {} as Options): Answer {
    return this.predictMany([textOf(text, "predict")], options)[0]!;
  }

  /**
   * As `predict`, several at a time: faster than one by one.
   * @throws InputError that names the first text to which the network's output is no number
   */
  predictMany(texts: readonly string[], options: Options = {} as Options): Answer[] {
    return [...this.answers(textsOf(texts, "predictMany"), 1, options)];
  }

  /** As `predictMany`, one answer after another: those before a text without an answer are given. `first` is the number that messages call the first text. */
  *answers(texts: readonly string[], first = 1, options: Options = {} as Options): Generator<Answer> {
    yield* answersTo(texts, this.reading(options), this.answering, first);
  }

  /** As `predict`, on any engine: also on one that answers later, which `predict` refuses. */
  async predictAsync(text: string, options: Options = {} as Options): Promise<Answer> {
    return (await this.predictManyAsync([textOf(text, "predict")], options))[0]!;
  }

  /** As `predictMany`, on any engine. */
  async predictManyAsync(texts: readonly string[], options: Options = {} as Options): Promise<Answer[]> {
    const reading = this.reading(options);
    return answersLater(textsOf(texts, "predictMany"), reading, this.answering);
  }
}

/**
 * The answers to texts, one after another: those before a text without an answer are given.
 * @param first the number that messages call the first text
 * @throws InputError that names the first text to which the network's output is no number
 */
function* answersTo<Answer>(
  texts: readonly string[],
  reading: Reading<Answer>,
  { network, model }: Answering,
  first: number,
): Generator<Answer> {
  const batches = reading.encoder.encodeTexts(texts);
  const outputs = batches.map(({ inputs }) => model.predictFlat(inputsOf(inputs)));
  const unanswered = yield* answersIn(gather(batches, outputs, texts.length), texts, reading, first);
  if (unanswered) throw noAnswer(network, unanswered, network.getWeights());
}

/** As `answersTo`, of a network on any engine, in turns with others. How outputs are read is settled when it is asked. */
async function answersLater<Answer>(
  texts: readonly string[],
  reading: Reading<Answer>,
  answering: Answering,
): Promise<Answer[]> {
  const { network } = answering;
  const asked = texts.slice();
  const long = new Long({}, "predictManyAsync");
  const encoding = reading.encoder.encodingTexts(asked);
  const batches = asked.length > ROWS ? await long.run(encoding) : atOnce(encoding);
  const outputs = await outputsLater(batches, answering, long);
  const answers: Answer[] = [];
  const found = answersIn(gather(batches, outputs, asked.length), asked, reading, 1);
  let next = found.next();
  for (; !next.done; next = found.next()) {
    answers.push(next.value);
    if (answers.length % ROWS === 0) await long.did();
  }
  if (next.value) throw noAnswer(network, next.value, await network.getWeightsAsync());
  return answers;
}

/** What became of texts, in their order. */
interface Gathered {
  /** [texts][outputs] */
  outputs: Float32Array;
  /** The ids that stood for a text. */
  idsOf(text: number): Float32Array;
  /** The share of a text's words that are known, where the encoder tells. */
  known: (number | undefined)[];
}

/** Brings the outputs of batches into the order of the texts. */
export function gather(batches: readonly EncodedBatch[], outputs: readonly Rows[], texts: number): Gathered {
  const width = outputs.length === 0 ? 0 : outputs[0]!.data.length / outputs[0]!.rows;
  const all = new Float32Array(texts * width);
  const places = new Array<readonly [batch: number, row: number]>(texts);
  batches.forEach(({ positions }, b) => {
    for (let row = 0; row < positions.length; row++) {
      places[positions[row]!] = [b, row];
      all.set(outputs[b]!.data.subarray(row * width, (row + 1) * width), positions[row]! * width);
    }
  });
  return {
    outputs: all,
    idsOf: (text) => {
      const [b, row] = places[text]!;
      const { data, shape } = batches[b]!.inputs[0]!;
      return data.subarray(row * shape[0]!, (row + 1) * shape[0]!);
    },
    known: places.map(([b, row]) => batches[b]!.known?.[row]),
  };
}

/** The answers that outputs give, up to the first row that has none: that one comes back at the end. */
function* answersIn<Answer>(
  { outputs, idsOf, known }: Gathered,
  texts: readonly string[],
  reading: Reading<Answer>,
  first: number,
): Generator<Answer, Unanswered | null> {
  const width = outputs.length / texts.length;
  for (const [row, text] of texts.entries()) {
    const output = outputs.subarray(row * width, (row + 1) * width);
    if (!output.every(Number.isFinite)) {
      return { ids: idsOf(row), output, where: `text ${first + row} (${show(text)})` };
    }
    yield reading.read(output, known[row]);
  }
  return null;
}

/** Says which row has no answer, and why. */
export function noAnswer(
  model: NetworkLike,
  { ids, output, where }: Unanswered,
  weights: readonly WeightArray[],
): InputError {
  return inputError({
    expected: "an answer that is a number",
    where,
    received: Array.from(output).find((value) => !Number.isFinite(value)),
    next: whyNot(model, ids, weights),
  });
}

/**
 * Refuses rows without a known word where the model has no answer to padding alone, as a masked mean has none.
 * @throws InputError that names the rows, by their numbers in the file
 */
export function* checkAnswerable(
  model: Model,
  corpus: TextCorpus<CorpusText>,
  parts: readonly ArrayLike<number>[],
  vectorizer: Vectorizer,
  length: number,
): Pieces<void> {
  const empty: number[] = [];
  for (const rows of parts) {
    yield* spans(rows.length, ROWS, (from, to) => {
      for (let i = from; i < to; i++) if (corpus.isEmpty(rows[i]!, vectorizer)) empty.push(rows[i]!);
    });
  }
  if (empty.length === 0) return;
  const padding = new Float32Array(length);
  const { data } = model.predictFlat({ data: padding, rows: 1, shape: [length] });
  if (data.every(Number.isFinite)) return;
  const numbers = empty.map((row) => corpus.rowNumber(row)).sort((a, b) => a - b);
  const named = numbers.slice(0, 5);
  const more = empty.length > named.length ? `, … (${empty.length} in all)` : "";
  throw inputError({
    expected: "texts that the model has an answer to",
    where: `${empty.length === 1 ? "row" : "rows"} ${named.join(", ")}${more}`,
    received: data.find((value) => !Number.isFinite(value)),
    next: whyNot(model, padding, model.getWeights()),
  });
}

function whyNot(model: NetworkLike, ids: ArrayLike<number>, weights: readonly WeightArray[]): string {
  const astray = weights.find(({ data }) => !data.every(Number.isFinite));
  if (astray) return `The weights ${astray.name} hold what is no finite number: the model's file is damaged.`;
  if (!Array.from(ids).every((id) => id === 0))
    return "The network's arithmetic leaves the range of numbers.";
  const mean = model.nodes.find(({ layer }) => layer.kind.needsSteps)?.layer.name;
  const cause = mean
    ? `${mean} averages over the words of a text, of which there are none`
    : "the model has no answer to padding alone";
  return `No known word is left in it, and ${cause}. Leave such texts out, or have a vocabulary that gives unknown words an id.`;
}
