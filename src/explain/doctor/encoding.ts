/** Traps between text and model: padding, cutting, and words without a row or rows without a word. */

import { count, counted, percent } from "../../base/numbers.js";
import { type Pieces, ROWS, spans } from "../../base/pieces.js";
import type { Embedding } from "../../layers/embedding.js";
import { readsIds } from "../../layers/traits.js";
import { knownWordIn } from "../../tokens/row-encoder.js";
import { shareInOnePiece } from "../../tokens/segment.js";
import { newEncodingReport } from "../../tokens/vectorizer.js";
import type { Check, Finding } from "./finding.js";
import { isMasked } from "./padding.js";
import { encoded, isRecurrent, quantile, rowsOf, type Subject, sample } from "./subject.js";

const embeddingOf = ({ model }: Subject): Embedding | undefined => model.layers.find(readsIds);

const mostlyPadding: Check<Subject> = (subject) => {
  const data = encoded(subject);
  // The length of texts says nothing where their words stand in one piece, or are others than those known.
  if (!data || data.padding < 0.75 || wordsNotSeparated(subject).length > 0) return [];
  if (data.report.outOfVocabulary > data.report.tokens / 2) return [];
  // Steps that a mask hides are passed over, and cost next to nothing.
  if (subject.model.layers.some((layer) => isRecurrent(layer) && isMasked(subject, layer))) return [];
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
      remedy: isFull(subject)
        ? "Leave them out, enlarge the vocabulary, or have one that gives unknown words an id."
        : "Leave them out, or have a vocabulary that gives unknown words an id. A larger one would hold no other words.",
    },
  ];
};

/** Whether a larger vocabulary could hold more words: not where the texts it was learned from left none unknown. */
function isFull(subject: Subject): boolean {
  const learned = subject.training?.encoding ?? encoded(subject)?.report;
  return !learned || learned.tokens === 0 || learned.outOfVocabulary > 0;
}

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
      remedy: isFull(subject)
        ? "Enlarge the vocabulary; if these are not the texts it was learned from, check that they are of the same kind and language."
        : "These are not the texts that the vocabulary was learned from, of which it holds every word: check that they are of the same kind and language, and that spaces part their words.",
    },
  ];
};

/** Texts whose words are not parted are one unknown word each: nothing learned of one says anything of another. */
const wordsNotSeparated = ({ texts, vectorizer }: Subject): Finding[] => {
  if (!texts || !vectorizer) return [];
  const rows = sample(rowsOf(texts), SAMPLED);
  const share = shareInOnePiece(texts.corpus.texts, rows);
  if (share < 0.25) return [];
  return [
    {
      id: "words-not-separated",
      severity: "problem",
      title: "The words of the texts are not parted by spaces",
      seen: `${percent(share)} of the texts are of a script without spaces between words and come in long pieces, each of which counts as one word: other texts hold other pieces, and nothing is learned of those.`,
      evidence: { share, texts: rows.length },
      remedy:
        "Have them cut, as train does where nothing else is asked for: --segment words or --segment characters (in code, segment among the text options). A vocabulary that was learned without needs spaces between the words, in texts to label too.",
    },
  ];
};

/** Texts looked at for their script. */
const SAMPLED = 2000;

/** Held-out texts of other words measure guesses. */
function* testWordsUnknown(subject: Subject): Pieces<Finding[]> {
  const { test, vectorizer, length } = subject;
  if (!test || !vectorizer || !length) return [];
  const report = newEncodingReport();
  const row = new Float32Array(length);
  const rows = rowsOf(test);
  const isKnown = knownWordIn(vectorizer);
  let strange = 0;
  yield* spans(rows.length, ROWS, (from, to) => {
    for (let i = from; i < to; i++) {
      test.corpus.texts.encodeInto(row, rows[i]!, vectorizer, report);
      if (!isKnown(row)) strange++;
    }
  });
  const unknown = report.tokens === 0 ? 0 : report.outOfVocabulary / report.tokens;
  if (unknown < 0.25 && strange < rows.length / 4) return [];
  return [
    {
      id: "test-words-unknown",
      severity: unknown > 0.75 ? "problem" : "warning",
      title: "Many words of the test texts are unknown",
      seen: `${percent(unknown)} of the words of ${counted(rows.length, "test text", "test texts")} are not in the vocabulary of ${count(vectorizer.size)}${strange > 0 ? `, and ${count(strange)} of the texts hold none that is` : ""}: what is measured on them is a guess.`,
      evidence: { unknown, texts: rows.length, words: report.tokens, textsWithoutKnownWord: strange },
      remedy: isFull(subject)
        ? "Enlarge the vocabulary, or learn from more texts of their kind."
        : "Learn from more texts of their kind, and check that spaces part their words; a larger vocabulary would hold no others.",
    },
  ];
}

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
      remedy: `Give it ${vectorizer.size} rows, or limit the vocabulary to ${inputDim}.`,
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
      remedy: `If the model learns from these texts, ${count(Math.max(2, Math.min(size, used + 2)))} rows would do.`,
    },
  ];
};

export const ENCODING: readonly Check<Subject>[] = [
  tableTooSmall,
  textsCut,
  mostlyPadding,
  emptyRows,
  wordsNotSeparated,
  unknownWords,
  testWordsUnknown,
  unusedRows,
];
