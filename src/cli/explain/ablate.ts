/** cellstate explain ablate MODEL DATA: what is lost without a unit, a gate or words of a kind. */
import type { Command } from "commander";
import { inputError } from "../../base/errors.js";
import { writeAtomic } from "../../base/node-files.js";
import { count } from "../../base/numbers.js";
import { printable, printableJson, wrapToWidth } from "../../base/text.js";
import { isStandardInput } from "../../data/node-files.js";
import {
  ablationPage,
  describeAblation,
  differencePhrase,
  groupName,
  POINTS,
  pointsPhrase,
} from "../../explain/draw/ablation-page.js";
import { type AblationStudy, ablateUnits } from "../../explain/units/ablate.js";
import { featureOf, KINDS, patternFeature, type WordFeature } from "../../explain/units/features.js";
import type { UnitPart } from "../../explain/units/parts.js";
import { note, say } from "../context.js";
import { refuseIdle, typedNumber } from "../options.js";
import { checkOutputs } from "../outputs.js";
import { type Style, styleFor, WIDTH } from "../terminal.js";
import { status } from "../ui/status.js";
import { excerpt, table } from "../ui/table.js";
import { patternMatcher } from "./pattern.js";
import { openStudy, type StudyFlags, studyOptions } from "./studied.js";
import { unitNumbers } from "./subject.js";

interface Flags extends StudyFlags {
  part?: string;
  units?: number[];
  together?: boolean;
  words?: string;
  pattern?: string;
  value: "zero" | "mean" | number;
  html?: string;
  json?: boolean;
}

function held(text: string): Flags["value"] {
  if (text === "zero" || text === "mean") return text;
  const value = typedNumber(text);
  if (Number.isFinite(value)) return value;
  throw inputError({ expected: "zero, mean or a number", where: "--value", received: text });
}

export function ablateCommand(explain: Command): void {
  const command = explain
    .command("ablate")
    .description("what is lost when units, gates or words of a kind are held at 0, a mean or a number");
  studyOptions(command)
    .option(
      "--part <name>",
      "the gate or state that is held (default: hidden; with --words alone: what the layer reads)",
    )
    .option("--units <list>", "hold these together, as 3,7 (default: every unit by itself)", unitNumbers)
    .option("--together", "hold all units of the part together")
    .option("--words <kind>", `hold at words of a kind alone: ${KINDS.join(", ")}, pattern`)
    .option("--pattern <regex>", "what --words pattern matches")
    .option("--value <what>", "what they are held at: zero, mean or a number", held, "zero")
    .option("--json", "everything as one JSON object")
    .option("--html <file>", "also write a page")
    .action(async (source: string, data: string, flags: Flags) => {
      const { layer, part, units, value } = flags;
      refuseIdle(command, {
        unlabelled: "with ablate, which measures by labels",
        seed: "with ablate, which draws nothing",
        pattern: flags.words !== "pattern" && "without --words pattern",
        together: units !== undefined && "with --units, which are held together",
      });
      if (flags.value === "mean" && isStandardInput(data)) {
        throw inputError({
          expected: "a file: means are measured before they are held, which takes the data twice",
          where: "--value mean",
          received: data,
        });
      }
      await checkOutputs({ "--html": flags.html, "--rejects": flags.rejects }, [
        data,
        source,
        flags.labelMap,
      ]);
      const words = kindOf(flags);
      const { network, texts } = await openStudy(command, source, data, flags);
      const groups = flags.together ? "together" : units && [units];
      const study = await ablateUnits(network, texts, {
        onProgress: status.told,
        value,
        ...(layer === undefined ? {} : { layer }),
        ...(part === undefined ? {} : { part: part as UnitPart }),
        ...(groups === undefined ? {} : { groups }),
        ...(words === undefined ? {} : { words }),
      });
      if (flags.html !== undefined) {
        await writeAtomic(flags.html, new TextEncoder().encode(ablationPage(study, source)));
        note(printable(`Wrote ${flags.html}`));
      }
      say(
        flags.json
          ? printableJson({ model: source, data, ...study })
          : ablationText(study, styleFor(process.stdout)),
      );
    });
}

/** The kind of words asked for. @throws InputError for one that there is not */
export function kindOf({ words, pattern }: { words?: string; pattern?: string }): WordFeature | undefined {
  if (words === undefined) return undefined;
  if (words !== "pattern") {
    if (KINDS.includes(words)) return featureOf(words, "--words");
    throw inputError({
      expected: `one of ${[...KINDS, "pattern"].join(", ")}`,
      where: "--words",
      received: words,
    });
  }
  if (pattern === undefined) throw inputError({ expected: "--pattern with it", where: "--words pattern" });
  return patternFeature(pattern, patternMatcher(pattern));
}

/** Groups listed on a terminal. */
const LISTED = 40;

function ablationText(study: AblationStudy, style: Style): string {
  const { results, accuracy, units } = study;
  const rows = results
    .slice(0, LISTED)
    .map((result) => [
      excerpt(groupName(result, units), 20),
      differencePhrase(result.lossDifference),
      ...(result.accuracyDifference === null ? [] : [pointsPhrase(result.accuracyDifference)]),
      count(result.changed),
    ]);
  return [
    ...wrapToWidth(describeAblation(study).replaceAll("\u00a0", " "), WIDTH),
    "",
    style.bold("Most missed first:"),
    table([["held", "loss", ...(accuracy === null ? [] : [POINTS]), "changed"], ...rows]),
  ].join("\n");
}
