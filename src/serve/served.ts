/** Models as they are served: what each takes, what it answers, and how that reads in each of the protocols. */
import { inputError } from "../base/errors.js";
import type { Prediction } from "../classifier/answer.js";
import { encoderIn, networkOfAnswerer, type TextAnswerer } from "../classifier/answering.js";
import { TextClassifier } from "../classifier/classifier.js";
import type { LabelSetPrediction } from "../classifier/label-set-answer.js";
import { MultiLabelClassifier } from "../classifier/multi-label.js";
import { TextRegressor } from "../classifier/regressor.js";
import { AmountPredictor, LabelSetPredictor, TextPredictor } from "../classifier/text-predictor.js";
import { Model, trainerOf } from "../model/model.js";
import { networkIn, Predictor } from "../model/predictor.js";
import type { Network } from "../network/network.js";
import { FeatureEncoder } from "../tokens/feature-encoder.js";
import type { Served } from "./served-kind.js";
import { servedNetwork } from "./served-network.js";
import { type Column, type TensorInfo, textsIn } from "./tensors.js";

/** What can be served beside files: what `train`, `load` and their like make. */
export type ServableModel =
  | TextClassifier
  | MultiLabelClassifier
  | TextRegressor
  | TextPredictor
  | LabelSetPredictor
  | AmountPredictor
  | Model
  | Predictor;

/** @throws InputError for what is none of the library's models */
export function servedOf(model: ServableModel, where: string, dispose = () => {}): Served {
  if (model instanceof TextClassifier || model instanceof TextPredictor) {
    return textModel(model, dispose, {
      ...{ kind: "text-classifier", labels: model.labels, json: labelJson },
      columns: labelColumns(model.labels, model.reject !== null),
    });
  }
  if (model instanceof MultiLabelClassifier || model instanceof LabelSetPredictor) {
    return textModel(model, dispose, {
      ...{ kind: "multi-label-classifier", labels: model.labels, json: (answer) => answer },
      columns: labelSetColumns(model.labels),
    });
  }
  if (model instanceof TextRegressor || model instanceof AmountPredictor) {
    return textModel(model, dispose, {
      ...{ kind: "regressor", labels: [], json: (answer) => answer },
      columns: [column("value", "FP32", [], (answers) => answers.map(({ value }) => value))],
    });
  }
  if (model instanceof Model) return servedNetwork(model, trainerOf(model).network, dispose);
  if (model instanceof Predictor) return servedNetwork(model, networkIn(model), dispose);
  const expected = "a path, or a model, classifier or regressor as load makes them";
  throw inputError({ expected, where, received: model });
}

/** The input of models of texts. */
export const TEXT_INPUT: TensorInfo = { name: "text", datatype: "BYTES", shape: [-1] };

function textModel<Answer extends { known?: number }>(
  model: TextAnswerer<Answer, object>,
  dispose: () => void,
  about: Pick<Served<Answer>, "kind" | "labels" | "columns" | "json">,
): Served<Answer> {
  const { engine } = networkReady(networkOfAnswerer(model)).runtime;
  return {
    ...about,
    columns: [...about.columns, knownColumn(encoderIn(model) instanceof FeatureEncoder)],
    inputs: [TEXT_INPUT],
    // Every text is a row of its own, as long whoever asks.
    keyOf: () => "texts",
    cut: (question, from, to) => ({ texts: textsIn(question).slice(from, to) }),
    answer(questions, first) {
      const texts = questions.length === 1 ? textsIn(questions[0]!) : questions.flatMap(textsIn);
      return engine.synchronous ? [...model.answers(texts, first)] : model.predictManyAsync(texts);
    },
    dispose,
  };
}

/** @throws InputError where its input shape is not known yet */
function networkReady(network: Network): Network {
  // An unbuilt network has none, and says so.
  void network.inputShapes;
  return network;
}

function column<Answer>(
  name: string,
  datatype: TensorInfo["datatype"],
  shape: readonly number[],
  of: Column<Answer>["of"],
): Column<Answer> {
  return { info: { name, datatype, shape: [-1, ...shape] }, of };
}

/** What the columns of `scores` are called: not a row each. */
const namesColumn = (labels: readonly string[]): Column<unknown> => ({
  info: { name: "labels", datatype: "BYTES", shape: [labels.length] },
  of: () => labels,
});

const scoresColumn = <Answer extends { scores: Record<string, number> }>(
  labels: readonly string[],
): Column<Answer> =>
  column("scores", "FP32", [labels.length], (answers) =>
    answers.flatMap(({ scores }) => labels.map((label) => scores[label]!)),
  );

/** Of automatic ones the share of the words that are known; of a network of words whether there is any. */
const knownColumn = (isShare: boolean): Column<{ known?: number }> =>
  isShare
    ? column("known", "FP32", [], (answers) => answers.map(({ known }) => known ?? 0))
    : column("known", "BOOL", [], (answers) => answers.map(({ known }) => known !== 0));

/** @param rejecting whether answers may be rejected: such a one has no label, and is a guess */
function labelColumns(labels: readonly string[], rejecting: boolean): Column<Prediction>[] {
  const name = ({ label, rejected }: Prediction) => (rejected ? "" : label);
  return [
    column("label", "BYTES", [], (answers) => answers.map(name)),
    column("probability", "FP32", [], (answers) => answers.map(({ probability }) => probability)),
    scoresColumn(labels),
    namesColumn(labels),
    ...(rejecting
      ? [
          column<Prediction>("rejected", "BYTES", [], (answers) =>
            answers.map(({ rejected }) => rejected || ""),
          ),
          column<Prediction>("guess", "BYTES", [], (answers) => answers.map(({ label }) => label)),
        ]
      : []),
  ];
}

/** As `predict --json`: who reads labels must not take a guess for one. */
const labelJson = (answer: Prediction): object =>
  answer.rejected ? { ...answer, label: null, guess: answer.label } : answer;

const labelSetColumns = (names: readonly string[]): Column<LabelSetPrediction>[] => [
  column("applies", "BOOL", [names.length], (answers) =>
    answers.flatMap(({ labels }) => names.map((name) => labels.includes(name))),
  ),
  scoresColumn(names),
  namesColumn(names),
];
