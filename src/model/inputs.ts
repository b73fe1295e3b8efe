/** What users pass as x, checked against a model's inputs. */
import { inputError } from "../errors.js";
import { checkIds, type Rows, type RowsLike, toRows } from "../train/arrays.js";
import type { Node } from "./graph.js";

/** One `Rows` an input; `count` is the number of the model's inputs. */
export function readInputs(x: RowsLike | readonly RowsLike[], count: number): Rows[] {
  if (count <= 1) return [toRows(x as RowsLike, "x")];
  if (!Array.isArray(x) || x.length !== count) {
    throw inputError({ expected: `a list of ${count} inputs`, where: "x", received: x });
  }
  return (x as readonly RowsLike[]).map((rows, i) => toRows(rows, `x[${i}]`));
}

/** @throws InputError when rows are of another shape than the model takes, or ids beyond its vocabulary */
export function checkInputs(inputs: readonly Rows[], nodes: readonly Node[]): void {
  if (inputs.some(({ rows }) => rows !== inputs[0]!.rows)) {
    throw inputError({
      expected: "inputs of equally many rows",
      where: "x",
      received: inputs.map(({ rows }) => rows),
    });
  }
  const places = nodes.flatMap((node, i) => (node.inputs.length === 0 ? [i] : []));
  inputs.forEach((input, i) => {
    checkShape(input, nodes[places[i]!]!.shape);
    checkEmbeddings(input, places[i]!, nodes);
  });
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
function checkEmbeddings(input: Rows, place: number, nodes: readonly Node[]): void {
  for (const { layer, inputs } of nodes) {
    if (layer.className !== "Embedding" || inputs[0] !== place) continue;
    const { inputDim } = layer.options as { inputDim: number };
    checkIds(input.data, input.shape[0]!, inputDim, layer.name);
  }
}
