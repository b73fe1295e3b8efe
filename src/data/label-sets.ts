/**
 * Several labels a text, as files write them: lists, cells with a separator, lists written as text, a column of 0 and 1
 * for each label. Which it is shows at the head of the file.
 */
import { inputError, show } from "../base/errors.js";
import { label as printed } from "../base/label.js";
import { cellOf } from "./json-records.js";
import { type LabelCells, type LabelMap, namesFrom } from "./label-cells.js";
import { labelKey } from "./labels.js";
import { type Cell, type Cells, textOf, Unfit } from "./records.js";
import { Counted, MALFORMED_LIST, MOST_LABELS, NEITHER, TOO_MANY_LABELS } from "./unusable-rows.js";
import { isBracketed, writtenList } from "./written-list.js";

export interface LabelSetSettings {
  /** What parts the labels of a cell, where that is said. */
  separator: string | undefined;
  map: LabelMap | undefined;
  /** Whether no labels count as a missing label. */
  noneIsMissing: boolean;
}

interface Named {
  index: number;
  name: string;
}

/** The labels of each row, trimmed, each once. */
abstract class LabelSets implements LabelCells<readonly string[]> {
  readonly what = "labels";
  private readonly none = new Counted();
  private readonly fewer = new Counted();
  private readonly labelOf: (label: string) => string | null;
  abstract readonly column: string;
  abstract readonly written: string;

  constructor(private readonly settings: LabelSetSettings) {
    this.labelOf = namesFrom(settings.map);
  }

  /** As they stand there. */
  protected abstract found(cells: Cells, row: number): readonly string[] | Unfit;

  of(cells: Cells, row: number): readonly string[] | Unfit | undefined {
    const found = this.found(cells, row);
    if (found instanceof Unfit) return found;
    const labels = new Map<string, string>();
    let takenOff = false;
    for (const written of found) {
      const trimmed = written.trim();
      if (trimmed === "") continue;
      const label = this.labelOf(trimmed);
      takenOff ||= label === null;
      // 1 and 1.0 are one label.
      if (label !== null && !labels.has(labelKey(label))) labels.set(labelKey(label), label);
    }
    if (takenOff) this.fewer.add(row);
    if (labels.size === 0) {
      if (this.settings.noneIsMissing) return undefined;
      this.none.add(row);
    }
    return [...labels.values()];
  }

  notes(_rows: number): string[] {
    const { none, fewer } = this;
    return [
      ...(none.count > 0 ? [`${none.rows("has", "have")} no labels: ${none.numbers()}`] : []),
      ...(fewer.count > 0
        ? [`${fewer.rows("lacks", "lack")} labels that the map of labels takes off: ${fewer.numbers()}`]
        : []),
    ];
  }
}

/** How the labels of a cell of text are parted. */
type Form =
  | { is: "lists" }
  /** Labels that hold a separator are said, where they may be several. */
  | { is: "single" }
  | { is: "written lists" }
  | { is: "separated"; by: string };

/** Labels that stand in one column. */
export class ListedLabels extends LabelSets {
  readonly column: string;
  readonly written: string;
  private readonly form: Form;
  private readonly unparted = new Counted();

  /**
   * @param file what messages call the file
   * @param head the records that show how labels are written
   * @param listed whether its format has lists of labels, so that no text holds several
   * @throws InputError for a separator where there are lists alone
   */
  constructor(
    file: string,
    private readonly place: Named,
    head: readonly Cells[],
    listed: boolean,
    settings: LabelSetSettings,
  ) {
    super(settings);
    this.column = place.name;
    const { separator } = settings;
    const cells = head.map((row) => row[place.index]);
    const texts = cells.map((cell) => textOf(cell).trim()).filter((cell) => cell !== "");
    const hasLists = cells.some(isList);
    if (separator !== undefined && (listed || (hasLists && texts.length === 0)))
      throw idle(file, separator, "lists");
    if (separator !== undefined) this.form = { is: "separated", by: separator };
    else this.form = listed || hasLists ? { is: "lists" } : formOf(texts);
    this.written = IN_WORDS[this.form.is] + (this.form.is === "separated" ? printed(show(this.form.by)) : "");
  }

  protected found(cells: Cells, row: number): readonly string[] | Unfit {
    const { form, place } = this;
    const cell = cells[place.index];
    if (cell === undefined) return [];
    if (cell instanceof Unfit) return Array.isArray(cell.value) ? labelsIn(cell, cell.value) : cell;
    switch (form.is) {
      case "lists":
        return [cell];
      case "single":
        if (SEPARATORS.some((mark) => cell.includes(mark))) this.unparted.add(row);
        return [cell];
      case "separated":
        return bounded(cell, cell.split(form.by, MOST_LABELS + 1));
      case "written lists": {
        const trimmed = cell.trim();
        if (trimmed === "") return [];
        const items = writtenList(trimmed, MOST_LABELS);
        return items ? bounded(cell, items) : new Unfit(cell, MALFORMED_LIST);
      }
    }
  }

