import { inputError } from "../../base/errors.js";
import {
  type Amount,
  addAmounts,
  hasConnections,
  isShapes,
  readableBytes,
  type Shape,
  type SummaryLayer,
  type SummaryModel,
  totalsOf,
} from "./data.js";

/** The table of Keras 2.14, line by line: fixed columns, a blank row after every layer, no thousands separators. */
export function keras2Table(
  model: SummaryModel,
  { lineLength, showTrainable = false }: { lineLength?: number; showTrainable?: boolean },
): string[] {
  const graph = hasConnections(model);
  checkBuilt(model);
  const length = lineLength || (graph ? 98 : 65);
  const ends = (graph ? [0.3, 0.6, 0.7, 1] : [0.45, 0.85, 1]).map((share) => Math.trunc(length * share));
  const headers = ["Layer (type)", "Output Shape", "Param #"];
  if (graph) headers.push("Connected to");
  const full = showTrainable ? length + 11 : length;
  if (showTrainable) {
    ends.push(full);
    headers.push("Trainable");
  }
  const { trainable, nonTrainable } = totalsOf(model);
  const totalLine = (what: string, part: Amount) =>
    `${what} params: ${part.count} (${readableBytes(part.bytes, "Byte")})`;
  return [
    `Model: "${model.name}"`,
    "_".repeat(full),
    ...rowLines(headers, ends),
    "=".repeat(full),
    ...model.layers.flatMap((layer) => [
      ...rowLines(cellsOf(layer, graph, showTrainable), ends),
      " ".repeat(full),
    ]),
    "=".repeat(full),
    totalLine("Total", addAmounts(trainable, nonTrainable)),
    totalLine("Trainable", trainable),
    totalLine("Non-trainable", nonTrainable),
    "_".repeat(full),
  ];
}

/** Keras 2 refuses to print a model that has not been built. */
function checkBuilt(model: SummaryModel): void {
  const unbuilt = model.layers.find(({ built, outputShape }) => !built || outputShape === null);
  if (unbuilt === undefined) return;
  throw inputError({
    expected: "a built model for the Keras 2 format",
    where: `summary layer ${unbuilt.name}`,
    next: "Give the first layer an input length, or use the Keras 3 format.",
  });
}

function cellsOf(layer: SummaryLayer, graph: boolean, showTrainable: boolean): string[] {
  const { outputShape } = layer;
  const shape = outputShape === null ? "?" : shapeText(outputShape);
  const cells = [`${layer.name} (${layer.className})`, shape, String(layer.params)];
  if (graph) cells.push(`[${(layer.connectedTo ?? []).map((input) => `'${input}'`).join(", ")}]`);
  if (showTrainable)
    cells.push((layer.trainable ?? (layer.params === 0 || layer.trainableParams > 0)) ? "Y" : "N");
  return cells;
}

/** Python's way of writing tuples, lists of them included. */
function shapeText(shape: Shape | readonly Shape[]): string {
  if (isShapes(shape)) return `[${shape.map(shapeText).join(", ")}]`;
  return `(${shape.map((size) => size ?? "None").join(", ")}${shape.length === 1 ? "," : ""})`;
}

/** After these a cell breaks even where more would fit. */
const BREAKS = ["),", "},", "],", "',"];

/** One row: cells cut hard at their columns, what is left over goes on the next line. */
function rowLines(cells: string[], ends: number[]): string[] {
  const lines: string[] = [];
  let left = [...cells];
  while (left.some((cell) => cell !== "")) {
    let line = "";
    left = left.map((cell, i) => {
      const last = i === ends.length - 1;
      // All but the last column keep two spaces, and one for the blank that begins the line.
      const room = ends[i]! - (i === 0 ? 0 : ends[i - 1]!) - (last ? 0 : 3);
      const cut = breakAt(cell.slice(0, room), room);
      line += `${i === 0 ? " " : ""}${cell.slice(0, cut)}${last ? "" : "  "}`;
      line = line.padEnd(ends[i]!);
      return cell.slice(cut);
    });
    lines.push(line);
  }
  return lines;
}

function breakAt(text: string, room: number): number {
  const ends = BREAKS.filter((mark) => text.includes(mark)).map((mark) => text.indexOf(mark) + mark.length);
  return Math.min(room, ...ends);
}
