/**
 * cellstate explain attribute MODEL TEXT: which words (or numbers of a row) decided; of a recurrent network asked three
 * ways, of an automatic classifier exactly.
 */
import type { Command } from "commander";
import { percent } from "../../base/numbers.js";
import { padToWidth, printable, wrapToWidth } from "../../base/text.js";
import { TextRegressor } from "../../classifier/regressor.js";
import { type Attribution, attribute } from "../../explain/attribution.js";
import { attributionPage } from "../../explain/draw/attribution-page.js";
import { attributionPicture, namedParts } from "../../explain/draw/attribution-picture.js";
import { strongestNumbers } from "../../explain/draw/number-shares-picture.js";
import { numeral, tiny } from "../../explain/draw/numbers.js";
import { MOST_POINTS } from "../../explain/integrated-gradients.js";
import { rowOf, type Sentence, wordOf } from "../../explain/sentence.js";
import { whole } from "../context.js";
import { refuseIdle } from "../options.js";
import { type Style, WIDTH } from "../terminal.js";
import { status } from "../ui/status.js";
import { excerpt, table } from "../ui/table.js";
import { showFeatures } from "./attribute-features.js";
import { twoSidedBar } from "./blocks.js";
import { type ChosenFlags, choiceOf, choiceOptions } from "./choice.js";
import { type OutputFlags, outputOptions, show } from "./output.js";
import { idleForSubject, openAnySubject, type SubjectFlags, subjectOptions } from "./subject.js";

interface Flags extends OutputFlags, SubjectFlags, ChosenFlags {
  layer?: string;
  points?: number;
}

export function attributeCommand(explain: Command): void {
  const command = explain
    .command("attribute")
    .description(
      "which words (or numbers of a row) decided: exactly, of an automatic classifier's n-grams; else integrated gradients, occlusion, and the memory's parts, side by side",
    );
  choiceOptions(subjectOptions(command), "logOdds")
    .option("--layer <name>", "whose memory to divide (default: the last recurrent layer's)")
    .option("--points <n>", `of the path, at most (default: ${MOST_POINTS})`, whole("points", 8));
  outputOptions(command).action(async (source: string, text: string[], flags: Flags) => {
    refuseIdle(command, idleForSubject(source, text, flags));
    const subject = await openAnySubject(source, text, flags);
    if ("automatic" in subject) {
      const isAmount = subject.automatic instanceof TextRegressor;
      const why = `with an automatic ${isAmount ? "regressor" : "classifier"}`;
      const amount = isAmount && "with a regressor, which has no labels";
      refuseIdle(command, { of: why, layer: why, points: why, label: amount });
      return showFeatures(subject, flags);
    }
    const { model, sentence, title } = subject;
    const attribution = await attribute(model, rowOf(sentence), {
      onProgress: status.told,
      ...choiceOf(command, flags, subject),
      ...(flags.layer === undefined ? {} : { layer: flags.layer }),
      ...(flags.points === undefined ? {} : { points: flags.points }),
    });
    const words = attribution.words.map((word) => ({
      word: wordOf(word, sentence),
      ...word,
    }));
    await show(
      {
        data: { ...attribution, words },
        text: (style) => attributionText(attribution, sentence, style),
        page: () => attributionPage(attribution, sentence, title),
        picture: () => attributionPicture(attribution, sentence),
      },
      flags,
    );
  });
}

/** Columns each way of the bar of integrated gradients. */
const HALF = 9;

function attributionText(attribution: Attribution, sentence: Sentence, style: Style): string {
  const { objective, value, baseline, words, steps, completeness, memory } = attribution;
  const parts = namedParts(attribution, sentence);
  const most = Math.max(...parts.map((part) => Math.abs(part.integratedGradients)));
  const ofWords = words.some(({ input }) => input === memory?.input);
  const number = (amount: number | null) => (amount === null ? "–" : numeral(amount, 3)).padStart(9);
  const lines = parts.map(({ name, integratedGradients, occlusion, memory: left, held }) => {
    const bars = twoSidedBar(integratedGradients, most, HALF);
    const share = (held === null ? "–" : percent(held)).padStart(8);
    return `  ${padToWidth(excerpt(name, 16), 16)} ${number(integratedGradients)} ${bars} ${number(occlusion)} ${number(left)} ${share}`;
  });
  const heads = `  ${" ".repeat(16)} ${"integrated gradients".padStart(29)} ${"occlusion".padStart(9)} ${"memory".padStart(9)} ${"held".padStart(8)}`;
  return [
    ...paragraph(
      `${excerpt(objective, 40)}: ${numeral(value, 4)}, with ${attribution.baselineWords} ${numeral(baseline, 4)}`,
    ).map(style.bold),
    style.dim(heads),
    ...lines,
    ...(steps.length > 0 ? ["", ...numberLines(attribution, style)] : []),
    "",
    ...paragraph(
      `Integrated gradients add up to ${numeral(completeness.sum, 6)}; two forward passes differ by ${numeral(completeness.difference, 6)}: ${tiny(completeness.residual)} apart (${completeness.points} points).`,
    ),
    ...paragraph(completeness.note ?? ""),
    ...paragraph(`Occlusion is the change when ${occluded(attribution)}; such changes need not add up.`),
    ...paragraph(
      memory
        ? `Memory is what the ${ofWords ? "word" : "step"} left in ${printable(memory.layer)}, along ∂F/∂memory; held is its share of that memory${ofWords ? ` (padding: ${percent(memory.padding.held)})` : ""}. The parts add up within ${tiny(memory.residual)}.`
        : attribution.noMemory!,
    ),
  ].join("\n");
}

function numberLines(attribution: Attribution, style: Style): string[] {
  const strongest = strongestNumbers(attribution);
  const rows = strongest.map(({ name, value, share }) => [name, numeral(value, 4), numeral(share, 4)]);
  return [
    style.bold("Strongest numbers (steps and features are counted from 1)"),
    table([["", "number", "share"], ...rows]),
  ];
}

function occluded({ words, steps }: Attribution): string {
  const ways = [
    ...(words.length > 0 ? ["the word is taken out"] : []),
    ...(steps.length > 0 ? ["the step's numbers are zeros"] : []),
  ];
  return ways.join(", or ");
}

const paragraph = (text: string) => wrapToWidth(text, WIDTH);
