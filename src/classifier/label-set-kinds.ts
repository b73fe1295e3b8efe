/** Whether what stands in the place of several labels a text names labels at all. */
import { inputError } from "../base/errors.js";
import { notClasses } from "../data/labels.js";
import { NO_CLASSES } from "./corpus.js";
import type { LabelSetCorpus } from "./label-set-corpus.js";

/** Rows of one label each, above which each is no set. */
const NEARLY_ALL = 0.95;

/**
 * @param where what messages call the data
 * @throws InputError where nearly every row has one label, and those are amounts, ids or texts
 */
export function refuseNoLabels(corpus: LabelSetCorpus, where = "data"): void {
  const counts = corpus.labelCounts();
  const kind = notClasses(counts);
  if (kind === undefined) return;
  let single = 0;
  for (let row = 0; row < corpus.rows; row++) if (corpus.labelsOf(row).length === 1) single++;
  if (single <= NEARLY_ALL * corpus.rows) return;
  const shown = counts.slice(0, 3).map(({ label }) => label.slice(0, 40));
  const isAmount = kind === "numbers";
  throw inputError({
    expected: `labels that repeat, found ${counts.length} in ${corpus.rows} rows, one each, that ${NO_CLASSES[kind]}: ${shown.join(", ")}, …`,
    where,
    next: isAmount
      ? "Learn the amounts with TextRegressor.train, or group them first."
      : "Choose the column of the labels, or say by labelSeparator what parts them.",
    typed: {
      next: isAmount
        ? "Learn the amounts (--target amounts, without --multi-label), or group them first (--label-map)."
        : "Choose the column of the labels (--label), or say what parts them (--label-separator).",
    },
  });
}