  override notes(rows: number): string[] {
    const { unparted } = this;
    if (unparted.count === 0) return super.notes(rows);
    const found = `${unparted.rows("has", "have")} a label with ";", "|" or "," in it, which is taken for one`;
    return [...super.notes(rows), `${found}: ${unparted.numbers()}`];
  }
}

const isList = (cell: Cell): boolean => cell instanceof Unfit && Array.isArray(cell.value);

const IN_WORDS: Record<Form["is"], string> = {
  lists: "labels in lists",
  single: "each cell one label",
  "written lists": "labels in lists that are written as text",
  separated: "labels parted by ",
};

/** A row of too many is no row of labels. */
const bounded = (cell: string, labels: readonly string[]): readonly string[] | Unfit =>
  labels.length > MOST_LABELS ? new Unfit(cell, TOO_MANY_LABELS) : labels;

function labelsIn(cell: Unfit, list: readonly unknown[]): string[] | Unfit {
  if (list.length > MOST_LABELS) return new Unfit(list.slice(0, 5), TOO_MANY_LABELS);
  const labels: string[] = [];
  for (const item of list) {
    const label = cellOf(item);
    if (typeof label !== "string") return label instanceof Unfit && typeof item === "number" ? label : cell;
    labels.push(label);
  }
  return labels;
}

/** What may part labels, in the order in which they are tried. */
const SEPARATORS = [";", "|", ","] as const;

/** @param texts the cells at the head that hold anything, trimmed */
function formOf(texts: readonly string[]): Form {
  if (texts.length > 0 && texts.every(isBracketed)) return { is: "written lists" };
  const by = SEPARATORS.find((mark) => parts(mark, texts));
  return by === undefined ? { is: "single" } : { is: "separated", by };
}

/**
 * Whether cells fall apart by a mark into labels most of which repeat. A comma may also stand within a label, as in
 * "Sports, Leisure": by it they must repeat in cells that are different.
 */
function parts(mark: string, texts: readonly string[]): boolean {
  const cells = (mark === "," ? [...new Set(texts)] : texts).map(
    (text) =>
      new Set(
        text
          .split(mark, MOST_LABELS)
          .map((label) => label.trim())
          .filter((label) => label !== ""),
      ),
  );
  const rows = new Map<string, number>();
  for (const labels of cells) for (const label of labels) rows.set(label, (rows.get(label) ?? 0) + 1);
  const several = cells.filter(({ size }) => size > 1).flatMap((labels) => [...labels]);
  const repeated = several.filter((label) => rows.get(label)! > 1);
  return several.length > 0 && 2 * repeated.length >= several.length;
}

/** A column of 0 and 1 for each label, which is called as the label. */
export class IndicatedLabels extends LabelSets {
  readonly column: string;
  readonly written = "a column of 0 and 1 for each label";

  /** @throws InputError for a separator, which nothing is done with */
  constructor(
    file: string,
    private readonly places: readonly Named[],
    settings: LabelSetSettings,
  ) {
    super(settings);
    this.column = places.map(({ name }) => name).join(", ");
    if (settings.separator !== undefined) throw idle(file, settings.separator, "columns");
  }

  protected found(cells: Cells): readonly string[] | Unfit {
    const labels: string[] = [];
    for (const { index, name } of this.places) {
      const cell = cells[index];
      const answer = cell instanceof Unfit ? undefined : isThere(cell ?? "");
      if (answer === undefined) return new Unfit(cell instanceof Unfit ? cell.value : cell, NEITHER);
      if (answer) labels.push(name);
    }
    return labels;
  }
}

/** Undefined where a cell is neither. */
function isThere(cell: string): boolean | undefined {
  if (cell.length > LONGEST_ANSWER) return undefined;
  const answer = labelKey(cell.trim()).toLowerCase();
  if (["1", "true", "yes"].includes(answer)) return true;
  return ["0", "false", "no", ""].includes(answer) ? false : undefined;
}

const LONGEST_ANSWER = 100;

const idle = (file: string, separator: string, what: "lists" | "columns"): Error =>
  inputError({
    expected: `no labelSeparator: its labels stand in ${what === "lists" ? "lists" : "columns of their own"}`,
    where: file,
    received: separator,
  });
