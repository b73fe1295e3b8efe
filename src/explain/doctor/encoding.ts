/** Traps between text and model: padding, cutting, and words without a row or rows without a word. */
import { count, percent } from "../../display/numbers.js";
import type { Embedding } from "../../layers/embedding.js";
import type { Layer } from "../../layers/layer.js";
import type { Check } from "./finding.js";
import { encoded, isRecurrent, optionsOf, quantile, type Subject } from "./subject.js";

const embeddingOf = ({ model }: Subject): Embedding | undefined =>
  model.layers.find((layer): layer is Embedding => layer.className === "Embedding");

/** Whether the layer is told which steps are padding: a fact of the plan, whatever stands in between. */
function isMasked({ model, length }: Subject, layer: Layer): boolean {
  const node = model.nodes.find((each) => each.layer === layer)!;
  const steps = model.inputShapes[0]?.[0] ?? length ?? 1;
  const plan = model.runtime.plan({ rows: 1, inputShapes: [[steps]], training: false, loss: null });
  const before = model.nodes[node.inputs[0]!]!.layer.name;
  return plan.shards[0]!.tensors.get(before)!.mask !== 0;
}

/** A recurrent layer answers from its last step. Padding after the text, unmasked, makes that step an old memory. */
const paddingLast: Check<Subject> = (subject) => {
  const { model, vectorizer, length } = subject;
  const layer = model.layers.find(
    (each) => isRecurrent(each) && optionsOf(each)["returnSequences"] === false,
  );
  if (!layer || !vectorizer || !length || model.inputShapes.length !== 1) return [];
  const backwards = optionsOf(layer)["goBackwards"] === true;
  const lastRead = backwards ? "pre" : "post";
  if (vectorizer.padding !== lastRead || isMasked(subject, layer)) return [];
  const data = encoded(subject);
  const padded = data ? data.counts.filter((n) => n < length).length / Math.max(1, data.counts.length) : 1;
  const median = data ? Math.max(0, length - quantile(data.counts, 0.5)) : length;
  // Short runs of padding do little harm; a text that fills its row has none.
  if (data && (padded < 0.1 || median < 5)) return [];
  const steps = data
    ? `in ${percent(padded)} of the texts, ${count(median)} empty steps of ${count(length)} at the median`
    : `up to ${count(length)} empty steps`;
  return [
    {
      id: "padding-read-last",
      severity: "problem",
      title: "Padding is read after the text, and nothing masks it",
      seen: `${layer.name} answers from the last step it reads, but texts are padded on the ${lastRead === "post" ? "far" : "near"} side: ${steps} separate the words from the answer.`,
      evidence: { padding: vectorizer.padding, length, paddedTexts: padded, medianEmptySteps: median },
      remedy: `Pad on the other side (${backwards ? "post" : "pre"}), or set maskZero: true on the Embedding.`,
    },
  ];
};

const mostlyPadding: Check<Subject> = (subject) => {
  const data = encoded(subject);
  if (!data || data.padding < 0.75) return [];
  const { counts, length, padding } = data;
  const enough = Math.max(1, quantile(counts, 0.95));
  return [
    {
      id: "mostly-padding",
      severity: "warning",
      title: "Most of what is read is padding",
      seen: `Rows have ${count(length)} steps, but texts ${count(quantile(counts, 0.5))} words at the median: ${percent(padding)} of all steps are empty, and cost as much as the others.`,
      evidence: { length, median: quantile(counts, 0.5), p95: enough, padding },
      remedy: `A length of ${count(enough)} holds 95 % of the texts whole and is about ${(length / enough).toFixed(1)} times as fast.`,
    },
  ];
};

const textsCut: Check<Subject> = (subject) => {
  const data = encoded(subject);
  if (!data) return [];
  const { report, counts, length } = data;
  const cut = report.ids === 0 ? 0 : report.truncatedIds / report.ids;
  if (cut < 0.2) return [];
  const side = subject.vectorizer!.truncating;
  return [
    {
      id: "texts-cut",
      severity: "warning",
      title: "Much of the texts is cut off",
      seen: `${percent(report.truncatedRows / report.rows)} of the texts hold more than ${count(length)} words${report.ids < report.tokens ? " that the vocabulary knows" : ""}, and ${percent(cut)} of those words are cut off, at the ${side === "pre" ? "beginning" : "end"}.`,
      evidence: { length, truncatedTexts: report.truncatedRows / report.rows, wordsCut: cut, side },
      remedy: `A length of ${count(quantile(counts, 0.8))} keeps 80 % of the texts whole; or cut the side that tells less.`,
    },
  ];
};

