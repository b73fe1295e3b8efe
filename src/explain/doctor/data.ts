/** Traps in the data: labels out of balance, repeats, contradictions, and test texts among those learned from. */
import { count, counted, percent } from "../../display/numbers.js";
import type { Check } from "./finding.js";
import { dataSummary, rowsOf, type Subject, type Texts } from "./subject.js";

const imbalance: Check<Subject> = (subject) => {
  const data = dataSummary(subject);
  if (!data || data.classes.length < 2) return [];
  const sorted = [...data.classes].sort((a, b) => b.rows - a.rows);
  const [most, least] = [sorted[0]!, sorted.at(-1)!];
  const ratio = most.rows / Math.max(1, least.rows);
  if (ratio < 4) return [];
  return [
    {
      id: "labels-out-of-balance",
      severity: ratio > 20 ? "warning" : "note",
      title: "Labels are out of balance",
      seen: `"${most.label}" has ${percent(most.share)} of the texts, "${least.label}" ${percent(least.share)}: always answering the first is right ${percent(most.share)} of the time.`,
      evidence: {
        most: most.label,
        mostShare: most.share,
        least: least.label,
        leastShare: least.share,
        ratio,
      },
      remedy:
        "Judge by macro F1 or MCC, not accuracy; weigh labels alike (balance), or gather more of the rare.",
    },
  ];
};

const FEW = 20;

const rareLabels: Check<Subject> = (subject) => {
  const rare = (dataSummary(subject)?.classes ?? []).filter(({ rows }) => rows < FEW);
  if (rare.length === 0) return [];
  const least = rare.reduce((a, b) => (b.rows < a.rows ? b : a));
  return [
    {
      id: "labels-rare",
      severity: "warning",
      title: "Labels with hardly any texts",
      seen: `${counted(rare.length, "label has", "labels have")} fewer than ${FEW} texts; "${least.label}" has ${count(least.rows)}.`,
      evidence: { labels: rare.length, least: least.label, texts: least.rows },
      remedy:
        "Gather more, merge them with a related label, or leave them out: so few cannot be learned or measured.",
    },
  ];
};

const duplicates: Check<Subject> = (subject) => {
  const data = dataSummary(subject);
  if (!data || data.rows === 0) return [];
  const share = data.duplicates / data.rows;
  if (share < 0.02) return [];
  return [
    {
      id: "texts-repeated",
      severity: share > 0.2 ? "warning" : "note",
      title: "Texts are repeated",
      seen: `${count(data.duplicates)} of ${count(data.rows)} texts (${percent(share)}) have the same words as an earlier one. Split at random, copies stand on both sides and flatter the score.`,
      evidence: { duplicates: data.duplicates, texts: data.rows, share },
      remedy: "Remove repeats before splitting.",
    },
  ];
};

const contradictions: Check<Subject> = (subject) => {
  const data = dataSummary(subject);
  if (!data || data.contradictions === 0) return [];
  const share = data.contradictions / data.rows;
  return [
    {
      id: "texts-contradict",
      severity: share > 0.01 ? "warning" : "note",
      title: "The same text has different labels",
      seen: `${counted(data.contradictions, "text shares", "texts share")} all words with a text of another label: no model can be right on all of them.`,
      evidence: { contradictions: data.contradictions, texts: data.rows, share },
      remedy: "Decide which label is right, or leave these texts out.",
    },
  ];
};

/** Texts of the test that are among those learned from, word for word. */
const leak: Check<Subject> = ({ texts, test }) => {
  if (!texts || !test) return [];
  const found = shared(texts, test);
  const all = rowsOf(test).length;
  if (found === 0) return [];
  return [
    {
      id: "test-in-training",
      severity: found / all > 0.01 ? "problem" : "warning",
      title: "Test texts are among those learned from",
      seen: `${count(found)} of ${count(all)} test texts (${percent(found / all)}) stand word for word in the training data: on those, remembering is enough.`,
      evidence: { shared: found, test: all, share: found / all },
      remedy: "Remove repeats, then split anew; measure on texts that were not learned from.",
    },
  ];
};

/** How many rows of `test` have the very tokens of a row of `texts`. Texts without tokens do not count. */
function shared(texts: Texts, test: Texts): number {
  const [learned, tested] = [texts.corpus.texts, test.corpus.texts];
  const worded = (of: Texts) => Array.from(rowsOf(of)).filter((row) => of.corpus.texts.tokensIn(row) > 0);
  const seen = new Set<number | null>(worded(texts).map((row) => learned.fingerprint(row)));
  return worded(test).filter((row) => seen.has(tested.fingerprint(row, learned))).length;
}

export const DATA: readonly Check<Subject>[] = [leak, rareLabels, imbalance, contradictions, duplicates];
