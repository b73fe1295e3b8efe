/** cellstate explain units MODEL DATA: what every unit does over a whole data set. */
import type { Command } from "commander";
import { writeAtomic } from "../../base/node-files.js";
import { count, counted, decimal } from "../../base/numbers.js";
import { padToWidth, printable, printableJson, wrapToWidth } from "../../base/text.js";
import { numeral, tiny } from "../../explain/draw/numbers.js";
import { byTarget, describeSurvey, UNTESTED, unitsPage } from "../../explain/draw/units-page.js";
import { patternFeature } from "../../explain/units/features.js";
import type { UnitPart } from "../../explain/units/parts.js";
import { CORRECTIONS, type Correction } from "../../explain/units/statistics.js";
import { SURVEY_BOUNDS, SURVEY_DEFAULTS, surveyUnits, type UnitSurvey } from "../../explain/units/survey.js";
import type { UnitSignal } from "../../explain/units/walk.js";
import { note, say, whole } from "../context.js";
import { choice } from "../options.js";
import { checkOutputs } from "../outputs.js";
import { type Style, styleFor, WIDTH } from "../terminal.js";
import { status } from "../ui/status.js";
import { excerpt, table } from "../ui/table.js";
import { patternMatcher } from "./pattern.js";
import { openStudy, type StudyFlags, studyOptions } from "./studied.js";
import { UnitFile } from "./unit-files.js";

interface Flags extends StudyFlags {
  parts?: string[];
  pattern?: string;
  contexts: number;
  sample: number;
  permutations: number;
  correct: Correction;
  out?: string;
  html?: string;
  json?: boolean;
}

export const list = (text: string): string[] => text.split(",").map((part) => part.trim());

export function unitsCommand(explain: Command): void {
  const command = explain
    .command("units")
    .description("what excites every unit over a whole data set, and what it goes with, tested");
  const { contexts, sample, permutations, correction } = SURVEY_DEFAULTS;
  studyOptions(command)
    .option("--parts <list>", "gates and states, as hidden,cell,forget (default: all)", list)
    .option("--pattern <regex>", "also hold units against tokens that are part of what it matches")
    .option(
      "--contexts <n>",
      "places to show of each unit, highest and lowest",
      whole("contexts", ...SURVEY_BOUNDS.contexts),
      contexts,
    )
    .option(
      "--sample <n>",
      "texts that AUC and tests are of",
      whole("sample", ...SURVEY_BOUNDS.sample),
      sample,
    )
    .option(
      "--permutations <n>",
      "of every test",
      whole("permutations", ...SURVEY_BOUNDS.permutations),
      permutations,
    )
    .addOption(
      choice("--correct <how>", "for many tests: bh (Benjamini and Hochberg) or holm", CORRECTIONS).default(
        correction,
      ),
    )
    .option("--out <file>", "write gates and states of every word: .npz, .npy, .jsonl or .parquet")
    .option("--json", "everything as one JSON object")
    .option("--html <file>", "also write a page to browse")
    .action(async (source: string, data: string, flags: Flags) => {
      await checkOutputs({ "--out": flags.out, "--html": flags.html, "--rejects": flags.rejects }, [
        ...[data, source, flags.labelMap],
      ]);
      const file = flags.out === undefined ? undefined : await UnitFile.of(flags.out);
      const survey = await surveyed(command, source, data, flags, file);
      if (flags.html !== undefined) {
        await writeAtomic(flags.html, new TextEncoder().encode(unitsPage(survey, source)));
        note(printable(`Wrote ${flags.html}`));
      }
      say(
        flags.json
          ? printableJson({ model: source, data, ...survey })
          : unitsText(survey, styleFor(process.stdout)),
      );
    });
}

async function surveyed(
  command: Command,
  source: string,
  data: string,
  flags: Flags,
  file: UnitFile | undefined,
): Promise<UnitSurvey> {
  const { pattern, layer, parts, contexts, sample, permutations, correct: correction, seed } = flags;
  const features = pattern === undefined ? [] : [patternFeature(pattern, patternMatcher(pattern))];
  const { network, texts } = await openStudy(command, source, data, flags);
  try {
    const survey = await surveyUnits(network, texts, {
      onProgress: status.told,
      ...{ features, contexts, sample, permutations, correction, seed },
      ...(layer === undefined ? {} : { layer }),
      ...(parts === undefined ? {} : { parts: parts as UnitPart[] }),
      ...(flags.unlabelled ? { unlabelled: true } : {}),
      ...(file ? { onRecorded: (text) => file.write(text) } : {}),
    });
    file?.close();
    if (file) note(printable(`Wrote ${flags.out}: ${recordedPhrase(survey)}`));
    return survey;
  } catch (error) {
    file?.abandon();
    throw error;
  }
}

const recordedPhrase = ({ tokens, layers }: UnitSurvey): string =>
  `${counted(tokens, "word")} of ${layers
    .flatMap(({ layer, parts, units }) => parts.map((part) => `${layer}.${part} ${units}`))
    .join(", ")}`;

/** A signal's name in so many columns: the layer gives way, never part and unit. */
function shortSignal(signal: UnitSignal, width: number): string {
  const own = ` ${signal.part} ${signal.unit}`;
  return `${excerpt(signal.layer, width - own.length)}${own}`;
}

/** Units listed on a terminal for each label and feature. */
const LISTED = 3;

function unitsText(survey: UnitSurvey, style: Style): string {
  const { signals, alpha, associations } = survey;
  const found = associations.filter(({ q }) => q! <= alpha).length;
  const rows = byTarget(survey).flatMap((own) =>
    own
      .slice(0, LISTED)
      .map(({ signal, of, name, correlation, auc, p, q }, k) => [
        padToWidth(k > 0 ? "" : excerpt(of === "label" ? `label ${name}` : name, 20), 20),
        padToWidth(shortSignal(signals[signal]!, 26), 26),
        correlation === null ? "–" : numeral(correlation),
        auc === null ? "–" : decimal(auc, 3),
        tiny(p!),
        tiny(q!),
      ]),
  );
  const about = wrapToWidth(describeSurvey(survey), WIDTH);
  const notes = survey.notes.flatMap((one) => wrapToWidth(printable(one), WIDTH));
  if (notes.length > 0) about.push("", ...notes);
  if (survey.tests === 0) return [...about, "", ...wrapToWidth(UNTESTED, WIDTH)].join("\n");
  return [
    ...about,
    "",
    style.bold(`${count(found)} of ${count(survey.tests)} found. The strongest of each:`),
    table([["", padToWidth("unit", 26), "r", "AUC", "p", "q"], ...rows]),
    "",
    ...wrapToWidth(
      "r is over the whole file, AUC and p over the sample. Every unit's contexts are in --html and --json.",
      WIDTH,
    ),
  ].join("\n");
}
