/**
 * fastText's lines of labelled text: `__label__spam win a prize`, any number of labels before the text. Where a comma
 * follows the label of every line at the head, it parts label and text, as some write it.
 * @see https://fasttext.cc/docs/en/supervised-tutorial.html
 */
import { type Cells, LineSplitter, type RecordParser, Unfit } from "./records.js";

const PREFIX = "__label__";

/** Whether a text's lines begin with labels in fastText's way. */
export const isFastText = (head: string): boolean => head.trimStart().startsWith(PREFIX);

export class FastTextParser implements RecordParser {
  readonly columns = ["text", "label"];
  private readonly lines: LineSplitter;
  private readonly label: RegExp;

  constructor(name: string, head: string) {
    this.lines = new LineSplitter(name);
    const lines = head.split(/\r?\n/);
    if (lines.length > 1) lines.pop(); // it may be cut
    const begun = lines.filter((line) => line.startsWith(PREFIX));
    const comma = begun.every((line) => /^__label__[^\s,]+,/.test(line));
    this.label = comma ? /^\s*__label__([^\s,]+),?/ : /^\s*__label__(\S+)/;
  }

  push(text: string): Cells[] {
    return this.take(this.lines.push(text));
  }

  end(): Cells[] {
    return this.take(this.lines.end());
  }

  private take(lines: readonly string[]): Cells[] {
    return lines.flatMap((line) => (line.trim() === "" ? [] : [this.record(line)]));
  }

  private record(line: string): Cells {
    const labels: string[] = [];
    let rest = line;
    for (let found = this.label.exec(rest); found; found = this.label.exec(rest)) {
      labels.push(found[1]!);
      rest = rest.slice(found[0].length);
    }
    return [rest.trim(), labels.length > 1 ? new Unfit(labels) : labels[0]];
  }
}
