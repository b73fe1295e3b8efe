/** cellstate explain compare: the three cells side by side; or two models, on a text and on a data set. */
import type { Command } from "commander";
import { inputError } from "../../base/errors.js";
import { count, counted, decimal, percent } from "../../base/numbers.js";
import { padToWidth, printable, wrapToWidth } from "../../base/text.js";
import { type CellComparison, compareCells } from "../../explain/comparison.js";
import { comparisonPage } from "../../explain/draw/cell-pages.js";
import { comparisonPicture } from "../../explain/draw/comparison-picture.js";
import { numeral } from "../../explain/draw/numbers.js";
import { twoModelsPage, twoModelsPicture } from "../../explain/draw/two-models-page.js";
import { plain } from "../../explain/tex.js";
import { type ComparedWord, compareOnText, type TextComparison } from "../../explain/text-comparison.js";
import { compareUnits, type UnitComparison } from "../../explain/units/compare.js";
import { type EngineFlags, engineOptions, whole } from "../context.js";
import { type TableFlags, tableFlags } from "../data.js";
import { refuseIdle } from "../options.js";
import { checkOutputs } from "../outputs.js";
import { type Style, WIDTH } from "../terminal.js";
import { status } from "../ui/status.js";
import { excerpt, table } from "../ui/table.js";
import { type OutputFlags, outputOptions, show } from "./output.js";
import { openStudy } from "./studied.js";
import { openSubject, type Subject } from "./subject.js";

interface Flags extends OutputFlags, EngineFlags, TableFlags {
  inputs: number;
  units: number;
  data?: string;
  layer?: string;
}

export function compareCommand(explain: Command): void {
  const command = explain
    .command("compare")
    .description(
      "SimpleRNN, LSTM and GRU side by side; or two models: what each word did in both, and with --data how alike their states are",
    )
    .argument("[models...]", "nothing, or two files that train saved and a text")
    .option("--inputs <n>", "of cells: numbers in each input", whole("inputs", 1), 16)
    .option("--units <n>", "of each cell", whole("units", 1), 32)
    .option("--data <data>", "of two models: compare them on these texts too")
    .option("--layer <name>", "of two models: the recurrent layer in both (default: the last)");
  engineOptions(tableFlags(outputOptions(command))).action(async (words: string[], flags: Flags) => {
    const alone = words.length === 0 && "without two models";
    const without = flags.data === undefined && "without --data";
    refuseIdle(command, {
      ...{ inputs: words.length > 0 && "with two models", units: words.length > 0 && "with two models" },
      ...{ data: alone, layer: alone, engine: alone, threads: alone },
      ...{ text: without, delimiter: without, encoding: without, rejects: without },
    });
    if (words.length === 0) await showCells(flags);
    else await compareModels(command, words, flags);
  });
}

async function showCells({ inputs, units, ...flags }: Flags): Promise<void> {
  const cells = compareCells(inputs, units);
  await show(
    {
      data: { inputs, units, cells },
      text: (style) => cellsText(cells, style),
      page: () => comparisonPage(cells),
      picture: () => comparisonPicture(cells),
    },
    flags,
  );
}

async function compareModels(command: Command, words: string[], flags: Flags): Promise<void> {
  const [a, b, ...rest] = words;
  const text = rest.join(" ").trim();
  if (b === undefined || (text === "" && flags.data === undefined)) {
    throw inputError({
      expected: "two models, and a text or --data FILE",
      where: "explain compare",
      received: words,
      next: 'As in: explain compare before.keras after.keras "what a film".',
    });
  }
  const { html, svg, rejects } = flags;
  await checkOutputs({ "--html": html, "--svg": svg, "--rejects": rejects }, [a, b, flags.data]);
  const names: [string, string] = [a!, b];
  const onText = text === "" ? null : await onOneText(names, text, flags);
  const onData = flags.data === undefined ? null : await onDataSet(command, names, flags.data, flags);
  const compared = { names, text: onText, data: onData };
  await show(
    {
      data: { models: names, text: onText, data: onData },
      text: (style) =>
        [
          ...(onText ? [wordsText(names, onText, style)] : []),
          ...(onData ? [unitsText(names, onData, style)] : []),
        ].join("\n\n"),
      page: () => twoModelsPage(compared),
      picture: () => twoModelsPicture(compared),
    },
    flags,
  );
}

async function onOneText(names: [string, string], text: string, flags: Flags): Promise<TextComparison> {
  const { engine, threads } = flags;
  const open = (source: string) =>
    openSubject(source, [text], { engine, ...(threads ? { threads } : {}), classes: 2, seed: 0 });
  const [first, second] = [await open(names[0]), await open(names[1])];
  const network = ({ model, labels }: Subject) => ({ model, ...(labels ? { labels } : {}) });
  const place = flags.layer === undefined ? {} : { layer: flags.layer };
  return await compareOnText(network(first), network(second), [first.sentence, second.sentence], {
    ...place,
    onProgress: status.told,
  });
}

async function onDataSet(
  command: Command,
  names: [string, string],
  data: string,
  flags: Flags,
): Promise<UnitComparison> {
  const { engine, threads, text, delimiter, encoding, rejects, layer } = flags;
  const asked = { engine, threads, text, delimiter, encoding, rejects, unlabelled: true, seed: 0 };
  const place = layer === undefined ? {} : { layer };
  const first = await openStudy(command, names[0], data, { ...asked, ...place });
  const second = await openStudy(command, names[1], data, { ...asked, ...place });
  const told = { ...place, onProgress: status.told };
  return compareUnits(first.network, second.network, first.texts, told);
}

