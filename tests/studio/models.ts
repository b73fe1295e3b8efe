/** Models as the studio opens them, and the same in Node, to hold its numbers against. */
import {
  layers as all,
  assembleClassifier,
  type Layer,
  sequential,
  TextClassifier,
} from "../../src/index.js";
import { shake } from "../explain/models.js";
import { STUDIO } from "./page.js";

/** What the page opens with. */
export const example = (): Promise<TextClassifier> => TextClassifier.load(`${STUDIO}example/spam.keras`);

export const SENTENCE = "WINNER!! Claim your free prize now: call 09061701461 before midnight";

/** Steps in a row of the models below. */
const LENGTH = 12;

/** A classifier of the example's words with layers of one's own behind its embedding, all weights drawn. */
export async function classifierWith(...layers: readonly Layer[]): Promise<TextClassifier> {
  const { vectorizer, labels } = await example();
  const embedding = all.embedding({ inputDim: vectorizer.size, outputDim: 6, inputLength: LENGTH });
  const last = all.dense({ units: 1, activation: "sigmoid" });
  const model = shake(sequential([embedding, ...layers, last], { engine: "reference" }), 5, 0.4);
  return assembleClassifier(model, { vectorizer, labels, length: LENGTH, threshold: 0.5 });
}

/** A model as `cellstate studio MODEL` serves it: open it with "#open=model.keras". */
export const served = async (classifier: TextClassifier) => ({
  files: [{ path: "/open/model.keras", bytes: await classifier.toBytes() }],
});

/** A number as the page writes it. */
export const read = (text: string | null): number =>
  Number((text ?? "").replace("−", "-").replaceAll(",", ""));

/** Whether two numbers are the same to so many digits; Chromium's tanh and Node's may differ in the last. */
export const near = (a: number, b: number, relative = 1e-6): boolean =>
  Math.abs(a - b) <= relative * Math.max(Math.abs(a), Math.abs(b));
