/** Text to ids and outputs to labels: the work of src/tokens/{standardize,split,pad}.ts on strings, and nothing besides. */
import type { Encoded, Pieces, Run } from "./kit.js";

export interface TokenRules {
  /** Lower-casing of all letters, of ASCII letters, or none. */
  lower: "all" | "ascii" | null;
  /** Characters beyond ASCII that part words, and the ASCII one that then stands in their place. */
  replaced: RegExp | null;
  separator: string;
  removed: RegExp | null;
  /** What parts words. */
  between: RegExp | null;
  unit: "word" | "character" | "text";
}

/** How tokens are cut that have letters of scripts without spaces: the work of src/tokens/segment.ts. */
export interface CutRules {
  letters: RegExp;
  /** Runs of such letters and of others. */
  runs: RegExp;
  /** What a token is in a run of such letters; null: what the platform's dictionary says. */
  characters: RegExp | null;
  /** Texts as that dictionary cuts them, a space between words. */
  probes: readonly string[];
}

export interface RowRules {
  vocabulary: readonly string[];
  /** The id of words that the vocabulary lacks; null where they leave no trace. */
  unknown: number | null;
  length: number;
  padding: "pre" | "post";
  truncating: "pre" | "post";
}

export interface Label {
  label: string;
  probability: number;
  scores: Record<string, number>;
  /** The share of the text's words that are known, where that is told: always where there is none. */
  known?: number;
  /** Where the classifier rejects: why this answer is not to be relied on, or false. */
  rejected?: "unsure" | "strange" | false;
}

export interface AnswerRules {
  threshold: number;
  /** Answers below this probability are rejected; null: none are. */
  reject: number | null;
  /** Texts of which a smaller share of words is known are strange; null: that is not told. */
  familiar: number | null;
}

/** What stands for a text, and what the network makes of it. */
interface Asked {
  data: Float32Array;
  known?: number | undefined;
}

/** Of several labels a text. */
export interface Labels {
  labels: string[];
  scores: Record<string, number>;
  known?: number;
}

/** Of an amount a text. */
export interface Amount {
  value: number;
  known?: number;
}

export interface TextKit {
  tokenizer(rules: TokenRules): (text: string) => string[];
  cutting(tokens: (text: string) => string[], rules: CutRules): (text: string) => string[];
  encoder(tokens: (text: string) => string[], rules: RowRules): (text: string) => Encoded;
  asked(encode: (text: string) => Encoded, run: Run): (text: string) => Asked;
  multiLabel(
    encode: (text: string) => Encoded,
    run: Run,
    labels: readonly string[],
    thresholds: readonly number[],
  ): (text: string) => Labels;
  regressor(encode: (text: string) => Encoded, run: Run): (text: string) => Amount;
  classifier(
    encode: (text: string) => Encoded,
    run: Run,
    labels: readonly string[],
    rules: AnswerRules,
  ): (text: string) => Label;
}

declare module "./kit.js" {
  interface Kit extends TextKit {}
}

