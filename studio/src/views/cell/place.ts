/** What the pieces of the view are about. */
import type { CellView, Intervention } from "cellstate/explain";
import type { Chosen } from "../../state/cell.js";
import { figure } from "../../state/words.js";

export interface Place {
  /** With held numbers, what came of them. */
  view: CellView;
  /** With nothing held. */
  plain: CellView;
  chosen: Chosen;
  /** What the model reads. */
  given: string | readonly number[];
  /** Numbers that are held. */
  held: readonly Intervention[];
}

/** “prize”, or "step 3". */
export const wordNamed = ({ words }: CellView, k: number): string => {
  const { word } = words[k]!;
  return /^step \d+$/.test(word) ? word : `“${word}”`;
};

/** A part's value of a unit at a word. */
export const numberAt = ({ series }: CellView, part: string, word: number, unit: number): number =>
  series.find(({ id }) => id === part)!.values[word]![unit]!;

/** What a number is held at; undefined where it is not. */
export const heldAt = (
  { held, view }: Pick<Place, "held" | "view">,
  part: string,
  word: number,
  unit: number,
): Intervention | undefined =>
  held.find(
    (one) =>
      one.layer === view.anatomy.layer &&
      one.part === part &&
      one.unit === unit &&
      one.at === view.words[word]!.t,
  );

/** As the drawing has numbers, which has room for two digits. */
export const short = (value: number): string =>
  Math.abs(value) < 100 ? value.toFixed(2).replace(/^-/, "−").replace("−0.00", "0.00") : figure(value);
