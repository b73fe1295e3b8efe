/** What the browser's worker is to find, found in this thread. */
import { readSentence, trace, wordTable } from "../../src/explain/index.js";
import { direct } from "./data.js";

export async function explainedHere(text: string): Promise<{ weights: number[]; forget: number[] }> {
  const { model, vectorizer, length } = await direct();
  const { layers } = trace(model, readSentence(vectorizer, text, length).ids);
  return {
    weights: [...wordTable(model, vectorizer).vectors],
    forget: layers[0]!.steps.flatMap(({ gates }) => gates["forget"]!),
  };
}
