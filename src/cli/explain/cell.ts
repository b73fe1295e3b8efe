/** cellstate explain cell MODEL [TEXT…]: a cell, with its values on a text. */
import type { Command } from "commander";
import { count, counted, decimal } from "../../base/numbers.js";
import { padToWidth, printable, wrapToWidth } from "../../base/text.js";
import { type CellAnatomy, type CellPart, cellAnatomy } from "../../explain/anatomy.js";
import { type CellView, cellView, chosenPhrase, type PartSeries } from "../../explain/cell-view.js";
import { openCell } from "../../explain/cells/open.js";
import { cellPage } from "../../explain/draw/cell-pages.js";
import { cellPicture } from "../../explain/draw/cell-picture.js";
import { numeral } from "../../explain/draw/numbers.js";
import { plain } from "../../explain/tex.js";
import { refuseIdle } from "../options.js";
import { type Style, WIDTH } from "../terminal.js";
import { excerpt, table } from "../ui/table.js";
import { shades } from "./blocks.js";
import { hasNetworks, refuseAutomatic } from "./open.js";
import { type OutputFlags, outputOptions, show } from "./output.js";
import { atOption, placeOf } from "./place.js";
import {
  hasText,
  idleForSubject,
  openModelOnly,
  openSubject,
  type SubjectFlags,
  subjectOptions,
  unitNumbers,
} from "./subject.js";

interface Flags extends OutputFlags, SubjectFlags {
  layer?: string;
  at?: number;
  units?: number[];
}

export function cellCommand(explain: Command): void {
  const command = explain
    .command("cell")
    .description("a recurrent cell part by part; with a text, its gates and states at every word");
  subjectOptions(command)
    .option("--layer <name>", "which recurrent layer (default: the last)")
    .addOption(atOption("to show values of"))
    .option("--units <list>", "units to show, as 0,3,7 (default: those that remember most)", unitNumbers);
  outputOptions(command).action(async (source: string, text: string[], flags: Flags) => {
    const noText = !hasText(text, flags) && "without a text";
    refuseIdle(command, { ...idleForSubject(source, text, flags), at: noText, units: noText });
    if (text.length === 0 && !hasText(text, flags)) return showAnatomy(source, flags);
    const { model, sentence, title } = await openSubject(source, text, flags);
    const { layer, units } = flags;
    const at = placeOf(flags, model, sentence);
    const view = cellView(model, sentence, { layer, at, units });
    await show(
      {
        data: view,
        text: (style) => `${anatomyText(view.anatomy, style)}\n\n${viewText(view, style)}`,
        page: () => cellPage(view.anatomy, title, view),
        picture: () => cellPicture(view.anatomy, view),
      },
      flags,
    );
  });
}

async function showAnatomy(source: string, flags: Flags): Promise<void> {
  const { model, title, reader } = await openModelOnly(source, flags);
  if (!hasNetworks(reader)) refuseAutomatic({ name: title, reader }, "a network with a recurrent layer");
  const { layer, cell } = openCell(model, flags.layer);
  const anatomy = cellAnatomy(layer, cell.inputs, cell.layer);
  await show(
    {
      data: { anatomy },
      text: (style) => anatomyText(anatomy, style),
      page: () => cellPage(anatomy, title),
      picture: () => cellPicture(anatomy),
    },
    flags,
  );
}

export function anatomyText(
  { kind, layer, inputs, units, parameters, parts }: CellAnatomy,
  style: Style,
): string {
  const head = `${printable(layer)} (${kind}): ${count(units)} units on inputs of ${count(inputs)} numbers, ${count(parameters)} parameters`;
  return [style.bold(head), ...parts.flatMap((part) => ["", ...partLines(part, style)])].join("\n");
}

function partLines({ number, name, role, equation, network }: CellPart, style: Style): string[] {
  const right = network ? `${network.activation}, ${network.range}` : "";
  const lines = [
    `${style.bold(padToWidth(`${number} ${name}`, right ? WIDTH - right.length : 0))}${style.dim(right)}`,
    ...(equation ? wrapToWidth(plain(equation), WIDTH - 2) : []).map((line) => `  ${line}`),
    ...wrapToWidth(role, WIDTH - 2).map((line) => `  ${line}`),
  ];
  if (!network) return lines;
  const { kernel, recurrent, bias, columns } = network;
  const biases = bias > 0 ? `, b ${bias}` : "";
  return [
    ...lines,
    style.dim(
      `  W ${kernel.join("×")}, R ${recurrent.join("×")}${biases}: columns ${columns[0]} to ${columns[1] - 1}`,
    ),
  ];
}

function viewText(view: CellView, style: Style): string {
  const { units, series, skipped } = view;
  const states = series.filter(({ state }) => state);
  const heads = [
    ...states.map(({ symbol }) => plain(symbol.replace("{t}", "{t-1}"))),
    ...series.map(({ symbol }) => plain(symbol)),
  ];
  const rows = units.map(({ unit, values, before }) => [
    `unit ${unit}`,
    ...states.map(({ id }) => numeral(before[id]!, 2)),
    ...series.map(({ id }) => numeral(values[id]!, 2)),
  ]);
  const left = skipped > 0 ? `, ${counted(skipped, "step")} of padding left out` : "";
  return [
    style.bold(`At ${chosenPhrase(view, (word) => excerpt(word, 24))}${left}`),
    table([["", ...heads], ...rows]),
    "",
    style.bold("Over the words: means over the units (of sizes, in bars), shaded low to high"),
    seriesTable(view),
  ].join("\n");
}

/** A line a word: each part's mean over the units, as a number and a shade. */
function seriesTable({ words, series, chosen }: CellView): string {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const shown = (part: PartSeries) => {
    const means = part.values.map((values) => mean(part.signed ? values.map(Math.abs) : values));
    const blocks = shades(means);
    return means.map((value, k) => `${decimal(value, 2)} ${blocks[k]}`);
  };
  const columns = series.map(shown);
  const heads = series.map(({ symbol, signed: both }) => (both ? `|${plain(symbol)}|` : `${plain(symbol)}`));
  const rows = words.map(({ word }, k) => [
    `${k === chosen ? "▸" : " "} ${excerpt(word, 22)}`,
    ...columns.map((column) => column[k]!),
  ]);
  return table([["", ...heads.map((head) => `${head}  `)], ...rows], "");
}
