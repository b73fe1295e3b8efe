/** The text of a row that may stand in several columns. */
import { label as printed } from "../base/label.js";
import { percent } from "../base/numbers.js";
import type { Column } from "./columns.js";
import { type Cell, type Cells, Unfit } from "./records.js";

/** A row's text: what its text columns hold, a line each. */
export class Texts {
  /** Characters gone through, by column: counted where there are several. */
  readonly characters: number[];

  constructor(private readonly columns: readonly Column[]) {
    this.characters = columns.map(() => 0);
  }

  get name(): string {
    return this.columns.map(({ name }) => name).join(" and ");
  }

  /** Undefined where no column holds a text; what one holds instead, where it is none. */
  of(cells: Cells): Cell {
    const { columns } = this;
    if (columns.length === 1) return cells[columns[0]!.index];
    const parts: string[] = [];
    let there = false;
    for (const [i, { index }] of columns.entries()) {
      const cell = cells[index];
      if (cell instanceof Unfit) return cell;
      if (cell === undefined) continue;
      there = true;
      this.characters[i]! += cell.length;
      if (cell !== "") parts.push(cell);
    }
    return there ? parts.join("\n") : undefined;
  }

  /** Counts characters of texts that were gone through elsewhere. */
  add(characters: readonly number[]): void {
    for (const [i, count] of characters.entries()) this.characters[i]! += count;
  }

  /** Each column's share of the texts, where there are several. */
  notes(): string[] {
    if (this.columns.length < 2) return [];
    const all = Math.max(
      1,
      this.characters.reduce((sum, count) => sum + count, 0),
    );
    const shares = this.columns.map(
      ({ name }, i) => `${printed(name)} ${percent(this.characters[i]! / all)}`,
    );
    return [`of the texts' characters are ${shares.join(", ")}`];
  }
}
