/** cellstate explain params MODEL: where every parameter comes from. */
import type { Command } from "commander";
import { count } from "../../base/numbers.js";
import { padToWidth, wrapToWidth } from "../../base/text.js";
import { PRESET_NAMES } from "../../classifier/presets.js";
import { parametersPage } from "../../explain/draw/parameters-page.js";
import { parametersPicture } from "../../explain/draw/parameters-picture.js";
import {
  checkExpectations,
  type Expectation,
  parseExpectation,
  UNDECIDED,
  type Verdict,
} from "../../explain/expectations.js";
import type { Cause } from "../../explain/parameters/slips.js";
import { explainParameters, type LayerParameters, type ModelParameters } from "../../explain/parameters.js";
import { EXIT, Exit, whole } from "../context.js";
import { define, idleFor } from "../models.js";
import { refuseIdle } from "../options.js";
import { type Style, WIDTH } from "../terminal.js";
import { excerpt } from "../ui/table.js";
import { type OutputFlags, outputOptions, show } from "./output.js";
import { openModelOnly, type SubjectFlags } from "./subject.js";

interface Flags extends OutputFlags, SubjectFlags {
  expect: Expectation[];
}

export function paramsCommand(explain: Command): void {
  const command = explain
    .command("params")
    .description("every layer's parameter count: the formula, the numbers put in, what each term means")
    .argument(
      "<model>",
      `a model file, a Keras script (.py, never run), or a preset: ${PRESET_NAMES.join(", ")}`,
    )
    .option(
      "--expect <layer=count>",
      "check an answer, as dense_1=257, dense+dense_1=8705 or total=30977, and name the slip behind a wrong one " +
        "(repeatable; exit 1)",
      (text, all: Expectation[]) => [...all, parseExpectation(text)],
      [],
    )
    .option("--vocabulary <n>", "of a preset", whole("vocabulary", 2))
    .option("--length <n>", "of a preset's rows", whole("length", 1))
    .option("--classes <n>", "of a preset", whole("classes", 2), 2)
    .option(
      "--define <expression=value>",
      'what a script computes, in its words: "len(chars)=57" (repeatable)',
      define,
    );
  outputOptions(command).action(async (source: string, flags: Flags) => {
    refuseIdle(command, idleFor(source));
    const { model } = await openModelOnly(source, { ...flags, seed: 0, engine: "auto" });
    const parameters = explainParameters(model);
    const verdicts = checkExpectations(model, flags.expect);
    const { total, layers } = parameters;
    await show(
      {
        data: { total, layers, ...(verdicts.length > 0 ? { expectations: verdicts } : {}) },
        text: (style) => parametersText(parameters, verdicts, style),
        page: () => parametersPage(parameters, verdicts),
        picture: () => parametersPicture(parameters),
      },
      flags,
    );
    if (verdicts.some(({ right }) => !right)) throw new Exit(EXIT.failed);
  });
}

export function parametersText(
  { total, trainable, layers }: ModelParameters,
  verdicts: readonly Verdict[],
  style: Style,
): string {
  const counted = layers.filter((layer) => layer.count > 0).map((layer) => count(layer.count));
  const sum = counted.length > 1 ? `${counted.join(" + ")} = ` : "";
  const fixed = total === trainable ? [] : [`  ${count(total - trainable)} of them are not trained.`];
  return [
    ...layers.flatMap((layer) => [...layerLines(layer, style), ""]),
    ...wrapToWidth(`Total: ${sum}${style.bold(count(total))}`, WIDTH),
    ...fixed,
    ...(verdicts.length > 0 ? ["", ...verdicts.flatMap((verdict) => verdictLines(verdict, style))] : []),
  ].join("\n");
}

function layerLines(layer: LayerParameters, style: Style): string[] {
  const { name, type, formula, substitution, terms, notes } = layer;
  const amount = count(layer.count);
  const head = padToWidth(`${excerpt(name, 40)} (${type})`, WIDTH - amount.length);
  const arithmetic = layer.count > 0 ? wrap(`${formula} = ${substitution}`) : [];
  const widest = Math.max(0, ...terms.map(({ symbol, value }) => termName(symbol, value).length));
  return [
    style.bold(head + amount),
    ...arithmetic,
    ...terms.flatMap(({ symbol, value, meaning }) =>
      hang(`  ${termName(symbol, value).padEnd(widest)}  `, meaning),
    ),
    ...notes.flatMap((note) => wrap(note)).map(style.dim),
  ];
}

/** "I = 16", or "4" for a bare factor. */
const termName = (symbol: string, value: number) =>
  symbol === String(value) ? symbol : `${symbol} = ${value}`;

const wrap = (text: string) => wrapToWidth(text, WIDTH - 2).map((line) => `  ${line}`);

/** A text behind a head, its further lines under its first. */
function hang(head: string, text: string): string[] {
  return wrapToWidth(text, WIDTH - head.length).map(
    (line, k) => (k === 0 ? head : " ".repeat(head.length)) + line,
  );
}

function verdictLines(verdict: Verdict, style: Style): string[] {
  const { layer, count: expected, right, derivation, cause, undecided } = verdict;
  const name = excerpt(layer, 30);
  if (right) return hang(`${style.good("right")}  `, `${name}: ${derivation}`);
  const lines = wrapToWidth(`${name}: ${count(expected)} is not it. It is ${derivation}.`, WIDTH - 7);
  return [
    `${style.bad("wrong")}  ${lines[0]}`,
    ...lines.slice(1).map((line) => `       ${line}`),
    ...(cause ? causeLines(cause) : []),
    ...(undecided > 0 ? hang("       ", UNDECIDED) : []),
  ];
}

function causeLines({ slips, arithmetic }: Cause): string[] {
  const of = slips.length > 1 ? `${slips.length} slips together` : "this";
  return [
    ...hang("       ", `${arithmetic} would come of ${of}:`),
    ...slips.flatMap(({ says }) => hang("         - ", says)),
  ];
}
