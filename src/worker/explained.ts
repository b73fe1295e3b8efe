/** The model that explanations are asked of, and how what crosses becomes what they take. */

import { numbersOf } from "../base/arguments.js";
import { inputError } from "../base/errors.js";
import type { AmountPrediction } from "../classifier/amount-answer.js";
import { answerOf, type Prediction } from "../classifier/answer.js";
import { TextClassifier } from "../classifier/classifier.js";
import { type LabelSetPrediction, labelSetReading } from "../classifier/label-set-answer.js";
import { MultiLabelClassifier } from "../classifier/multi-label.js";
import { type LabelledRow, readLabelled } from "../data/read.js";
import type { Subject } from "../explain/doctor/subject.js";
import type { InputRow } from "../explain/probe.js";
import { readSentence, rowOf, type Sentence, sentenceOfIds } from "../explain/sentence.js";
import type { TextNetwork } from "../explain/units/network.js";
import type { StudyRow } from "../explain/units/rows.js";
import type { Model } from "../model/model.js";
import { IdEncoder } from "../tokens/row-encoder.js";
import type { Whole } from "./opening.js";
import { isSent, openData } from "./sources.js";

/** What a model reads: a text (where it has its words), or the row itself. */
export type TextOrRow = string | InputRow;

/** A sentence as `readSentence` makes it; or a text, which is read in the worker; or ids. */
export type TextOrSentence = string | Sentence | readonly number[];

/** Texts to go through: rows, or a file of them. */
export type TextsToStudy = readonly StudyRow[] | Blob | URL | Response;

/** What explanations need of a model. */
export class Explained {
  constructor(
    private readonly whole: Whole,
    /** Opens another model, to be compared with. */
    readonly other: (given: unknown, where: string) => Promise<TextNetwork>,
  ) {}

  get model(): Model {
    return this.whole.model;
  }

  /** As functions over texts take it. */
  get network(): TextNetwork {
    return this.whole.text ?? { model: this.whole.model };
  }

  /** What answers texts. @throws InputError of a network alone */
  get text(): NonNullable<Whole["text"]> {
    if (this.whole.text) return this.whole.text;
    throw noWords("a classifier or regressor");
  }

  /** @throws InputError where a text is given and the model has no words in order */
  sentence(given: TextOrSentence): Sentence {
    if (typeof given === "string") {
      if (this.words) return readSentence(this.words.vectorizer, given, this.words.length);
      throw noWords("a model that reads words in order, to give it a text");
    }
    if (!Array.isArray(given)) return given as Sentence;
    return sentenceOfIds(given as readonly number[], this.words?.vectorizer.vocabulary);
  }

  row(given: TextOrRow): InputRow {
    return typeof given === "string" ? rowOf(this.sentence(given)) : given;
  }

  /** What the model answers where its network puts that out; of a network alone the numbers themselves. */
  answerOf(output: readonly number[]): Prediction | LabelSetPrediction | AmountPrediction | number[] {
    const { text } = this.whole;
    const values = Float32Array.from(numbersOf(output, "answerOf output"));
    if (text instanceof TextClassifier) return answerOf(values, text);
    if (text instanceof MultiLabelClassifier) return labelSetReading(text, {}).read(values, undefined);
    return text ? { value: values[0]! } : [...output];
  }

  /** What reads texts as words in order; null of a network alone, and of an automatic one. */
  get words(): IdEncoder | null {
    const encoder = this.whole.text?.encoder;
    return encoder instanceof IdEncoder ? encoder : null;
  }

  /** @throws InputError for what are no texts */
  async texts(given: unknown): Promise<readonly StudyRow[] | AsyncIterable<LabelledRow>> {
    return isSent(given) ? readLabelled(openData(given)) : (given as readonly StudyRow[]);
  }

  /** What of the model the doctor examines. */
  get subject(): Subject {
    const { model, words } = this;
    const reads = words ? { vectorizer: words.vectorizer, length: words.length } : {};
    const { text } = this.whole;
    if (!(text instanceof TextClassifier)) return { model, ...reads };
    const { labels, threshold, training } = text;
    return { model, ...reads, labels, threshold, training };
  }
}

const noWords = (expected: string) =>
  inputError({
    expected,
    where: "explain",
    received: "one without",
    next: "Give the row that it reads in place of a text.",
  });
