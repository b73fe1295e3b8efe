/** Small labelled data that a small network learns in seconds. */
const GOOD = ["lovely", "great", "superb", "fine"];
const BAD = ["awful", "dull", "poor", "dire"];

export interface Row {
  text: string;
  label: string;
}

/** Reviews in which one word tells. */
export function reviews(rows: number): Row[] {
  return Array.from({ length: rows }, (_, r) => {
    const good = (r * 5) % 3 !== 0;
    const word = (good ? GOOD : BAD)[(r * 7) % 4]!;
    return {
      text: `the film number ${r % 11} was ${word} said "${r % 5}" people`,
      label: good ? "pos" : "neg",
    };
  });
}

export const csv = (rows: readonly Row[]): string =>
  `text,label\n${rows.map(({ text, label }) => `"${text.replaceAll('"', '""')}",${label}`).join("\n")}\n`;

/** Options that make training small and quick. */
export const SMALL = [
  ...["--vocabulary", "60", "--length", "12", "--epochs", "3", "--batch-size", "16"],
  ...["--learning-rate", "0.01", "--engine", "reference", "--seed", "5"],
];

/** The flagship, small and quick; an option is given once, so flags replace those that are there. */
export function small(...flags: string[]): string[] {
  const groups = new Map<string, string[]>();
  for (const word of ["--model", "lstm", ...SMALL, ...flags]) {
    if (word.startsWith("--")) {
      groups.delete(word);
      groups.set(word, [word]);
    } else [...groups.values()].at(-1)!.push(word);
  }
  return [...groups.values()].flat();
}