export const textPieces: Pieces<TextKit> = {
  tokenizer:
    () =>
    ({ lower, replaced, separator, removed, between, unit }) =>
    (text) => {
      let plain = lower === "all" ? text.toLowerCase() : text;
      if (replaced) plain = plain.replace(replaced, separator);
      // A half of a surrogate pair is no character: it counts as U+FFFD, as in UTF-8.
      plain = plain.replace(/\p{Surrogate}/gu, "\ufffd");
      if (lower === "ascii") plain = plain.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
      if (removed) plain = plain.replace(removed, "");
      if (unit === "text") return [plain];
      return unit === "character" ? Array.from(plain) : plain.split(between!).filter((word) => word !== "");
    },

  cutting:
    () =>
    (tokens, { letters, runs, characters, probes }) => {
      if (!characters && !(typeof Intl === "object" && Intl.Segmenter)) {
        throw new Error(
          "This classifier cuts texts into words by Intl.Segmenter, which this platform lacks.",
        );
      }
      const dictionary = characters ? null : new Intl.Segmenter("en", { granularity: "word" });
      const words = (run: string) =>
        [...dictionary!.segment(run)].filter((each) => each.isWordLike).map((each) => each.segment);
      const cut = (token: string): string[] =>
        (token.match(runs) ?? []).flatMap((run) => {
          if (!letters.test(run)) return [run];
          return characters ? (run.match(characters) ?? []) : words(run);
        });
      const otherwise = probes.some((probe) => cut(probe.replaceAll(" ", "")).join(" ") !== probe);
      if (otherwise && typeof console === "object") {
        console.warn(
          "This platform cuts texts into words otherwise than that where the classifier was trained: answers may differ.",
        );
      }
      return (text) => tokens(text).flatMap((token) => (letters.test(token) ? cut(token) : [token]));
    },

  encoder:
    () =>
    (tokens, { vocabulary, unknown, length, padding, truncating }) => {
      const ids = new Map(vocabulary.map((word, id) => [word, id]));
      return (text) => {
        const found: number[] = [];
        for (const token of tokens(text)) {
          const id = ids.get(token) ?? unknown;
          if (id !== null) found.push(id);
        }
        const kept = Math.min(found.length, length);
        const from = truncating === "pre" ? found.length - kept : 0;
        const row = new Float32Array(length);
        row.set(found.slice(from, from + kept), padding === "pre" ? length - kept : 0);
        const inputs = [{ data: row, shape: [length], mask: null }];
        return row.some((id) => id !== 0 && id !== unknown) ? { inputs } : { inputs, known: 0 };
      };
    },

  asked: () => (encode, run) => (text) => {
    if (typeof text !== "string") throw new TypeError(`classify: expected a text, not ${typeof text}`);
    const { inputs, known } = encode(text);
    const { data } = run(inputs);
    if (!data.every(Number.isFinite)) {
      const why = inputs[0]!.data.some((id) => id !== 0)
        ? "The network's arithmetic leaves the range of numbers"
        : "No known word is left in it";
      throw new Error(
        `classify: no answer that is a number to ${JSON.stringify(text.slice(0, 60))}. ${why}.`,
      );
    }
    return { data, known };
  },

  classifier:
    ({ asked }) =>
    (encode, run, labels, { threshold, reject, familiar }) => {
      const ask = asked(encode, run);
      return (text) => {
        const { data, known } = ask(text);
        const probabilities = data.length === 1 ? [1 - data[0]!, data[0]!] : Array.from(data);
        let best = data.length === 1 && data[0]! > Math.fround(threshold) ? 1 : 0;
        if (data.length > 1) for (let k = 1; k < data.length; k++) if (data[k]! > data[best]!) best = k;
        const scores = Object.fromEntries(labels.map((label, k) => [label, probabilities[k]!]));
        const answer: Label = { label: labels[best]!, probability: probabilities[best]!, scores };
        if (known !== undefined) answer.known = known;
        if (reject === null) return answer;
        const strange = known !== undefined && familiar !== null && known < familiar;
        answer.rejected = strange ? "strange" : answer.probability < Math.fround(reject) && "unsure";
        return answer;
      };
    },

  multiLabel:
    ({ asked }) =>
    (encode, run, labels, thresholds) => {
      const ask = asked(encode, run);
      return (text) => {
        const { data, known } = ask(text);
        const above = [...data.keys()].filter((k) => data[k]! > Math.fround(thresholds[k]!));
        above.sort((a, b) => data[b]! - data[a]! || a - b);
        const scores = Object.fromEntries(labels.map((label, k) => [label, data[k]!]));
        const answer: Labels = { labels: above.map((k) => labels[k]!), scores };
        if (known !== undefined) answer.known = known;
        return answer;
      };
    },

  regressor:
    ({ asked }) =>
    (encode, run) => {
      const ask = asked(encode, run);
      return (text) => {
        const { data, known } = ask(text);
        const answer: Amount = { value: data[0]! };
        if (known !== undefined) answer.known = known;
        return answer;
      };
    },
};
