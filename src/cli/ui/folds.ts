/** What cross-validation came to, as text: mean and spread of each figure, and every fold. */
import { count, counted, decimal, percent } from "../../base/numbers.js";
import type { CrossValidation, Fold } from "../../classifier/cross-validate.js";
import { PLAIN, type Style } from "../terminal.js";
import { table } from "./table.js";

const figuresOf = ({
  accuracy,
  macroF1,
  mcc,
  loss,
}: Record<"accuracy" | "macroF1" | "mcc" | "loss", number>) => [
  percent(accuracy, 2),
  decimal(macroF1, 3),
  decimal(mcc, 3),
  decimal(loss),
];

/** "fold 2 of 5: accuracy 97.31 %, macro F1 0.942" */
export const foldText = ({ number, accuracy, macroF1 }: Fold, folds: number): string =>
  `  fold ${number} of ${folds}: accuracy ${percent(accuracy, 2)}, macro F1 ${decimal(macroF1, 3)}`;

export function foldsText(found: CrossValidation, style: Style = PLAIN): string {
  const { folds, accuracy, macroF1, mcc, loss } = found;
  const of = (figure: "mean" | "spread") =>
    figuresOf({ accuracy: accuracy[figure], macroF1: macroF1[figure], mcc: mcc[figure], loss: loss[figure] });
  const rows = folds.reduce((sum, fold) => sum + fold.rows.measured, 0);
  return [
    style.bold(
      `Cross-validated: ${counted(rows, "text")} in ${count(folds.length)} folds, each held out once`,
    ),
    table([
      ["", "accuracy", "macro F1", "MCC", "loss", "texts"],
      ...folds.map((fold) => [`fold ${fold.number}`, ...figuresOf(fold), count(fold.rows.measured)]),
      ["mean", ...of("mean")],
      ["spread (±)", ...of("spread")],
    ]),
    style.dim(
      "  spread: standard deviation from fold to fold; the classifier that is saved learned from all of them",
    ),
  ].join("\n");
}
