/** The labels of rows by number, each once: those that are one are told together however they are written. */
import { inputError } from "../base/errors.js";
import { type LabelCount, type LabelVariant, labelKey, labelVariants } from "../data/labels.js";
import { copied } from "./text-corpus.js";

/** Labels that are named where another one is refused, and ways of writing one that are kept. */
const MOST_NAMED = 10;

/** Names of labels, in order of first sight. */
export class LabelNames {
  readonly all: string[] = [];
  /** By what labels have in common that are one: 1 and 1.0. */
  private readonly indexOf = new Map<string, number>();
  /** Other ways in which a label's number was written. */
  private readonly written = new Map<string, string>();

  /** A label's number; a new one where it is seen for the first time. */
  place(label: string): number {
    const index = this.indexOf.get(labelKey(label));
    if (index === undefined) {
      const name = copied(label);
      this.indexOf.set(labelKey(name), this.all.length);
      return this.all.push(name) - 1;
    }
    // One number in several ways: by the shortest.
    if (label.length < this.all[index]!.length) this.all[index] = copied(label);
    if (label !== this.all[index] && this.written.size < MOST_NAMED)
      this.written.set(copied(label), labelKey(label));
    return index;
  }

  /** Numbers that are written in several ways, some of them: how, and what the label is called. */
  spellings(): { label: string; written: string }[] {
    return [...this.written].map(([written, key]) => ({ written, label: this.all[this.indexOf.get(key)!]! }));
  }

  /**
   * Which labels differ from a more frequent one in how they are written, or by a rare typing error.
   * @param known labels that stay, be there rows of them or not
   * @returns what may be what, and [labels] the number of what each then is
   */
  merged(
    counts: readonly LabelCount[],
    known: readonly string[],
  ): { variants: LabelVariant[]; to: Uint32Array } {
    const variants = labelVariants(counts, known);
    const merged = new Map(variants.map(({ label, of }) => [this.place(label), this.place(of)]));
    // What one is a variant of may be a variant itself.
    const settled = (index: number): number => (merged.has(index) ? settled(merged.get(index)!) : index);
    return { variants, to: Uint32Array.from(this.all, (_, index) => settled(index)) };
  }

  /** [labels] the place of each among `labels`; undefined for those that are not there. */
  placesAmong(labels: readonly string[]): (number | undefined)[] {
    const classOf = new Map(labels.map((label, i) => [labelKey(label), i]));
    return this.all.map((name) => classOf.get(labelKey(name)));
  }
}

/** Why a label of a row cannot be learned or measured. */
export function unknownLabel(label: string, labels: readonly string[], row: number): Error {
  const more = labels.length > MOST_NAMED ? `, … ${labels.length} in all` : "";
  const expected = `a label among ${labels.slice(0, MOST_NAMED).join(", ")}${more}`;
  return inputError({
    ...{ expected, where: `row ${row}`, received: label },
    next: "Call it what one of them is called, or leave it out.",
    typed: { next: "--label-map FILE says which of them it is, or leaves it out (null)." },
  });
}
