import { inputError, wholeNumber } from "../base/errors.js";
import { printable, takeWidth } from "../base/text.js";
import {
  type Amount,
  addAmounts,
  hasConnections,
  isShapes,
  readableBytes,
  type SummaryLayer,
  type SummaryModel,
  totalsOf,
} from "./summary/data.js";
import { keras2Table } from "./summary/keras2.js";
import { type Column, drawTable, wrap } from "./summary/rich.js";

/** Options of `model.summary`. */
export interface SummaryOptions {
  /** Keras 3.15's table (default), or that of Keras 2.14. */
  format?: "keras3" | "keras2";
  /** Length of a line: by default as much as the terminal has less 4, at most 88 (108 with connections). */
  lineLength?: number;
  /** Columns of the terminal; 80 where there is none, as Keras takes it. */
  terminalColumns?: number;
  /** Adds a column that says Y, N or - (no weights). Default false. */
  showTrainable?: boolean;
}

/**
 * The table that Keras's `model.summary()` prints, to the character, without the last line feed.
 * Complains when a column would be narrower than 4 characters, as Keras does.
 */
export function summaryTable(summarized: SummaryModel, options: SummaryOptions = {}): string {
  const model = withPrintableNames(summarized);
  const lineLength = options.lineLength && wholeNumber(options.lineLength, "summary lineLength", 1, 10_000);
  if (options.format === "keras2") {
    return keras2Table(model, { ...options, lineLength }).join("\n");
  }
  const columns = wholeNumber(options.terminalColumns ?? 80, "summary terminalColumns", 1, 10_000);
  const graph = hasConnections(model);
  const widest = (graph ? 108 : 88) + (options.showTrainable ? 12 : 0);
  const table = drawTable(
    columnsFor(graph, options.showTrainable ?? false, lineLength || Math.min(widest, columns - 4)),
    model.layers.map((layer) => cellsOf(layer, graph, options.showTrainable ?? false)),
  );
  return [
    ...wrap(`Model: "${model.name}"`, columns, "fold"),
    ...table,
    ...totalLines(model).flatMap((line) => wrap(line, columns, "fold")),
  ]
    .map((line) => takeWidth(line, columns))
    .join("\n");
}

/** Names come out of files: one with a line feed or an escape sequence must not draw a table of its own. */
function withPrintableNames(model: SummaryModel): SummaryModel {
  const layers = model.layers.map(({ connectedTo, ...layer }) => ({
    ...layer,
    name: printable(layer.name),
    ...(connectedTo ? { connectedTo: connectedTo.map(printable) } : {}),
  }));
  return { ...model, name: printable(model.name), layers };
}

/** Columns end at these shares of the line (keras/src/utils/summary_utils.py). */
function columnsFor(graph: boolean, showTrainable: boolean, lineLength: number): Column[] {
  const shares = graph ? [0.3, 0.56, 0.74, 1] : [0.45, 0.8, 1];
  const ends = showTrainable ? [...shares.map((share) => share * 0.9), 1] : shares;
  const kinds: [string, Column["align"]][] = [
    ["Layer (type)", "left"],
    ["Output Shape", "left"],
    ["Param #", "right"],
    ...(graph ? [["Connected to", "left"] satisfies [string, Column["align"]]] : []),
    ...(showTrainable ? [["Trainable", "center"] satisfies [string, Column["align"]]] : []),
  ];
  let start = 0;
  return kinds.map(([header, align], i) => {
    const width = Math.trunc(ends[i]! * lineLength) - start;
    start += width;
    if (width < 4) {
      throw inputError({
        expected: "a line long enough for columns of 4 characters",
        where: "summary lineLength",
        received: lineLength,
        next: "Widen the terminal, or give a longer line.",
      });
    }
    return { header, width, align };
  });
}

function cellsOf(layer: SummaryLayer, graph: boolean, showTrainable: boolean): string[] {
  const cells = [
    `${layer.name} (${layer.className})`,
    shapeText(layer.outputShape),
    layer.built ? grouped(layer.params) : "0 (unbuilt)",
  ];
  if (graph) cells.push(layer.connectedTo?.join(", ") || "-");
  if (showTrainable) cells.push(trainableText(layer));
  return cells;
}

function trainableText({ params, trainable, trainableParams }: SummaryLayer): string {
  if (params === 0) return "-";
  return (trainable ?? trainableParams > 0) ? "Y" : "N";
}

function shapeText(shape: SummaryLayer["outputShape"]): string {
  if (shape === null) return "?";
  if (isShapes(shape)) return `[${shape.map(shapeText).join(", ")}]`;
  return `(${shape.map((size) => size ?? "None").join(", ")})`;
}

function totalLines(model: SummaryModel): string[] {
  const { trainable, nonTrainable } = totalsOf(model);
  // All float32 but the iteration count, which takes 8 bytes.
  const count = model.optimizerParams ?? 0;
  const optimizer = { count, bytes: count > 0 ? 4 * count + 4 : 0 };
  const total = addAmounts(trainable, nonTrainable, optimizer);
  const line = (what: string, part: Amount) =>
    ` ${what} params: ${grouped(part.count)} (${readableBytes(part.bytes)})`;
  return [
    line("Total", total),
    line("Trainable", trainable),
    line("Non-trainable", nonTrainable),
    ...(model.optimizerParams === undefined ? [] : [line("Optimizer", optimizer)]),
  ];
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
