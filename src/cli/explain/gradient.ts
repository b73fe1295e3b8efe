/** cellstate explain gradient MODEL TEXT: how the gradient comes back through time, path by path. */
import type { Command } from "commander";
import { counted } from "../../base/numbers.js";
import { printable, wrapToWidth } from "../../base/text.js";
import { stateLetter } from "../../explain/cells/names.js";
import { gradientPage } from "../../explain/draw/gradient-page.js";
import { gradientPicture } from "../../explain/draw/gradient-picture.js";
import { numeral, tiny } from "../../explain/draw/numbers.js";
import { type GradientView, gradientView } from "../../explain/gradient-view.js";
import type { Study } from "../../explain/study.js";
import { plain } from "../../explain/tex.js";
import { refuseIdle } from "../options.js";
import { type Style, WIDTH } from "../terminal.js";
import { status } from "../ui/status.js";
import { excerpt, table } from "../ui/table.js";
import { type ChosenFlags, choiceOf, choiceOptions } from "./choice.js";
import { type OutputFlags, outputOptions, show } from "./output.js";
import { atOption, placeOf } from "./place.js";
import { idleForSubject, openSubject, type SubjectFlags, subjectOptions, unitNumbers } from "./subject.js";
import { idleUnits, shownUnits } from "./unroll.js";

interface Flags extends OutputFlags, SubjectFlags, ChosenFlags {
  at?: number;
  layer?: string;
  units?: number[];
  study: boolean;
}

export function gradientCommand(explain: Command): void {
  const command = explain
    .command("gradient")
    .description("how the gradient comes back through time: each path derived, evaluated and checked");
  choiceOptions(subjectOptions(command), "loss")
    .addOption(atOption("to go back from"))
    .option("--layer <name>", "which recurrent layer (default: the last)")
    .option("--units <list>", "units to put numbers in for, as 0,3,7", unitNumbers)
    .option("--no-study", "leave out the same text through fresh cells of every kind");
  outputOptions(command).action(async (source: string, text: string[], flags: Flags) => {
    const { seed, ...idle } = idleForSubject(source, text, flags);
    refuseIdle(command, { ...idle, seed: !flags.study && seed, units: idleUnits(flags) });
    const subject = await openSubject(source, text, flags);
    const { model, sentence, title } = subject;
    const view = await gradientView(model, sentence, {
      onProgress: status.told,
      ...choiceOf(command, flags, subject),
      at: placeOf(flags, model, sentence),
      layer: flags.layer,
      study: flags.study ? { seed: flags.seed } : null,
    });
    const units = shownUnits(view.check.paths, flags.units, 4);
    await show(
      {
        data: view,
        text: (style) => gradientText(view, units, style),
        page: () => gradientPage(view, title, units),
        picture: () => gradientPicture(view),
      },
      flags,
    );
  });
}

function gradientText(view: GradientView, units: readonly number[], style: Style): string {
  const { layer, objective, formulas, step, study } = view;
  const inner = step.filter(({ inner: own }) => own !== "").map(({ inner: own }) => plain(own));
  return [
    style.bold(
      `Gradient of E = ${excerpt(objective.name, 30)}, ${numeral(objective.value, 4)}, through ${printable(layer)}`,
    ),
    ...[formulas.whole, formulas.hidden, formulas.total]
      .filter((formula) => formula !== "")
      .flatMap((formula) => formulaLines(plain(formula))),
    ...[...inner, ...formulas.slopes.map(plain)].flatMap(formulaLines),
    "",
    stepTable(view, units, style),
    "",
    timeTable(view, style),
    ...(study ? ["", studyTable(study, style)] : []),
  ].join("\n");
}

const formulaLines = (text: string) =>
  wrapToWidth(text, WIDTH - 8).map((line, k) => (k === 0 ? `  ${line}` : `        ${line}`));

function stepTable(
  { step, check, words, chosen, notes }: GradientView,
  units: readonly number[],
  style: Style,
): string {
  const row = (name: string, values: readonly number[]) => [
    name,
    tiny(Math.hypot(...values)),
    ...units.map((unit) => tiny(values[unit]!)),
  ];
  const { backPropagation, centralDifferences } = check.residuals;
  return [
    style.bold(`One step back from “${excerpt(words[chosen]!.word, 24)}”, path by path`),
    table([
      ["", "norm", ...units.map((unit) => `unit ${unit}`)],
      ...step.map(({ name, value }) => row(name, value)),
      row("sum of the paths", check.paths),
      row("back-propagation", check.backPropagation),
      row("central differences", check.centralDifferences),
    ]),
    `  differs from back-propagation by at most ${tiny(backPropagation)}, from differences by ${tiny(centralDifferences)}`,
    ...notes.flatMap((note) => wrapToWidth(printable(note), WIDTH - 2)).map((line) => `  ${line}`),
  ].join("\n");
}

/** A line a word, newest last. */
function timeTable({ words, norms, gains, state, padding, kind }: GradientView, style: Style): string {
  const hidden = kind === "LSTM";
  const rows = words.map(({ word }, k) => {
    const { total, direct, indirect, hidden: ofHidden } = norms[k]!;
    const step = gains.steps[k]! > 0 ? numeral(gains.steps[k]!, 3) : "–";
    return [
      excerpt(word, 16),
      ...[total, direct, indirect].map(tiny),
      ...(hidden ? [tiny(ofHidden)] : []),
      step,
      tiny(gains.products[k]!),
    ];
  });
  const heads = [
    `∂E/∂${stateLetter(state)}`,
    "direct",
    "indirect",
    ...(hidden ? ["∂E/∂h"] : []),
    "σ step",
    "σ to end",
  ];
  const before =
    padding.steps > 0
      ? [`  At the first of ${counted(padding.steps, "step")} of padding it is ${tiny(padding.first)}.`]
      : [];
  const after =
    padding.after > 0 ? [`  It comes through ${counted(padding.after, "step")} of padding first.`] : [];
  return [
    style.bold("Through time: norms, and the largest singular values of the Jacobians"),
    table([["", ...heads], ...rows]),
    ...before,
    ...after,
  ].join("\n");
}

function studyTable({ curves, units, seed }: Study, style: Style): string {
  const rows = curves.map(({ name, perStep, relative, direct, stepGains, gains }) => [
    name,
    numeral(perStep, 3),
    tiny(relative[0]!),
    tiny(direct[0]!),
    numeral(Math.max(...stepGains), 2),
    tiny(gains[0]!),
  ]);
  return [
    style.bold(`The same words through fresh cells of ${units} units, seed ${seed}`),
    table([["", "a step", "first word", "direct", "σ step", "σ all"], ...rows]),
    "  a step: the factor on the norm; first word: its share of the last's",
    "  R: the recurrent kernel, orthogonal to begin with",
  ].join("\n");
}
