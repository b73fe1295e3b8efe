/** The model that is open, the sentence, and its answer to it. */
import { signal } from "@preact/signals";
import { loadClassifier } from "cellstate/predict";
import { latest } from "./latest.js";
import { routed } from "./route.js";

export const EXAMPLES = [
  "WINNER!! Claim your free prize now: call 09061701461 before midnight",
  "Ok lar, see you at home tonight",
];
export const sentence = routed("text", EXAMPLES[0]);
export const subject = signal<{ isExample: boolean } | null>({ isExample: true });
const loading = loadClassifier(new URL("example/spam.keras", location.href));
const asked = latest(async (_signal, text: string) => (await loading).predict(text));
export const answer = asked.outcome;
sentence.subscribe((text) => asked.ask(text));
