/** cellstate explain unroll MODEL TEXT: the recurrence written out, and what the memory holds of each word. */
import type { Command } from "commander";
import { inputError } from "../../base/errors.js";
import { count, counted, percent } from "../../base/numbers.js";
import { padToWidth, printable, wrapToWidth } from "../../base/text.js";
import { ENGINES } from "../../engines/engines.js";
import type { EngineChoice } from "../../engines/registry.js";
import { stateLetter } from "../../explain/cells/names.js";
import { numeral, tiny } from "../../explain/draw/numbers.js";
import { unrollPage } from "../../explain/draw/unroll-page.js";
import { unrollPicture } from "../../explain/draw/unroll-picture.js";
import { decomposeMemory, NO_MEMORY } from "../../explain/memory.js";
import { type MemoryView, memoryView } from "../../explain/memory-view.js";
import { rowOf, type Sentence, wordAt } from "../../explain/sentence.js";
import { lastRead } from "../../explain/steps.js";
import { plain } from "../../explain/tex.js";
import { BACKWARDS, type Unrolled, unroll } from "../../explain/unroll.js";
import type { Model } from "../../model/model.js";
import { whole } from "../context.js";
import { refuseIdle } from "../options.js";
import { type Style, WIDTH } from "../terminal.js";
import { bar, excerpt, table } from "../ui/table.js";
import { type OutputFlags, outputOptions, show } from "./output.js";
import { atOption, countedIn, placeOf, stepsRead } from "./place.js";
import { idleForSubject, openSubject, type SubjectFlags, subjectOptions, unitNumbers } from "./subject.js";

interface Flags extends OutputFlags, SubjectFlags {
  steps?: number;
  at?: number;
  layer?: string;
  units?: number[];
  tex?: boolean;
}

export function unrollCommand(explain: Command): void {
  const command = explain
    .command("unroll")
    .description("the recurrence written out over some steps, checked, and the memory by word");
  subjectOptions(command)
    .option("--steps <k>", "steps to write out (default: 2)", whole("steps", 1))
    .addOption(atOption("that is step t"))
    .option("--layer <name>", "which recurrent layer (default: the last)")
    .option("--units <list>", "units to put numbers in for, as 0,3,7", unitNumbers)
    .option("--tex", "only the formulas, as TeX");
  outputOptions(command).action(async (source: string, text: string[], flags: Flags) => {
    refuseIdle(command, {
      ...idleForSubject(source, text, flags),
      tex: flags.json && "with --json",
      units: idleUnits(flags),
    });
    const { model, sentence, title } = await openSubject(source, text, flags);
    const row = rowOf(sentence);
    const at = placeOf(flags, model, sentence) ?? lastWord(model, sentence, flags.layer);
    const place = { steps: flags.steps, layer: flags.layer, at };
    const unrolled = unroll(model, row, place);
    const engine = ENGINES.createSynchronous({ engine: model.engineName as EngineChoice });
    const { residual } = unroll(model, row, { ...place, engine });
    engine.dispose();
    const decomposition = decomposeMemory(model, row, flags.layer);
    const memory = decomposition && memoryView(decomposition, sentence);
    const units = shownUnits(unrolled.value, flags.units);
    const { times, places } = unrolled;
    const named = (lag: number) => (lag < times.length && wordAt(sentence, times[lag]!, places)) || "padding";
    await show(
      {
        data: { ...unrolled, engine: { name: model.engineName, residual }, memory },
        text: (style) =>
          flags.tex
            ? texText(unrolled)
            : unrollText(unrolled, memory, {
                units,
                wordAt: named,
                style,
                engine: [model.engineName, residual],
              }),
        page: () => unrollPage(unrolled, memory, named, title, units),
        picture: () => unrollPicture(unrolled, memory, named),
      },
      flags,
    );
  });
}

/** The place of the word that the layer reads last, where its steps are the words. */
function lastWord(model: Model, sentence: Sentence, layer: string | undefined): number | undefined {
  const steps = stepsRead(model, sentence, layer);
  const last = lastRead(steps, sentence.words);
  if (last === undefined) countedIn(sentence, steps.length);
  return last;
}

/** Why --units would change nothing: they are columns of the table and of the page, and JSON has them all. */
export const idleUnits = ({ json, tex, html }: OutputFlags & { tex?: boolean }) =>
  html === undefined && ((json && "with --json") || (tex && "with --tex"));

