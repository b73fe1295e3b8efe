/**
 * cellstate explain attribute MODEL TEXT: which words decided; of a recurrent network asked three ways, of an automatic
 * classifier exactly.
 */
import type { Command } from "commander";
import { inputError } from "../../base/errors.js";
import { percent } from "../../base/numbers.js";
import { padToWidth, printable, wrapToWidth } from "../../base/text.js";
import { TextRegressor } from "../../classifier/regressor.js";
import { type Attribution, attribute } from "../../explain/attribution.js";
import { attributionPage } from "../../explain/draw/attribution-page.js";
import { attributionPicture } from "../../explain/draw/attribution-picture.js";
import { numeral, tiny } from "../../explain/draw/numbers.js";
import { MOST_POINTS } from "../../explain/integrated-gradients.js";
import type { Sentence } from "../../explain/sentence.js";
import { whole } from "../context.js";
import { refuseIdle } from "../options.js";
import { type Style, WIDTH } from "../terminal.js";
import { excerpt } from "../ui/table.js";
import { showFeatures } from "./attribute-features.js";
import { twoSidedBar } from "./blocks.js";
import { type OutputFlags, outputOptions, show } from "./output.js";
import {
  type ChosenFlags,
  choiceOf,
  choiceOptions,
  idleForSubject,
  openAnySubject,
  type SubjectFlags,
  subjectOptions,
} from "./subject.js";

interface Flags extends OutputFlags, SubjectFlags, ChosenFlags {
  layer?: string;
  points?: number;
}

export function attributeCommand(explain: Command): void {
  const command = explain
    .command("attribute")
    .description(
      "which words decided: exactly, of an automatic classifier's n-grams; else integrated gradients, occlusion, and the memory's parts, side by side",
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
    if (sentence.row) {
      throw inputError({
        expected:
          "a model of one input that begins with an Embedding, whose words an answer is divided among",
        where: title,
        received: "a row of numbers, or of several inputs",
        next: "explain cell, unroll and gradient open its recurrent layers.",
      });
    }
    const attribution = attribute(model, sentence.ids, {
      ...choiceOf(command, flags, subject),
      ...(flags.layer === undefined ? {} : { layer: flags.layer }),
      ...(flags.points === undefined ? {} : { points: flags.points }),
    });
    const words = attribution.words.map((word) => ({ word: sentence.words[word.t]!, ...word }));
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
  const { objective, value, baseline, words, completeness, memory } = attribution;
  const most = Math.max(...words.map((word) => Math.abs(word.integratedGradients)));
  const number = (amount: number | null) => (amount === null ? "–" : numeral(amount, 3)).padStart(9);
  const lines = words.map(({ t, integratedGradients, occlusion, memory: left, held }) => {
    const name = padToWidth(excerpt(sentence.words[t]!, 16), 16);
    const bars = twoSidedBar(integratedGradients, most, HALF);
    const share = (held === null ? "–" : percent(held)).padStart(8);
    return `  ${name} ${number(integratedGradients)} ${bars} ${number(occlusion)} ${number(left)} ${share}`;
  });
  const heads = `  ${" ".repeat(16)} ${"integrated gradients".padStart(29)} ${"occlusion".padStart(9)} ${"memory".padStart(9)} ${"held".padStart(8)}`;
  return [
    style.bold(
      `${excerpt(objective, 40)}: ${numeral(value, 4)}, with padding in place of every word ${numeral(baseline, 4)}`,
    ),
    style.dim(heads),
    ...lines,
    "",
    ...paragraph(
      `Integrated gradients add up to ${numeral(completeness.sum, 6)}; two forward passes differ by ${numeral(completeness.difference, 6)}: ${tiny(completeness.residual)} apart (${completeness.points} points).`,
    ),
    ...paragraph(completeness.note ?? ""),
    ...paragraph("Occlusion is the change when the word is taken out; such changes need not add up."),
    ...paragraph(
      memory
        ? `Memory is what the word left in ${printable(memory.layer)}, along ∂F/∂memory; held is its share of that memory (padding: ${percent(memory.padding.held)}). The parts add up within ${tiny(memory.residual)}.`
        : attribution.noMemory!,
    ),
  ].join("\n");
}

const paragraph = (text: string) => wrapToWidth(text, WIDTH);
