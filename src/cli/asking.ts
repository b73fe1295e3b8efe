/** What models of texts answer, whatever it is: as a line, as JSON, as cells of a table. */
import { chance } from "../base/numbers.js";
import { printable } from "../base/text.js";
import type { AmountPrediction } from "../classifier/amount-answer.js";
import type { AnswerOptions, Prediction } from "../classifier/answer.js";
import type { TextClassifier } from "../classifier/classifier.js";
import type { LabelSetPrediction } from "../classifier/label-set-answer.js";
import { MultiLabelClassifier } from "../classifier/multi-label.js";
import { TextRegressor } from "../classifier/regressor.js";

/** What the command line opens: each answers texts in its own way. */
export type AnyTextModel = TextClassifier | MultiLabelClassifier | TextRegressor;

/** What a cell of a table may be given; a list is written as the table has it. */
export type AnswerCell = string | number | readonly string[] | null | undefined;

/** An answer as it is shown. */
export interface ShownAnswer {
  /** 0 where nothing of the text is known. */
  readonly known: number | undefined;
  /** For people: "spam	98.2 %". */
  line(): string;
  json(): object;
  /** In the order of `columns`. */
  cells(): AnswerCell[];
}

/** What may part the labels of a text in a cell. */
const SEPARATORS = [";", "|", ","];

/** A model that is asked. */
export interface Asking {
  /** What the cells of an answer are called. */
  readonly columns: readonly string[];
  /** What parts the labels of a text in a cell; null where each that there is stands in a label: lists are JSON then. */
  readonly separator: string | null;
  /** One answer after another. @param first the number that messages call the first text */
  ask(texts: readonly string[], first: number): Iterable<ShownAnswer>;
}

/**
 * @param answering what a classifier of one label is asked with
 * @param scores whether there are columns for every label's probability, too
 */
export function askingOf(model: AnyTextModel, answering: AnswerOptions, scores = false): Asking {
  if (model instanceof TextRegressor) return asking(model.answers.bind(model), amounts());
  if (model instanceof MultiLabelClassifier) {
    const separator = SEPARATORS.find((one) => !model.labels.some((label) => label.includes(one))) ?? null;
    return { ...asking(model.answers.bind(model), labelSets(model.labels, scores)), separator };
  }
  const reject = answering.reject === undefined ? model.reject : answering.reject;
  const answers = (texts: readonly string[], first: number) => model.answers(texts, first, answering);
  return asking(answers, labels(model.labels, { scores, rejecting: reject !== null }));
}

/** How answers of a kind are shown. */
interface Showing<Answer> {
  /** By the names of their columns. */
  readonly columns: readonly (readonly [name: string, of: (answer: Answer) => AnswerCell])[];
  line(answer: Answer): string;
  json(answer: Answer): object;
}

function asking<Answer extends { known?: number }>(
  answers: (texts: readonly string[], first: number) => Iterable<Answer>,
  { columns, line, json }: Showing<Answer>,
): Asking {
  return {
    columns: columns.map(([name]) => name),
    separator: null,
    *ask(texts, first) {
      for (const answer of answers(texts, first)) {
        yield {
          known: answer.known,
          line: () => line(answer),
          json: () => json(answer),
          cells: () => columns.map(([, of]) => of(answer)),
        };
      }
    },
  };
}

const scoreColumns = (labels: readonly string[]) =>
  labels.map((label) => {
    const of = (answer: { scores: Record<string, number> }) => answer.scores[label];
    return [`score_${label}`, of] as const;
  });

/** One label a text. */
function labels(
  names: readonly string[],
  { scores, rejecting }: { scores: boolean; rejecting: boolean },
): Showing<Prediction> {
  return {
    columns: [
      ["label", ({ label, rejected }) => (rejected ? null : label)],
      ["probability", ({ probability }) => probability],
      ["known", ({ known }) => known],
      ...(rejecting
        ? ([
            ["rejected", ({ rejected }) => rejected || null],
            ["guess", ({ rejected, label }) => (rejected ? label : null)],
          ] as Showing<Prediction>["columns"])
        : []),
      ...(scores ? scoreColumns(names) : []),
    ],
    // An answer that was rejected is a guess: a reader of labels must not take it for one.
    json: (answer) => (answer.rejected ? { ...answer, label: null, guess: answer.label } : answer),
    /** "spam	98.2 %"; where it was rejected, "?	61.3 %	spam, unsure"; where it is of nothing known, "spam	87.0 %	no known word". */
    line({ label, probability, rejected, known }) {
      const [name, share] = [printable(label), chance(probability)];
      const remarks = [
        ...(rejected ? [name, rejected] : []),
        ...(known === 0 && rejected !== "strange" ? [UNKNOWN] : []),
      ];
      return [rejected ? "?" : name, share, ...(remarks.length > 0 ? [remarks.join(", ")] : [])].join("\t");
    },
  };
}

const UNKNOWN = "no known word";

/** Any number of labels a text. */
function labelSets(names: readonly string[], scores: boolean): Showing<LabelSetPrediction> {
  return {
    columns: [
      ["labels", (answer) => answer.labels],
      ["known", ({ known }) => known],
      ...(scores ? scoreColumns(names) : []),
    ],
    json: (answer) => answer,
    /** "billing 98.2 %, urgent 61.3 %", or "none" with the likeliest: "none	billing 12.0 %". */
    line({ labels, scores, known }) {
      const told = (label: string) => `${printable(label)} ${chance(scores[label]!)}`;
      const likeliest = Object.keys(scores).reduce((a, b) => (scores[b]! > scores[a]! ? b : a));
      return [
        labels.length > 0 ? labels.map(told).join(", ") : `none\t${told(likeliest)}`,
        ...(known === 0 ? [UNKNOWN] : []),
      ].join("\t");
    },
  };
}

/** An amount a text. */
const amounts = (): Showing<AmountPrediction> => ({
  columns: [
    ["value", ({ value }) => value],
    ["known", ({ known }) => known],
  ],
  json: (answer) => answer,
  // Seven digits are all that a float32 has.
  line: ({ value, known }) =>
    [String(Number(value.toPrecision(7))), ...(known === 0 ? [UNKNOWN] : [])].join("\t"),
});
