/** Traps in the data: labels out of balance, repeats, contradictions, and test texts among those learned from. */
import { count, counted, percent } from "../../base/numbers.js";
import type { Pieces } from "../../base/pieces.js";
import { repeatedTexts } from "../../classifier/repeated-texts.js";
import { isNothing, labelVariants, plainLabel } from "../../data/labels.js";
import type { Check, Finding } from "./finding.js";
import { type DataSubject, dataSummary, rowsOf } from "./subject.js";

const imbalance: Check<DataSubject> = (subject) => {
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

const rareLabels: Check<DataSubject> = (subject) => {
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

/** Labels that are one to a reader and two to a model. */
const labelsAlike: Check<DataSubject> = (subject) => {
  const labels = dataSummary(subject)?.classes.map(({ label }) => label) ?? [];
  const groups = new Map<string, string[]>();
  for (const label of labels) {
    const plain = plainLabel(label);
    groups.set(plain, [...(groups.get(plain) ?? []), label]);
  }
  const alike = [...groups.values()].filter((group) => group.length > 1);
  if (alike.length === 0) return [];
  const shown = alike[0]!.slice(0, 3).map((label) => JSON.stringify(label));
  return [
    {
      id: "labels-alike",
      severity: "warning",
      title: "Labels that differ only in how they are written",
      seen: `${shown.join(" and ")} count as different labels${alike.length > 1 ? `, and so do ${counted(alike.length - 1, "other group", "other groups")}` : ""}.`,
      evidence: { groups: alike.length, first: alike[0]![0]!, second: alike[0]![1]! },
      remedy: "Make them one (--merge-labels), if they are meant to be the same.",
    },
  ];
};

/** Labels that are rare and one letter from another. */
const labelsMistyped: Check<DataSubject> = (subject) => {
  const counts = dataSummary(subject)?.classes ?? [];
  const found = labelVariants(counts).filter(({ how }) => how === "a letter");
  if (found.length === 0) return [];
  const { label, of, rows } = found[0]!;
  const others = found.length > 1 ? `, and so ${counted(found.length - 1, "other", "others")}` : "";
  return [
    {
      id: "labels-mistyped",
      severity: "warning",
      title: "Labels that may be typing errors",
      seen: `"${label}" (${counted(rows, "text")}) is a letter away from "${of}"${others}.`,
      evidence: { labels: found.length, label, of, texts: rows },
      remedy:
        "Make them one (--merge-labels, or --label-map some of them), if they are meant to be the same.",
    },
  ];
};

const labelForNothing: Check<DataSubject> = (subject) => {
  const found = dataSummary(subject)?.classes.find(({ label, rows }) => rows > 0 && isNothing(label));
  if (!found) return [];
  return [
    {
      id: "label-for-nothing",
      severity: "warning",
      title: "A label that may stand for no label",
      seen: `${counted(found.rows, "text is", "texts are")} labelled "${found.label}", which is learned as a label like any other.`,
      evidence: { label: found.label, texts: found.rows },
      remedy: "Leave those texts out (--label-map), if it means that nobody has labelled them.",
    },
  ];
};

const duplicates: Check<DataSubject> = (subject) => {
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

const contradictions: Check<DataSubject> = (subject) => {
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
function* leak({ texts, test }: DataSubject): Pieces<Finding[]> {
  if (!texts || !test) return [];
  const [learned, tested] = [texts, test].map((of) => ({ corpus: of.corpus, rows: rowsOf(of) }));
  const found = yield* repeatedTexts(learned!, tested!);
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
}

export const DATA: readonly Check<DataSubject>[] = [
  leak,
  labelsAlike,
  labelsMistyped,
  labelForNothing,
  rareLabels,
  imbalance,
  contradictions,
  duplicates,
];