const emptyRows: Check<Subject> = (subject) => {
  const data = encoded(subject);
  if (!data || data.report.emptyRows === 0) return [];
  const { emptyRows: empty, rows } = data.report;
  return [
    {
      id: "texts-without-words",
      severity: empty / rows > 0.01 ? "warning" : "note",
      title: "Some texts are padding only",
      seen: `${count(empty)} of ${count(rows)} texts have no word that the vocabulary knows: the model reads nothing and can only guess.`,
      evidence: { empty, texts: rows, share: empty / rows },
      remedy: "Leave them out, enlarge the vocabulary, or give unknown words an id (oovToken).",
    },
  ];
};

const unknownWords: Check<Subject> = (subject) => {
  const data = encoded(subject);
  if (!data || data.report.tokens === 0) return [];
  const { outOfVocabulary, tokens } = data.report;
  const unknown = outOfVocabulary / tokens;
  if (unknown < 0.25) return [];
  const { size } = subject.vectorizer!;
  return [
    {
      id: "words-unknown",
      severity: "warning",
      title: "Many words are not in the vocabulary",
      seen: `${percent(unknown)} of all words are unknown to the vocabulary of ${count(size)}.`,
      evidence: { unknown, vocabulary: size, words: tokens },
      remedy:
        "Enlarge the vocabulary; if these are not the texts it was learned from, check that they are of the same kind and language.",
    },
  ];
};

const tableTooSmall: Check<Subject> = (subject) => {
  const embedding = embeddingOf(subject);
  const { vectorizer } = subject;
  if (!embedding || !vectorizer || vectorizer.size <= embedding.options.inputDim) return [];
  const { inputDim } = embedding.options;
  return [
    {
      id: "vocabulary-larger-than-table",
      severity: "problem",
      title: "The vocabulary has more words than the Embedding has rows",
      seen: `Ids run to ${count(vectorizer.size - 1)}, but ${embedding.name} has ${count(inputDim)} rows: larger ids have no vector, and texts with them are refused.`,
      evidence: { vocabulary: vectorizer.size, inputDim },
      remedy: `Set inputDim to ${vectorizer.size}, or limit the vocabulary to ${inputDim}.`,
    },
  ];
};

/** Rows of the table that no text of the data ever reads: they keep their random start. */
const unusedRows: Check<Subject> = (subject) => {
  const embedding = embeddingOf(subject);
  const data = encoded(subject);
  if (!embedding || !data) return [];
  const { inputDim, outputDim } = embedding.options;
  const { size } = subject.vectorizer!;
  const used = data.uses.reduce((sum, uses, id) => sum + (id > 0 && uses > 0 ? 1 : 0), 0);
  const unused = inputDim - 1 - used;
  const share = unused / inputDim;
  if (share < 0.1) return [];
  const beyond = Math.max(0, inputDim - size);
  return [
    {
      id: "embedding-rows-unused",
      severity: share > 0.5 ? "warning" : "note",
      title: "Rows of the Embedding are never read",
      seen: `${count(unused)} of ${count(inputDim)} rows (${count(unused * outputDim)} weights) stand for words that none of these texts holds${beyond > 0 ? `; ${count(beyond)} of them for no word at all` : ""}.`,
      evidence: { rows: inputDim, unused, withoutWord: beyond, share },
      remedy: `If the model learns from these texts, inputDim ${Math.max(2, Math.min(size, used + 2))} would do.`,
    },
  ];
};

export const ENCODING: readonly Check<Subject>[] = [
  tableTooSmall,
  paddingLast,
  textsCut,
  mostlyPadding,
  emptyRows,
  unknownWords,
  unusedRows,
];
