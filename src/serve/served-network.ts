/** Networks alone as they are served: tensors in, tensors out; or texts in, where one begins with TextVectorization. */
import { inputError } from "../base/errors.js";
import { atOnce } from "../base/pieces.js";
import type { TextVectorization } from "../layers/text-vectorization.js";
import { readsIds, takesTexts } from "../layers/traits.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import { checkInputs } from "../network/inputs.js";
import type { Network } from "../network/network.js";
import { tooMuch } from "./refusal.js";
import type { Served } from "./served-kind.js";
import { type Column, type Question, type TensorInfo, textsIn } from "./tensors.js";

/** Outputs of a row, and their shape. */
interface RowAnswer {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

type Asked = Pick<Model, "predictFlat" | "predictFlatAsync">;

/**
 * Numbers of an input that are asked together at most, for others to have their turn: a batch of rows of 2,048 ids. Of longer
 * rows there are fewer in a batch.
 */
const MOST_TOGETHER = 2 ** 16;

/**
 * @param model who is asked; null sizes are open
 * @throws InputError where the network's input shape is not known yet, and for texts beside other inputs
 */
export function servedNetwork(model: Asked, network: Network, dispose: () => void): Served<RowAnswer> {
  const inputs = inputsOf(network);
  const reader = network.nodes.map(({ layer }) => layer).find(takesTexts);
  if (reader && inputs.length > 1) {
    const received = inputs.map(({ name }) => name);
    throw inputError({ expected: "one input, where texts are read", where: network.name, received });
  }
  const { engine } = network.runtime;
  const rowAnswers =
    (first: number) =>
    ({ data, rows, shape }: Rows): RowAnswer[] => {
      const size = data.length / rows;
      return Array.from({ length: rows }, (_, row) => {
        const values = data.subarray(row * size, (row + 1) * size);
        return { values: checked(values, first + row, network.name), shape };
      });
    };
  return {
    kind: "network",
    labels: [],
    inputs,
    columns: [outputOf(network)],
    prepared(question, most) {
      const rows = reader ? rowsOfTexts(textsIn(question), reader, most) : inputsIn(question);
      // What does not fit is refused here, by its own rows' numbers: in a batch there are others before them.
      atOnce(checkInputs(rows, network.nodes));
      return { inputs: rows };
    },
    keyOf: (question) => shapesOf(inputsIn(question)),
    cut: (question, from, to) => ({ inputs: cutRows(inputsIn(question), from, to) }),
    most: (question) => Math.max(1, Math.floor(MOST_TOGETHER / longest(inputsIn(question)))),
    answer(questions, first) {
      const answersTo = rowAnswers(first - 1);
      const x = joined(questions.map(inputsIn));
      if (engine.synchronous) return answersTo(model.predictFlat(x));
      return model.predictFlatAsync(x).then(answersTo);
    },
    json: ({ values, shape }) => ({ outputs: nested(values, shape) }),
    dispose,
  };
}

/** The network's inputs by the names of its layers, with −1 where a size is open. */
function inputsOf(network: Network): TensorInfo[] {
  const shapes = network.inputShapes;
  const places = network.nodes.flatMap((node, i) => (node.inputs.length === 0 ? [i] : []));
  return places.map((place, i) => {
    const { layer } = network.nodes[place]!;
    if (takesTexts(layer)) return { name: layer.name, datatype: "BYTES", shape: [-1] };
    const isIds = network.nodes.some((node) => node.inputs[0] === place && readsIds(node.layer));
    const shape = [-1, ...shapes[i]!.map((size) => size ?? -1)];
    return { name: layer.name, datatype: isIds ? "INT32" : "FP32", shape };
  });
}

function outputOf({ outputNode: { layer, shape } }: Network): Column<RowAnswer> {
  return {
    info: { name: layer.name, datatype: "FP32", shape: [-1, ...shape.map((size) => size ?? -1)] },
    shapeOf: (answers) => answers[0]?.shape ?? shape.map((size) => size ?? 0),
    of: (answers) => answers.flatMap(({ values }) => Array.from(values)),
  };
}

const inputsIn = (question: Question): readonly Rows[] => ("inputs" in question ? question.inputs : []);

/**
 * Texts as rows of ids, of the layer's length or of their longest's: padded by request, so that who else asks changes no answer.
 */
function rowsOfTexts(texts: readonly string[], { vectorizer }: TextVectorization, most: number): Rows[] {
  // Never of none, which no layer could read.
  const length =
    vectorizer.length ?? texts.reduce((long, text) => Math.max(long, vectorizer.encode(text).length), 1);
  const count = length * texts.length;
  if (count > most) {
    const received = `${texts.length} texts that are padded to ${length} words, ${count} ids`;
    throw tooMuch(
      received,
      `${most} ids a request, as --max-body says (in code: maxBody)`,
      "Send long texts in requests of their own",
    );
  }
  const { ids: data, rows } = vectorizer.encodeRows(texts, length);
  return [{ data, rows, shape: [length] }];
}

/** Numbers in the longest row of the inputs. */
const longest = (inputs: readonly Rows[]): number =>
  inputs.reduce((most, { data, rows }) => Math.max(most, data.length / rows), 1);

const shapesOf = (inputs: readonly Rows[]): string => inputs.map(({ shape }) => shape.join("x")).join(" ");

function cutRows(inputs: readonly Rows[], from: number, to: number): Rows[] {
  return inputs.map(({ data, rows, shape }) => {
    const size = data.length / rows;
    return { data: data.subarray(from * size, to * size), rows: to - from, shape };
  });
}

/** Rows of equal shapes as one, an input each. */
function joined(asked: readonly (readonly Rows[])[]): Rows | Rows[] {
  const inputs = asked[0]!.map((input, i): Rows => {
    if (asked.length === 1) return input;
    const parts = asked.map((one) => one[i]!);
    const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
    let at = 0;
    for (const part of parts) {
      data.set(part.data, at);
      at += part.data.length;
    }
    return { data, rows: parts.reduce((sum, part) => sum + part.rows, 0), shape: input.shape };
  });
  return inputs.length === 1 ? inputs[0]! : inputs;
}

/** JSON has no other numbers. @throws InputError */
function checked(values: Float32Array, row: number, name: string): Float32Array {
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad === undefined) return values;
  const next = "The network's arithmetic leaves the range of numbers.";
  throw inputError({
    expected: "outputs that are numbers",
    where: `${name}, row ${row}`,
    received: bad,
    next,
  });
}

/** A vector, or a vector a step. */
function nested(values: Float32Array, shape: readonly number[]): number[] | number[][] {
  if (shape.length < 2) return Array.from(values);
  const size = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, t) => Array.from(values.subarray(t * size, (t + 1) * size)));
}
