/** What amounts there are, and results of what answers with them. */
import type { RegressorEvaluation } from "../../classifier/regressor.js";
import { figure, numbersBehind, section, table } from "../../drawing/blocks.js";
import { html, type Markup } from "../../drawing/markup.js";
import { amount, count, counted } from "../../drawing/numbers.js";
import { amountHistogram, partsChart } from "../charts/amounts.js";
import type { AmountSummary } from "../data.js";
import { scoreText } from "../figures.js";
import { amountsSentence, INTERVALS, LEVEL, PART_HEADERS, partRow } from "../sentences.js";

export function amountsFigure(amounts: AmountSummary): Markup {
  const { bins, least, most } = amounts;
  const said = amountsSentence(amounts);
  if (!bins) return html`<div><h3>Amounts</h3><p>${said}</p></div>`;
  const { edges, counts } = bins;
  const beyond = [
    least < edges[0]! && `the first bar holds those down to ${amount(least)}`,
    most >= edges.at(-1)! && `the last bar holds those up to ${amount(most)}`,
  ].filter((part) => part !== false);
  const outside = beyond.join("; ");
  return figure(
    "Amounts",
    amountHistogram(bins, said),
    html`<p>${said}${outside !== "" && ` ${outside[0]!.toUpperCase()}${outside.slice(1)}.`}</p>`,
    numbersBehind({
      caption: "Rows by amount",
      headers: ["from", "up to", "rows"],
      rows: counts.map((rows, k) => [amount(edges[k]!), amount(edges[k + 1]!), count(rows)]),
    }),
  );
}

export function amountResults(evaluation: RegressorEvaluation, rowsAre: string): Markup {
  const { rows, truth, medianAbsoluteError, parts, r2, pearson, spearman } = evaluation;
  return section(
    "results",
    `Results on the ${rowsAre} rows`,
    html`<p>Half of ${counted(rows, "answer")} are off by at most ${amount(medianAbsoluteError)}. The true amounts go from ${amount(truth.least)} to ${amount(truth.most)}, with a mean of ${amount(truth.mean)} and a deviation of ${amount(truth.deviation)}. In brackets above: ${INTERVALS}</p>`,
    html`<div class="pair">${parts.length > 1 && partsFigure(parts)}<div><h3>Off by</h3>${errorTable(evaluation)}
<p class="quiet">R² is the share of the variance that it explains: 1 at best, 0 for always answering the mean, below 0 for what does worse. Correlation (Pearson's) tells whether answers rise with the amounts, whatever their size; of the ranks alone (Spearman's) it is ${scoreText(spearman)}.</p>${(r2 === null || pearson === null) && html`<p class="quiet">${LEVEL}</p>`}</div></div>`,
  );
}

function partsFigure(parts: RegressorEvaluation["parts"]): Markup {
  return figure(
    "Answers by true amount",
    partsChart(parts),
    html`<p>A point is a part of the rows, by true amount; four in five answers lie on its upright. Answers that are not sure lie nearer to the mean than the true amounts do.</p>`,
    numbersBehind({
      caption: "Rows by true amount",
      headers: PART_HEADERS,
      rows: parts.map(partRow),
    }),
  );
}

/** Intervals are above, in the tiles. */
function errorTable(evaluation: RegressorEvaluation): Markup {
  const { rootMeanSquaredError, meanAbsoluteError, medianAbsoluteError, baseline } = evaluation;
  return table({
    headers: ["", "here", "without a model"],
    rows: [
      [
        "root mean square",
        amount(rootMeanSquaredError),
        `${amount(baseline.rootMeanSquaredError)} (always the mean)`,
      ],
      ["mean", amount(meanAbsoluteError), `${amount(baseline.meanAbsoluteError)} (always the median)`],
      ["median", amount(medianAbsoluteError), ""],
    ],
  });
}
