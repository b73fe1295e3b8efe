/** What is said of an option of a command: where it changes nothing, and where it is fine. */

/** A command line on which an option changes nothing, and one on which it is fine, where there is such a pair. */
export interface Situations {
  idle?: string[];
  fine?: string;
}

export const fine = (line: string): Situations => ({ fine: line });
export const idle = (...lines: string[]): Situations => ({ idle: lines });
export const always: Situations = {};

/** A command's options, by name. */
export type Options = Record<string, Situations>;

/** Of commands that read texts with a model. @param line without the option */
export const vocabulary = (line: string) => ({
  "--tokenizer": always,
  "--padding": always,
  "--truncating": always,
  "--length": idle(),
  "--vocabulary": idle(`${line} --vocabulary 9`),
  "--labels": always,
  "--multi-label": idle(
    ...[line, ...(line.startsWith("evaluate") ? [line.replace("d.csv", "three.keras d.csv")] : [])].map(
      (asked) => `${asked} --multi-label`,
    ),
  ),
  "--threshold": idle(`${line.replace("m.keras", "three.keras")} --threshold 0.3`),
  "--engine": always,
  "--threads": idle(`${line} --engine reference --threads 2`),
});

/** @param folder where the data is a folder of label/*.txt */
export const columns = (folder: string) => ({
  "--text": idle(`${folder} --text 1`),
  "--delimiter": idle(`${folder} --delimiter tab`),
  "--encoding": idle(`${folder} --encoding utf-8`),
  "--rejects": idle(`${folder} --rejects r.jsonl`),
  "--label": idle(`${folder} --label 2`),
  "--skip-unlabelled": idle(`${folder} --skip-unlabelled`),
  "--label-map": always,
});