const shareText = (side: ComparedWord["sides"][number]): string[] =>
  side === null
    ? ["–", "–", "–"]
    : [
        numeral(side.share, 3),
        side.held === null ? "–" : percent(side.held),
        side.keep === null ? "–" : decimal(side.keep, 2),
      ];

function wordsText(names: readonly string[], compared: TextComparison, style: Style): string {
  const { objective, values, baselines, words } = compared;
  const columns = ["gradients", "held", "keep"];
  return [
    style.bold(
      `${objective}: ${numeral(values[0], 3)} and ${numeral(values[1], 3)}, of padding alone ${numeral(baselines[0], 3)} and ${numeral(baselines[1], 3)}`,
    ),
    table([
      ["", ...columns, ...columns],
      ...words.map(({ word, sides }) => [padToWidth(excerpt(word, 20), 20), ...sides.flatMap(shareText)]),
    ]),
    "",
    ...wrapToWidth(
      `Left ${printable(names[0]!)}, right ${printable(names[1]!)}. gradients: the word's share of the log-odds (integrated gradients); held: its share of the final memory; keep: the mean of the gate that keeps, at it. –: a word that the model does not read, or nothing to divide.`,
      WIDTH,
    ),
  ].join("\n");
}

/** Units and texts listed on a terminal. */
const LISTED = 8;

function unitsText(names: readonly string[], compared: UnitComparison, style: Style): string {
  const { texts, leftOut, sides, similarity, matches, distance, apart, notes } = compared;
  const furthest = apart.filter((text) => text.distance > 0);
  const [a, b] = sides;
  const gates = [...new Set([...Object.keys(a.gates), ...Object.keys(b.gates)])];
  const strong = matches.filter(({ correlation }) => Math.abs(correlation) > 0.9).length;
  return [
    style.bold(
      `On ${counted(texts, "text")}${leftOut > 0 ? ` (${count(leftOut)} that one of the two reads no word of are left out)` : ""}`,
    ),
    table([
      ["", excerpt(names[0]!, 24), excerpt(names[1]!, 24)],
      ["layer", excerpt(`${a.layer} (${a.kind})`, 24), excerpt(`${b.layer} (${b.kind})`, 24)],
      ["units", count(a.units), count(b.units)],
      ...gates.map((gate) => [
        `${gate} gate, mean`,
        ...sides.map((side) => (side.gates[gate] === undefined ? "–" : decimal(side.gates[gate], 3))),
      ]),
      ["hidden state, size", numeral(a.hidden, 3), numeral(b.hidden, 3)],
    ]),
    "",
    ...wrapToWidth(
      `Hidden states after the last word: ${similarity === null ? "one of the two does not vary" : `similarity ${decimal(similarity, 3)} (linear CKA: 1 where a turn and a scale make them the same)`}. ${matches.length === 0 ? "No unit varies in both." : `Of ${counted(a.units, "unit")} of the first ${count(strong)} have one in the second with |r| above 0.9:`}`,
      WIDTH,
    ),
    ...(matches.length === 0
      ? []
      : [
          table([
            ["unit", "its match", "r"],
            ...matches
              .slice(0, LISTED)
              .map(({ unit, match, correlation }) => [String(unit), String(match), numeral(correlation, 3)]),
          ]),
        ]),
    ...(distance === null
      ? []
      : [
          "",
          ...wrapToWidth(
            `Outputs are ${decimal(distance, 4)} apart on average${furthest.length > 0 ? ". Furthest apart:" : "."}`,
            WIDTH,
          ),
          ...furthest
            .slice(0, 5)
            .map(
              ({ text, outputs }) =>
                `  ${outputs.map((output) => output.map((p) => decimal(p, 3)).join(" ")).join(" | ")}  ${excerpt(text, 50)}`,
            ),
        ]),
    ...notes.flatMap((one) => ["", ...wrapToWidth(printable(one), WIDTH)]),
  ].join("\n");
}

function cellsText(cells: readonly CellComparison[], style: Style): string {
  const [{ anatomy }] = cells as [CellComparison];
  const row = (name: string, value: (cell: CellComparison) => string) => [name, ...cells.map(value)];
  return [
    style.bold(`${count(anatomy.units)} units on inputs of ${count(anatomy.inputs)} numbers`),
    table([
      row("", ({ kind }) => kind),
      row("interacting networks", ({ networks }) => String(networks)),
      row("states", ({ states }) => states.join(" and ")),
      row("parameters", ({ parameters }) => count(parameters)),
      row("multiplications a step", ({ multiplications }) => count(multiplications)),
      row("kept a step when fresh", ({ fresh }) => (fresh ? decimal(fresh.keep, 3) : "–")),
      row("steps until half is left", ({ fresh }) => (fresh ? decimal(fresh.halfLife, 1) : "–")),
    ]),
    ...cells.flatMap(({ kind, memory, substitution, keeps }) => [
      "",
      style.bold(kind),
      `  ${plain(memory)}`,
      `  ${substitution}`,
      ...wrapToWidth(keeps, WIDTH - 2).map((line) => `  ${line}`),
    ]),
  ].join("\n");
}
