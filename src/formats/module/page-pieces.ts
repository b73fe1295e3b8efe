/** What the page of a model does: it answers what is typed, at once. */
import type { Pieces } from "./kit.js";
import type { Amount, Label, Labels } from "./text-pieces.js";

/** What the module of a page exports to be asked, as it answers. */
type Answer = Label | Labels | Amount | readonly unknown[];

/** An answer in words, and each number of it: of what, how much, and of scores how long its bar is, of 1. */
interface Shown {
  says: string;
  besides: string;
  numbers: readonly (readonly [name: string, value: number, bar: number | null])[];
}

export interface PageKit {
  /** Shows the answers to what is typed into the page's textarea. */
  tryOut(ask: (text: string) => Answer): void;
  shown(answer: Answer): Shown;
  /** The row of numbers that a text lists: "4 17 9", or JSON. */
  listed(text: string): unknown;
}

declare module "./kit.js" {
  interface Kit extends PageKit {}
}

export const pagePieces: Pieces<PageKit> = {
  shown: () => (answer) => {
    if (Array.isArray(answer)) {
      const outputs = answer.flat(3) as number[];
      const numbers = outputs.map((value, i) => [`output ${i}`, value, null] as const);
      return {
        says: outputs.length === 1 ? String(outputs[0]) : `${outputs.length} numbers`,
        besides: "",
        numbers,
      };
    }
    const { known } = answer as { known?: number };
    const besides = known === 0 ? "None of its words is known." : "";
    if ("value" in answer) return { says: String(answer.value), besides, numbers: [] };
    const { scores } = answer as Label | Labels;
    const numbers = Object.entries(scores)
      .sort(([, a], [, b]) => b - a)
      .map(([name, score]) => [name, score, score] as const);
    if ("labels" in answer)
      return { says: answer.labels.join(", ") || "none of the labels", besides, numbers };
    const { label, rejected } = answer as Label;
    const reason = rejected ? `Not to be relied on: ${rejected}. ` : "";
    return { says: label, besides: reason + besides, numbers };
  },

  listed: () => (text) => {
    const trimmed = text.trim();
    return JSON.parse(trimmed.startsWith("[") ? trimmed : `[${trimmed.split(/[\s,;]+/).join(",")}]`);
  },

  tryOut:
    ({ shown }) =>
    (ask) => {
      const find = (name: string) => document.getElementById(name) as HTMLElement;
      const asked = find("asked") as HTMLTextAreaElement;
      const element = (name: string, text: string) =>
        Object.assign(document.createElement(name), { textContent: text });
      const show = () => {
        let answer: Shown;
        try {
          answer = shown(ask(asked.value));
        } catch (error) {
          answer = { says: "–", besides: (error as Error).message, numbers: [] };
        }
        find("says").textContent = answer.says;
        find("besides").textContent = answer.besides;
        find("numbers").replaceChildren(
          ...answer.numbers.map(([name, value, bar]) => {
            const row = element("tr", "");
            const drawn = element("td", "");
            if (bar !== null) {
              const fill = drawn.appendChild(element("div", ""));
              fill.style.width = `${100 * bar}%`;
            }
            row.append(element("th", name), element("td", value.toFixed(4)), drawn);
            return row;
          }),
        );
      };
      asked.addEventListener("input", show);
      show();
    },
};
