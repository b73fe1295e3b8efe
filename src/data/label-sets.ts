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
import {
  Counted,
  LIST_AS_TEXT,
  MALFORMED_LIST,
  MOST_LABELS,
  NEITHER,
  NO_LIST,
  TOO_MANY_LABELS,
} from "./unusable-rows.js";
import { beginsAsList, isBracketed, writtenList } from "./written-list.js";

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

  constructor(protected readonly settings: LabelSetSettings) {
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
type Form = { is: "lists" } | { is: "single" } | { is: "written lists" } | { is: "separated"; by: string };

/** Labels that stand in one column. */
export class ListedLabels extends LabelSets {
  readonly column: string;
  readonly written: string;
  private readonly form: Form;
  /** Rows with labels that may be several. */
  private readonly unparted = new Counted();
  private unpartedLabel = "";
  /** Rows with a word for nothing in place of a list. */
  private readonly absent = new Counted();
  private absentWord = "";

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
    private readonly listed: boolean,
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
    const trimmed = cell.trim();
    if (trimmed === "") return [];
    if (form.is === "written lists") return this.inBrackets(cell, trimmed, row);
    if (this.isTorn(trimmed)) return new Unfit(cell, LIST_AS_TEXT);
    if (form.is !== "separated") return this.unbroken([cell], row);
    const labels = bounded(cell, cell.split(form.by, MOST_LABELS + 1));
    return labels instanceof Unfit ? labels : this.unbroken(labels, row);
  }

  private inBrackets(cell: string, trimmed: string, row: number): readonly string[] | Unfit {
    const items = writtenList(trimmed, MOST_LABELS);
    if (items) return bounded(cell, items);
    if (!isNone(trimmed)) return new Unfit(cell, /^[[({]/.test(trimmed) ? MALFORMED_LIST : NO_LIST);
    if (this.absent.count === 0) this.absentWord = trimmed;
    this.absent.add(row);
    return [];
  }

  /** Whether a cell is a list where lists are not sought: its labels would have brackets. Square ones may belong to them where that is said. */
  private isTorn(cell: string): boolean {
    if (this.listed) return false;
    return (this.settings.separator === undefined && isPartOfList(cell)) || beginsAsList(cell);
  }

  /** Counts labels that hold another separator than theirs, where that was not said. */
  private unbroken(labels: readonly string[], row: number): readonly string[] {
    if (this.settings.separator !== undefined || this.listed) return labels;
    const found = labels.find((label) => this.otherMarks.some((mark) => label.includes(mark)));
    if (found === undefined) return labels;
    if (this.unparted.count === 0) this.unpartedLabel = found.trim();
    this.unparted.add(row);
    return labels;
  }

  private get otherMarks(): readonly string[] {
    const { form } = this;
    return form.is === "separated" ? SEPARATORS.filter((mark) => mark !== form.by) : SEPARATORS;
  }

  override notes(rows: number): string[] {
    const { unparted, absent } = this;
    const notes = super.notes(rows);
    if (absent.count > 0) {
      const word = JSON.stringify(printed(this.absentWord));
      notes.push(
        `${absent.rows("has", "have")} a word such as ${word} in place of a list, which is taken for no labels: ${absent.numbers()}`,
      );
    }
    if (unparted.count > 0) {
      const marks = this.otherMarks.map((mark) => `"${mark}"`);
      const one = `${marks.slice(0, -1).join(", ")} or ${marks.at(-1)} in it, such as ${JSON.stringify(printed(this.unpartedLabel))}`;
      notes.push(
        `${unparted.rows("has", "have")} a label with ${one}, which is taken for one: ${unparted.numbers()}`,
      );
    }
    return notes;
  }
}

/** Whether square brackets open a cell, or close what they have not opened: "Chinese [zh]" is a label. */
const isPartOfList = (cell: string): boolean =>
  cell.startsWith("[") || (cell.endsWith("]") && (!cell.includes("[") || /["']\s*\]$/.test(cell)));

/** How tables write that there is no list. Among labels that are no lists, "none" may be one. */
const isNone = (cell: string): boolean => /^(?:none|nan|null|n\/a|<na>)$/i.test(cell);

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

/** Written lists where these are at least half. @param texts the cells at the head that hold anything, trimmed */
function formOf(texts: readonly string[]): Form {
  const others = texts.filter((text) => !isBracketed(text));
  const lists = texts.length - others.length;
  // The fewer of them cannot be used, whichever they are.
  if (lists > 0 && lists >= others.filter((text) => !isNone(text)).length) return { is: "written lists" };
  const by = SEPARATORS.find((mark) => parts(mark, others));
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
