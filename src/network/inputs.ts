/** What users pass as x, checked against a model's inputs. */
import { inputError } from "../base/errors.js";
import type { Pieces } from "../base/pieces.js";
import { readsIds, takesTexts } from "../layers/traits.js";
import type { Vectorizer } from "../tokens/vectorizer.js";
import { checkIds, type Rows, type RowsLike, toRows } from "./arrays.js";
import type { Node } from "./graph.js";

/** Rows of numbers; or texts, where a model's input is a TextVectorization. */
export type InputLike = RowsLike | readonly string[];
/** One for each input of a model that has several. */
export type InputsLike = InputLike | readonly InputLike[];

/** One `Rows` an input. `nodes`: the model's, or none while it is not built. */
export function* readInputs(x: InputsLike, nodes: readonly Node[]): Pieces<Rows[]> {
  const inputs = nodes.filter((node) => node.inputs.length === 0);
  if (inputs.length <= 1) return [yield* readInput(x as InputLike, inputs[0], "x")];
  if (!Array.isArray(x) || x.length !== inputs.length) {
    throw inputError({ expected: `a list of ${inputs.length} inputs`, where: "x", received: x });
  }
  const read: Rows[] = [];
  for (const [i, rows] of (x as readonly InputLike[]).entries()) {
    read.push(yield* readInput(rows, inputs[i], `x[${i}]`));
  }
  return read;
}

function* readInput(x: InputLike, node: Node | undefined, where: string): Pieces<Rows> {
  if (!isTexts(x)) return yield* toRows(x as RowsLike, where);
  const layer = node?.layer;
  if (!layer || !takesTexts(layer)) {
    const next =
      "Only a model that begins with TextVectorization takes texts: encode them with a Vectorizer.";
    throw inputError({ expected: "rows of numbers", where, received: x, next });
  }
  return textRows(x, layer.vectorizer);
}

function isTexts(x: InputLike): x is readonly string[] {
  return Array.isArray(x) && x.length > 0 && x.every((text) => typeof text === "string");
}

/** Rows of the layer's length, or of the longest text's; never of none, which no layer could read. */
function textRows(texts: readonly string[], vectorizer: Vectorizer): Rows {
  const encoded = vectorizer.encodeRows(texts);
  const { ids, rows, length } = encoded.length > 0 ? encoded : vectorizer.encodeRows(texts, 1);
  return { data: ids, rows, shape: [length] };
}

/** @throws InputError when rows are of another shape than the model takes, or ids beyond its vocabulary */
export function* checkInputs(inputs: readonly Rows[], nodes: readonly Node[]): Pieces<void> {
  if (inputs.some(({ rows }) => rows !== inputs[0]!.rows)) {
    throw inputError({
      expected: "inputs of equally many rows",
      where: "x",
      received: inputs.map(({ rows }) => rows),
    });
  }
  const places = nodes.flatMap((node, i) => (node.inputs.length === 0 ? [i] : []));
  for (const [i, input] of inputs.entries()) {
    checkShape(input, nodes[places[i]!]!.shape);
    yield* checkEmbeddings(input, places[i]!, nodes);
  }
}

function checkShape({ shape, rows }: Rows, expected: readonly (number | null)[]): void {
  const fits =
    shape.length === expected.length && expected.every((n, axis) => n === null || n === shape[axis]);
  if (!fits) {
    throw inputError({
      expected: `rows of shape [${expected.map((n) => n ?? "any").join(", ")}]`,
      where: "x",
      received: `rows of shape [${shape.join(", ")}]`,
    });
  }
  if (rows > 0 && shape.some((n) => n === 0)) {
    throw inputError({ expected: "rows of at least one number", where: "x", received: shape });
  }
}

/** Ids are checked before a kernel uses them as addresses. */
function* checkEmbeddings(input: Rows, place: number, nodes: readonly Node[]): Pieces<void> {
  for (const { layer, inputs } of nodes) {
    if (!readsIds(layer) || inputs[0] !== place) continue;
    yield* checkIds(input.data, input.shape[0]!, layer.options.inputDim, layer.name);
  }
}
