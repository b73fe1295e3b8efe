/**
 * Tables of texts: read from wherever they are, row by row.
 * @module cellstate/data
 */
export { InputError } from "../base/errors.js";
export type { Column, ColumnOptions, HowFound } from "./columns.js";
export type { Encoding } from "./decode.js";
export type { Dialect } from "./delimited.js";
export type { Format, FormatOptions, TextFormat } from "./format.js";
export {
  type AmountOptions,
  type AmountRow,
  type Data,
  type DataDescription,
  type LabelledRow,
  type LabelSetOptions,
  type LabelSetRow,
  type ReadOptions,
  readAmounts,
  readLabelled,
  readLabelSets,
  readTexts,
  type TextRow,
} from "./read.js";
export type { ByteSource, Chunks, Compression, Places } from "./source.js";
export type { Readable } from "./sources.js";
export {
  type Reject,
  type RejectOptions,
  readTable,
  type Table,
  type TableDescription,
  type TableOptions,
  type TableRow,
} from "./table.js";
