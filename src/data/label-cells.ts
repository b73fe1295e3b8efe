/** How what rows are labelled with is read from their cells; here, one label a row. */
import { inputError } from "../base/errors.js";
import { cellOf } from "./json-records.js";
import { labelKey } from "./labels.js";
import { type Cell, type Cells, Unfit } from "./records.js";
import { Counted, type Sought, Spaces } from "./unusable-rows.js";

/** Stands where the map of labels takes a row out. */
export const LEFT_OUT = Symbol("left out by the map of labels");

/** Reads what rows are labelled with. */
export interface LabelCells<Value> {
  /** What messages call it. */
  readonly what: Sought;
  /** The column that it stands in, or the columns. */
  readonly column: string;
  /** How it is written, in words, where there is more than one way. */
  readonly written?: string;
  /** Undefined where there is nothing; unfit where there is something else. */
  of(cells: Cells, row: number): Value | typeof LEFT_OUT | Unfit | undefined;
  /** What was done that may not be meant. @param rows how many there were */
  notes(rows: number): string[];
}

/** One label a row, trimmed. */
export class OneLabel implements LabelCells<string> {
  readonly what = "label";
  private readonly spaces = new Spaces();
  private readonly mapped = new Counted();
  private readonly labelOf: (label: string) => string | null;

  constructor(
    readonly column: string,
    private readonly index: number,
    map: LabelMap | undefined,
  ) {
    this.labelOf = namesFrom(map);
  }

  of(cells: Cells, row: number): string | typeof LEFT_OUT | Unfit | undefined {
    const written = oneOf(cells[this.index]);
    if (written instanceof Unfit) return written;
    if (written === undefined || written.trim() === "") return undefined;
    const label = this.labelOf(this.spaces.trim(written));
    if (label !== null) return label;
    this.mapped.add(row);
    return LEFT_OUT;
  }

  notes(rows: number): string[] {
    const { spaces, mapped } = this;
    return [
      ...spaces.notes(rows),
      ...(mapped.count > 0
        ? [`${mapped.rows("is", "are")} left out by the map of labels: ${mapped.numbers()}`]
        : []),
    ];
  }
}

/** A list of one names one label, and an empty one none, as data of several labels a text is written where it has no more than one. */
export function oneOf(cell: Cell): Cell {
  if (!(cell instanceof Unfit) || !Array.isArray(cell.value) || cell.value.length > 1) return cell;
  const one = cellOf(cell.value[0]);
  return one instanceof Unfit ? cell : one;
}

/** Labels that are to be called otherwise, by how they stand in the file; null takes them off. */
export type LabelMap = Readonly<Record<string, string | null>>;

/** @throws InputError for a map that holds anything but names, or null */
export function namesFrom(map: LabelMap | undefined): (label: string) => string | null {
  if (map === undefined) return (label) => label;
  const names = new Map(Object.entries(map).map(([from, to]) => [labelKey(from.trim()), to]));
  for (const [from, to] of names) {
    if (typeof to === "string") names.set(from, to.trim());
    if (to === null || (typeof to === "string" && to.trim() !== "")) continue;
    throw inputError({
      expected: "a label, or null",
      where: `labelMap ${JSON.stringify(from)}`,
      received: to,
    });
  }
  return (label) => {
    const to = names.get(labelKey(label));
    return to === undefined ? label : to;
  };
}
