/** cellstate explain ablate MODEL DATA: what is lost without a unit, a gate or words of a kind. */
import type { Command } from "commander";
import { inputError } from "../../base/errors.js";
import { writeAtomic } from "../../base/node-files.js";
import { count } from "../../base/numbers.js";
import { printable, printableJson, wrapToWidth } from "../../base/text.js";
import { bestOf } from "../../classifier/answer.js";
import { TextClassifier } from "../../classifier/classifier.js";
import { isStandardInput } from "../../data/node-files.js";
import { ENGINES } from "../../engines/engines.js";
import { openCell } from "../../explain/cells/open.js";
import {
  ablationPage,
  describeAblation,
  differencePhrase,
  groupName,
  POINTS,
  pointsPhrase,
} from "../../explain/draw/ablation-page.js";
import { type AblationStudy, ablateUnits, type Judge } from "../../explain/units/ablate.js";
import { type Feature, featureOf, KINDS, patternFeature } from "../../explain/units/features.js";
import { note, say } from "../context.js";
import { refuseIdle, typedNumber } from "../options.js";
import { checkOutputs } from "../outputs.js";
import { type Style, styleFor, WIDTH } from "../terminal.js";
import { excerpt, table } from "../ui/table.js";
import { patternMatcher } from "./pattern.js";
import { openStudy, type Study, type StudyFlags, studyOptions } from "./studied.js";
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
      const { part, units, words } = flags;
      const wordsAlone = words !== undefined && part === undefined && units === undefined && !flags.together;
      refuseIdle(command, {
        unlabelled: "with ablate, which measures by labels",
        seed: "with ablate, which draws nothing",
        pattern: words !== "pattern" && "without --words pattern",
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
      const kind = kindOf(flags);
      const study = await openStudy(command, source, data, flags);
      const { units: own } = openCell(study.model, flags.layer).cell;
      const all = Array.from({ length: own }, (_, unit) => unit);
      const groups = flags.together ? [all] : units && [units];
      const { engine, threads } = flags;
      const made = () => ENGINES.createSynchronous({ engine, ...(threads ? { threads } : {}) });
      const result = await ablateUnits(study.model, study.reader, study.texts, made, {
        ...{ layer: flags.layer, groups, value: flags.value, words: kind, judge: judgeOf(study) },
        ...(wordsAlone ? { part: null } : part === undefined ? {} : { part }),
      });
      if (flags.html !== undefined) {
        await writeAtomic(flags.html, new TextEncoder().encode(ablationPage(result, own, source)));
        note(printable(`Wrote ${flags.html}`));
      }
      say(
        flags.json
          ? printableJson({ model: source, data, ...result })
          : ablationText(result, own, styleFor(process.stdout)),
      );
    });
}

/** The kind of words asked for. @throws InputError for one that there is not */
export function kindOf({ words, pattern }: { words?: string; pattern?: string }): Feature | undefined {
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

/** Keras's own bound on probabilities in a logarithm. */
const LEAST = 1e-7;
const log = (p: number) => -Math.log(Math.min(1 - LEAST, Math.max(LEAST, p)));

/** The loss that a classifier's probabilities have, a label's by itself where there may be several; squares of an amount. */
function judgeOf({ text, targets }: Study): Judge {
  if (!targets.binary) return ([value], [wanted]) => ({ loss: (value! - wanted!) ** 2, right: null });
  if (text instanceof TextClassifier) {
    const { threshold } = text;
    return (output, wanted) => {
      const label = wanted.indexOf(1);
      const p = output.length === 1 ? (label === 1 ? output[0]! : 1 - output[0]!) : output[label]!;
      return { loss: log(p), right: bestOf(output, threshold) === label };
    };
  }
  return (output, wanted) => {
    let loss = 0;
    for (const [k, p] of output.entries()) loss += log(wanted[k] === 1 ? p : 1 - p) / output.length;
    return { loss, right: null };
  };
}

/** Groups listed on a terminal. */
const LISTED = 40;

function ablationText(study: AblationStudy, units: number, style: Style): string {
  const { results, accuracy } = study;
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
