/** Networks alone as they are served: tensors in, tensors out; or texts in, where one begins with TextVectorization. */
import { inputError } from "../base/errors.js";
import { readsIds, takesTexts } from "../layers/traits.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import type { InputsLike } from "../network/inputs.js";
import type { Network } from "../network/network.js";
import type { Served } from "./served-kind.js";
import type { Column, Question, TensorInfo } from "./tensors.js";

/** Outputs of a row, and their shape. */
interface RowAnswer {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

type Asked = Pick<Model, "predictFlat" | "predictFlatAsync">;

/** @param model who is asked; null sizes are open @throws InputError where the network's input shape is not known yet */
export function servedNetwork(model: Asked, network: Network, dispose: () => void): Served<RowAnswer> {
  const readsTexts = network.nodes.some(({ layer }) => takesTexts(layer));
  const inputs = inputsOf(network);
  const { engine } = network.runtime;
  const answersTo = ({ data, rows, shape }: Rows): RowAnswer[] => {
    const size = data.length / rows;
    return Array.from({ length: rows }, (_, row) => {
      const values = data.subarray(row * size, (row + 1) * size);
      return { values: checked(values, row, network.name), shape };
    });
  };
  return {
    kind: "network",
    labels: [],
    inputs,
    columns: [outputOf(network)],
    // Texts are padded to the longest of them where the layer names no length: who else asks would change the answer.
    keyOf: (question) => ("texts" in question ? null : shapesOf(question.inputs)),
    cut: (question, from, to) =>
      "texts" in question
        ? { texts: question.texts.slice(from, to) }
        : { inputs: cutRows(question.inputs, from, to) },
    answer(questions) {
      const x = readsTexts
        ? questions.flatMap((one) => ("texts" in one ? one.texts : []))
        : joined(questions);
      if (engine.synchronous) return answersTo(model.predictFlat(x as InputsLike));
      return model.predictFlatAsync(x as InputsLike).then(answersTo);
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

const shapesOf = (inputs: readonly Rows[]): string => inputs.map(({ shape }) => shape.join("x")).join(" ");

function cutRows(inputs: readonly Rows[], from: number, to: number): Rows[] {
  return inputs.map(({ data, rows, shape }) => {
    const size = data.length / rows;
    return { data: data.subarray(from * size, to * size), rows: to - from, shape };
  });
}

/** Rows of equal shapes as one, an input each. */
function joined(questions: readonly Question[]): Rows | Rows[] {
  const asked = questions.flatMap((one) => ("inputs" in one ? [one.inputs] : []));
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