/** Those asked for, or those with the largest values. */
export function shownUnits(values: readonly number[], wanted?: readonly number[], most = 5): number[] {
  if (wanted) {
    if (wanted.length <= most && wanted.every((unit) => unit < values.length)) return [...wanted];
    const expected = `at most ${most} units from 0 to ${values.length - 1}`;
    throw inputError({ expected, where: "--units", received: wanted.join(",") });
  }
  return values
    .map((_, unit) => unit)
    .sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!))
    .slice(0, most);
}

const texText = ({ tex, networks }: Unrolled) =>
  [tex, ...networks.map(({ tex: name, expansion }) => `${name} = ${expansion}`)].join("\n");

interface Wording {
  units: readonly number[];
  wordAt(lag: number): string;
  style: Style;
  /** The model's own engine, and how far its float32 is from the sum. */
  engine: [string, number];
}

function unrollText(unrolled: Unrolled, memory: MemoryView | null, wording: Wording): string {
  const { style, wordAt } = wording;
  const { layer, state, k, tex, networks, goBackwards } = unrolled;
  const hanging = (text: string, indent: string) =>
    wrapToWidth(text, WIDTH - 6).map((line, i) => (i === 0 ? `  ${line}` : `${indent}${line}`));
  return [
    style.bold(
      `${printable(layer)}: ${stateLetter(state)} at “${excerpt(wordAt(0), 30)}”, ${counted(k, "step")} written out`,
    ),
    ...(goBackwards ? [`  ${BACKWARDS}`] : []),
    ...hanging(plain(tex), "     "),
    ...(networks.length > 0 ? ["", "with every gate down to the inputs and the old states:"] : []),
    ...networks.flatMap(({ tex: name, expansion }) =>
      hanging(`${plain(name)} = ${plain(expansion)}`, "       "),
    ),
    "",
    termTable(unrolled, wording),
    "",
    ...(memory ? memoryLines(memory, style) : wrapToWidth(NO_MEMORY, WIDTH)),
  ].join("\n");
}

function termTable(
  { terms, value, forward, residual, state }: Unrolled,
  { units, wordAt, style, engine: [name, float32] }: Wording,
): string {
  const row = (name: string, values: readonly number[]) => [
    name,
    ...units.map((unit) => numeral(values[unit]!, 4)),
  ];
  const rows = [
    ["", ...units.map((unit) => `unit ${unit}`)],
    ...terms.map(({ tex, lag, value: part }, k) =>
      row(k === 0 ? shorten(plain(tex)) : `${shorten(plain(tex))}  “${excerpt(wordAt(lag), 10)}”`, part),
    ),
    row("sum", value),
    row("forward pass", forward),
  ];
  const note = wrapToWidth(
    `Over all ${count(value.length)} units, ${stateLetter(state)} and the forward pass differ by at most ${tiny(residual)} in float64, ${tiny(float32)} in the float32 of the ${name} engine.`,
    WIDTH - 2,
  ).map((line) => `  ${line}`);
  return [style.bold("In numbers"), table(rows), ...note].join("\n");
}

/** Products of many steps are cut in the table; the identity above has them whole. */
export function shorten(text: string): string {
  if (text.length <= 26) return text;
  const nest = /^[^(]*\([^(]* \+ /.exec(text);
  if (nest && !text.includes("⊙")) return `${nest[0]}…)`;
  const factors = text.split(" ⊙ ");
  return `${factors[0]} ⊙ … ⊙ ${factors.slice(-2).join(" ⊙ ")}`;
}

export function memoryLines({ words, shares, padding, residual, layer }: MemoryView, style: Style): string[] {
  const most = Math.max(...shares, padding.share, 1e-12);
  const line = (word: string, share: number) =>
    `  ${padToWidth(excerpt(word, 22), 22)} ${percent(share).padStart(9)}  ${bar(share / most, 40)}`.trimEnd();
  return [
    style.bold(`What the final memory of ${printable(layer)} still holds, by word`),
    ...(padding.steps > 0 ? [line(`(${counted(padding.steps, "step")} of padding)`, padding.share)] : []),
    ...words.map(({ word }, k) => line(word, shares[k]!)),
    `  Unit by unit the parts add up to the memory within ${tiny(residual)}.`,
  ];
}
