/** The sentence that every view is about, and the open model's answer to it. */
import { effect, signal } from "@preact/signals";
import type { ModelKinds } from "cellstate/worker";
import { InputError } from "cellstate/worker";
import { latest } from "./latest.js";
import { routed } from "./route.js";
import { type AnyModel, type Subject, subject } from "./subject.js";
import { figure } from "./words.js";

/** What the page opens with, and what else the example is good for. */
export const EXAMPLES = [
  "WINNER!! Claim your free prize now: call 09061701461 before midnight",
  "Ok lar, see you at home tonight",
  "Free entry in a weekly draw? No thanks, I am at work",
  "call me when you get the prize",
];

export const sentence = routed("text", EXAMPLES[0]);

/** The same once nobody has typed for a moment: explanations take longer than answers. */
export const settled = signal(sentence.peek());
const PAUSE_MS = 150;
let timer = 0;
sentence.subscribe((text) => {
  clearTimeout(timer);
  timer = setTimeout(() => void (settled.value = text), PAUSE_MS) as unknown as number;
});

/** What a model answers, as all kinds of them are drawn: parts with their shares of 1, or an amount. */
export interface Answer {
  /** What it says: a label, labels, an amount. */
  says: string;
  /** How sure it is, of 1; null where it does not say. */
  sure: number | null;
  /** Every label with its score. */
  scores: readonly (readonly [string, number])[];
}

const asked = latest(async (signal, { model }: Subject, text: string): Promise<Answer> => {
  const given = model.kind === "network" ? idsOf(text) : text;
  return answerFrom(model.kind, await model.predict(given as never, { signal }));
});
export const answer = asked.outcome;

effect(() => {
  const [open, text] = [subject.value, sentence.value];
  if (open) asked.ask(open, text);
});

type AnswerOf<K extends AnyModel["kind"]> = ModelKinds[K]["answer"];

/** What a model of that kind answered, as it is drawn. */
export function answerFrom(kind: AnyModel["kind"], answer: ModelKinds[AnyModel["kind"]]["answer"]): Answer {
  switch (kind) {
    case "classifier":
      return ofLabel(answer as AnswerOf<"classifier">);
    case "multiLabel":
      return ofLabels(answer as AnswerOf<"multiLabel">);
    case "regressor":
      return { says: figure((answer as AnswerOf<"regressor">).value), sure: null, scores: [] };
    default:
      return ofOutput(answer as AnswerOf<"network">);
  }
}

function ofLabel({ label, probability, scores }: AnswerOf<"classifier">): Answer {
  return { says: label ?? "none of them", sure: probability, scores: Object.entries(scores) };
}

function ofLabels({ labels, scores }: AnswerOf<"multiLabel">): Answer {
  return { says: labels.length > 0 ? labels.join(", ") : "none", sure: null, scores: Object.entries(scores) };
}

function ofOutput(output: AnswerOf<"network">): Answer {
  const values = Array.from(output.flat(2) as number[], Number);
  return {
    says: values.length === 1 ? values[0]!.toPrecision(4) : `${values.length} numbers`,
    sure: null,
    scores: values.slice(0, 20).map((value, i) => [`output ${i}`, value]),
  };
}

/** A network without words reads numbers. @throws InputError */
export function idsOf(text: string): number[] {
  const words = text.split(/[\s,;[\]]+/).filter((word) => word !== "");
  const ids = words.map(Number);
  if (ids.length > 0 && ids.every(Number.isFinite)) return ids;
  throw new InputError(
    "This model came without words: type the row of ids (or numbers) that it reads, as 4 17 9.",
  );
}
