/** Each word's share of the answer: of an automatic or linear model exactly, of a network by integrated gradients. */
import { InputError } from "cellstate/worker";
import { useEffect, useMemo } from "preact/hooks";
import { besides } from "../../state/aside.js";
import type { Outcome } from "../../state/latest.js";
import { paced } from "../../state/paced.js";
import { type AnyModel, subject } from "../../state/subject.js";

export interface Shares {
  /** "log-odds of spam" */
  objective: string;
  /** What a share above 0 speaks for. */
  of: string;
  words: { text: string; share: number; known: boolean }[];
  /** By place in the row, where words have one. */
  byPlace: ReadonlyMap<number, number>;
}

/** Enough for a bar; a thousandth of the answer. */
const ENOUGH = { tolerance: 1e-3, points: 256 };

async function sharesOf(
  signal: AbortSignal,
  model: AnyModel,
  given: string | readonly number[],
): Promise<Shares> {
  const asked = await besides(model);
  if (typeof given === "string" && asked.kind !== "network") {
    try {
      const { tokens, objective, of } = await asked.explain("attributeFeatures", given, { signal });
      const words = tokens.map(({ text, part, hidden, known }) => ({
        text,
        known,
        share: part + (hidden ?? 0),
      }));
      return { objective, of, words, byPlace: new Map() };
    } catch (error) {
      // Of a network that reads words in order, its gradients tell; that asks a model's own words for what it lacks.
      if (!(error instanceof InputError)) throw error;
    }
  }
  const row = given as string;
  const { objective, words } = await asked.explain("attribute", row, {
    ...{ ...ENOUGH, signal },
    ...(asked.labels.length > 0 ? { labels: asked.labels } : {}),
  });
  const texts =
    typeof given === "string"
      ? (await asked.explain("readSentence", given, { signal })).words
      : given.map(String);
  return {
    objective,
    of: objective.replace(/^.* of /, ""),
    words: words.map(({ t, integratedGradients: share }) => ({ text: texts[t]!, share, known: true })),
    byPlace: new Map(words.map(({ t, integratedGradients }) => [t, integratedGradients])),
  };
}

export function useShares(given: string | readonly number[] | null): Outcome<Shares> {
  const work = useMemo(() => paced(sharesOf), []);
  const open = subject.value;
  useEffect(() => {
    if (open && given !== null) work.ask(open.model, given);
    else work.clear();
  }, [work, open, JSON.stringify(given)]);
  return work.outcome.value;
}
