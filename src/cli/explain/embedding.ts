/** cellstate explain embedding MODEL [WORD…]: what the words of a model came to mean. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { count, decimal, percent } from "../../display/numbers.js";
import { wrapToWidth } from "../../display/text.js";
import {
  type EmbeddingMap,
  embeddingMap,
  embeddingTsv,
  idOf,
  type MapPoint,
  type Neighbour,
  nearestWords,
  type WordTable,
  wordTable,
} from "../../explain/embedding.js";
import { embeddingPicture } from "../../explain/embedding-picture.js";
import { writeAtomic } from "../../formats/node-files.js";
import { figure, section } from "../../report/blocks.js";
import { page, svgFile } from "../../report/page.js";
import { type EngineFlags, engineOptions, note, say, whole } from "../context.js";
import { PLAIN, type Style, styleFor, WIDTH } from "../terminal.js";
import { excerpt, table } from "../ui/table.js";
import { type Opened, openModel } from "./open.js";

interface Flags extends EngineFlags {
  layer?: string;
  neighbours: number;
  words: number;
  svg?: string;
  html?: string;
  tsv?: string;
  json?: boolean;
}

/** Everything the command shows, as data. */
interface EmbeddingReport {
  table: WordTable;
  map: EmbeddingMap;
  words: { word: string; id: number; neighbours: Neighbour[] }[];
}

export function embeddingCommand(explain: Command): void {
  const command = explain
    .command("embedding")
    .description("what the Embedding layer is for and what this one learned")
    .argument("<model>", "a model file")
    .argument("[word...]", "words whose nearest neighbours to show (#17: the id)")
    .option("--layer <name>", "which Embedding, where there are several")
    .option("--neighbours <n>", "how many", whole("neighbours", 1), 8)
    .option("--words <n>", "words on the map, the commonest first", whole("words", 3), 2000)
    .option("--svg <file>", "also draw the map of the vocabulary")
    .option("--html <file>", "the same as a page")
    .option("--tsv <folder>", "also write vectors.tsv and metadata.tsv, which embedding projectors read")
    .option("--json", "everything as one JSON object");
  engineOptions(command).action(async (file: string, wanted: string[], flags: Flags) => {
    const opened = await openModel(file, flags);
    const report = explainEmbedding(opened, wanted, flags);
    await writeFiles(report, flags);
    say(flags.json ? JSON.stringify(asJson(report)) : embeddingText(report, styleFor(process.stdout)));
  });
}

function explainEmbedding(
  { model, classifier }: Opened,
  wanted: readonly string[],
  flags: Flags,
): EmbeddingReport {
  const words = wordTable(model, classifier?.vectorizer ?? null, flags.layer);
  const { length, labels, vectorizer } = classifier ?? {};
  const map = embeddingMap(model, words, {
    length,
    labels,
    padding: vectorizer?.padding,
    words: flags.words,
  });
  const ids = wanted.length > 0 ? wanted.map((word) => idOf(words, word)) : mostTelling(map, 4);
  return {
    table: words,
    map,
    words: ids.map((id) => ({
      id,
      word: words.words[id]!,
      neighbours: nearestWords(words, id, flags.neighbours),
    })),
  };
}

/** How much a word alone moves the outputs; the length of its vector where that is not known. */
const strength = ({ effect, norm }: MapPoint) => (effect ? Math.max(...effect.map(Math.abs)) : norm);

const mostTelling = ({ points }: EmbeddingMap, most: number): number[] =>
  [...points]
    .sort((a, b) => strength(b) - strength(a))
    .slice(0, most)
    .map(({ id }) => id);

async function writeFiles(
  { table: words, map, words: asked }: EmbeddingReport,
  { svg, html, tsv }: Flags,
): Promise<void> {
  const write = async (file: string, text: string) => {
    await writeAtomic(file, new TextEncoder().encode(text));
    note(`Wrote ${file}`);
  };
  const picture = () =>
    embeddingPicture(
      map,
      asked.map(({ id }) => id),
    );
  if (svg) await write(svg, svgFile(picture()));
  if (html) {
    const title = `Words in ${words.layer}`;
    const lead = PURPOSE.join(" ");
    const figures = figure("Words that do alike lie together", picture());
    await write(
      html,
      page(
        { title, eyebrow: "Cellstate: embedding", lead },
        section("map", "Map of the vocabulary", figures),
      ),
    );
  }
  if (!tsv) return;
  const files = embeddingTsv(words);
  await mkdir(tsv, { recursive: true });
  await write(join(tsv, "vectors.tsv"), files.vectors);
  await write(join(tsv, "metadata.tsv"), files.metadata);
}

const PURPOSE = [
  "An Embedding turns a word's number into a vector: row i of its table stands for word i.",
  "Numbers alone say nothing (word 7 is not more than word 6); vectors can be near or far, and training moves words that call for the same answer together.",
];

function embeddingText({ table: words, map, words: asked }: EmbeddingReport, style: Style = PLAIN): string {
  const { layer, size, width, named } = words;
  const unnamed = size > named ? ` ${count(size - named)} rows have no word and are never read.` : "";
  const lines = [
    style.bold(`${layer}: ${count(size)} words × ${count(width)} numbers = ${count(size * width)} weights`),
    ...wrapToWidth(PURPOSE.join(" ") + unnamed, WIDTH),
    "",
    ...effectLines(map, style),
    ...asked.flatMap(({ word, neighbours }) => [
      style.bold(`Nearest to ${excerpt(word, 40)}`),
      ...wrapToWidth(
        neighbours.map((near) => `${excerpt(near.word, 24)} ${decimal(near.similarity, 2)}`).join(", "),
        WIDTH - 2,
      ).map((line) => `  ${line}`),
    ]),
    "",
    ...wrapToWidth(
      `Cosine similarity: 1 the same direction, 0 unrelated, −1 opposite. Two directions hold ${percent(map.explained[0] + map.explained[1])} of what sets the vectors apart: --svg FILE draws them.`,
      WIDTH,
    ),
  ];
  return lines.join("\n");
}

/** The words that, alone, speak most for each label, and the label's probability for a text of that word. */
function effectLines({ points, labels, empty }: EmbeddingMap, style: Style): string[] {
  if (!empty) return [];
  const outputs = empty.length;
  const names = labels ?? Array.from({ length: outputs === 1 ? 2 : outputs }, (_, k) => `output ${k}`);
  // One output speaks for the second label, and against the first.
  const against = (k: number) => outputs === 1 && k === 0;
  const effect = (point: MapPoint, k: number) =>
    against(k) ? -point.effect![0]! : point.effect![outputs === 1 ? 0 : k]!;
  const probability = (row: readonly number[], k: number) =>
    against(k) ? 1 - row[0]! : row[outputs === 1 ? 0 : k]!;
  const rows = names.slice(0, 12).map((label, k) => {
    const best = [...points].sort((a, b) => effect(b, k) - effect(a, k)).slice(0, 3);
    const told = best.map((point) => `${excerpt(point.word, 12)} ${percent(probability(point.alone!, k))}`);
    return [excerpt(label, 16), ...told, percent(probability(empty, k))];
  });
  const header = ["label", "", "", "", "empty text"];
  return [
    style.bold("Words that alone speak most for a label, and its probability then"),
    table([header, ...rows]),
    "",
  ];
}

function asJson({ table: words, map, words: asked }: EmbeddingReport) {
  const { layer, size, width } = words;
  return { layer, vocabulary: size, size: width, words: asked, map };
}
