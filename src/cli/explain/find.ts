/** cellstate explain find MODEL DATA --sentence TEXT --span 3-5: where else the units of a span are on together. */
import type { Command } from "commander";
import { inputError } from "../../base/errors.js";
import { writeAtomic } from "../../base/node-files.js";
import { count, decimal } from "../../base/numbers.js";
import { padToWidth, printable, printableJson, wrapToWidth } from "../../base/text.js";
import { describeFound, findPage } from "../../explain/draw/find-page.js";
import { numeral } from "../../explain/draw/numbers.js";
import { signalName } from "../../explain/draw/units-page.js";
import { FIND_DEFAULTS, type FoundSpans, findSpans, MOST_MATCHES } from "../../explain/units/find.js";
import type { UnitPart } from "../../explain/units/parts.js";
import { note, positive, say, whole } from "../context.js";
import { checkOutputs } from "../outputs.js";
import { type Style, styleFor, WIDTH } from "../terminal.js";
import { status } from "../ui/status.js";
import { excerpt } from "../ui/table.js";
import { openStudy, type StudyFlags, studyOptions } from "./studied.js";
import { list } from "./units.js";

interface Flags extends StudyFlags {
  sentence: string;
  span: [number, number];
  threshold: number;
  alone?: boolean;
  parts: string[];
  matches: number;
  html?: string;
  json?: boolean;
}

/** "3-5" or "4": words from 1. */
function span(text: string): [number, number] {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text.trim()) ?? [];
  const range: [number, number] = [Number(first) - 1, Number(last)];
  if (range[0] >= 0 && range[1] > range[0]) return range;
  throw inputError({ expected: "words from 1, as 3-5", where: "--span", received: text });
}

export function findCommand(explain: Command): void {
  const command = explain
    .command("find")
    .description("the units on in a span of a sentence, and where in the data the same are on");
  const { threshold, parts, matches } = FIND_DEFAULTS;
  studyOptions(command)
    .requiredOption("--sentence <text>", "the text to select a span of")
    .requiredOption("--span <first-last>", "the words selected, from 1, as 3-5", span)
    .option(
      "--threshold <value>",
      "beyond which, above or below 0, a unit is on",
      positive("threshold"),
      threshold,
    )
    .option("--alone", "only units that are off just before and just behind")
    .option("--parts <list>", "gates and states to look at, as hidden,cell", list, [...parts])
    .option("--matches <n>", "texts to show", whole("matches", 1, MOST_MATCHES), matches)
    .option("--json", "everything as one JSON object")
    .option("--html <file>", "also write a page")
    .action(async (source: string, data: string, flags: Flags) => {
      await checkOutputs({ "--html": flags.html, "--rejects": flags.rejects }, [
        data,
        source,
        flags.labelMap,
      ]);
      const { network, texts } = await openStudy(command, source, data, flags);
      const { span, threshold, matches, parts, alone, layer, sentence } = flags;
      const found = await findSpans(network, sentence, texts, {
        onProgress: status.told,
        ...{ from: span[0], to: span[1], threshold, matches, parts: parts as UnitPart[] },
        ...(alone ? { alone } : {}),
        ...(layer === undefined ? {} : { layer }),
      });
      if (flags.html !== undefined) {
        await writeAtomic(flags.html, new TextEncoder().encode(findPage(found, source)));
        note(printable(`Wrote ${flags.html}`));
      }
      say(
        flags.json
          ? printableJson({ model: source, data, ...found })
          : foundText(found, styleFor(process.stdout)),
      );
    });
}

/** Units named on a terminal. */
const NAMED = 12;

function foundText(found: FoundSpans, style: Style): string {
  const { units, words, from, to, matches } = found;
  const named = units
    .slice()
    .sort((a, b) => Math.abs(b.weakest) - Math.abs(a.weakest))
    .slice(0, NAMED)
    .map((unit) => `${signalName(unit)} (${numeral(unit.weakest)})`);
  const labelled = matches.some(({ label }) => label !== null);
  const more = units.length > NAMED ? `, … ${count(units.length)} in all` : "";
  return [
    ...wrapToWidth(describeFound(found), WIDTH),
    "",
    ...wrapToWidth(printable(bracketed(words, from, to)), WIDTH),
    ...wrapToWidth(printable(`${named.join(", ")}${more}`), WIDTH).map(style.dim),
    "",
    ...(matches.length === 0
      ? ["No text has any of them on."]
      : [
          style.bold(
            `${padToWidth("overlap", 8)}${padToWidth("row", 7)}${labelled ? padToWidth("label", 11) : ""}`,
          ),
          ...matches.map((match) => {
            const label = labelled ? padToWidth(excerpt(match.label ?? "", 10), 11) : "";
            const head = `${padToWidth(decimal(match.overlap, 2), 8)}${padToWidth(String(match.row), 7)}${label}`;
            // The span must be seen: words before it give way first.
            const own = bracketed(
              match.words.slice(Math.max(0, match.from - 2)),
              Math.min(2, match.from),
              match.to - Math.max(0, match.from - 2),
            );
            return `${head}${excerpt(own, WIDTH - head.length)}`;
          }),
        ]),
  ].join("\n");
}

/** The span in brackets among its words. */
const bracketed = (words: readonly string[], from: number, to: number): string =>
  [...words.slice(0, from), `[${words.slice(from, to).join(" ")}]`, ...words.slice(to)].join(" ");
