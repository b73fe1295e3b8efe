/** cellstate explain embedding MODEL [WORD…]: what the words of a model came to mean. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { writeAtomic } from "../../base/node-files.js";
import { count, decimal, percent } from "../../base/numbers.js";
import { printable, wrapToWidth } from "../../base/text.js";
import {
  EMBEDDING_PURPOSE,
  type EmbeddingView,
  embeddingPage,
  NO_WORD_MOVES,
  outputPhrase,
} from "../../explain/draw/embedding-page.js";
import {
  type EmbeddingMap,
  embeddingMap,
  embeddingTsv,
  idOf,
  type MapPoint,
  nearestWords,
  noWordMoves,
  tellingWords,
  type WordTable,
  wordTable,
} from "../../explain/embedding.js";
import { embeddingPicture } from "../../explain/embedding-picture.js";
import { type EngineFlags, engineOptions, note, whole } from "../context.js";
import { type Style, WIDTH } from "../terminal.js";
import { labelsOption, tokenizerOption } from "../tokenizer.js";
import { status } from "../ui/status.js";
import { excerpt, table } from "../ui/table.js";
import { idsOf, type Opened, openModel, outputNames, type ReadingFlags, refuseAutomatic } from "./open.js";
import { type OutputFlags, outputOptions, show } from "./output.js";

interface Flags extends EngineFlags, OutputFlags, Pick<ReadingFlags, "tokenizer" | "vocabulary" | "labels"> {
  layer?: string;
  neighbours: number;
  words: number;
  tsv?: string;
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
    .option("--vocabulary <n>", "with --tokenizer: ids that count (default: all)", whole("vocabulary", 2))
    .option("--tsv <folder>", "also write vectors.tsv and metadata.tsv, which embedding projectors read");
  labelsOption(tokenizerOption(command));
  outputOptions(engineOptions(command)).action(async (file: string, wanted: string[], flags: Flags) => {
    const { tokenizer, vocabulary, labels } = flags;
    const opened = await openModel(file, flags, { tokenizer, vocabulary, labels });
    refuseAutomatic(opened, "a network whose Embedding holds words");
    const view = await explainEmbedding(opened, wanted, flags);
    if (flags.tsv) await writeTsv(view.table, flags.tsv);
    await show(
      {
        data: asJson(view),
        text: (style) => embeddingText(view, style),
        page: () => embeddingPage(view, opened.name),
        picture: () =>
          embeddingPicture(
            view.map,
            view.words.map(({ id }) => id),
          ),
      },
      flags,
    );
  });
}

async function explainEmbedding(
  { model, reader }: Opened,
  wanted: readonly string[],
  flags: Flags,
): Promise<EmbeddingView> {
  const { length, vectorizer } = idsOf(reader) ?? {};
  const labels = outputNames(reader);
  const words = wordTable(model, vectorizer ?? null, flags.layer);
  const map = await embeddingMap(model, words, {
    onProgress: status.told,
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

async function writeTsv(words: WordTable, folder: string): Promise<void> {
  const files = embeddingTsv(words);
  await mkdir(folder, { recursive: true });
  for (const [name, text] of [
    ["vectors.tsv", files.vectors],
    ["metadata.tsv", files.metadata],
  ] as const) {
    await writeAtomic(join(folder, name), new TextEncoder().encode(text));
    note(printable(`Wrote ${join(folder, name)}`));
  }
}

function embeddingText({ table: words, map, words: asked }: EmbeddingView, style: Style): string {
  const { layer, size, width, named } = words;
  const unnamed = size > named ? ` ${count(size - named)} rows have no word and are never read.` : "";
  const lines = [
    style.bold(
      `${printable(layer)}: ${count(size)} words × ${count(width)} numbers = ${count(size * width)} weights`,
    ),
    ...wrapToWidth(EMBEDDING_PURPOSE.join(" ") + unnamed, WIDTH),
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

function effectLines(map: EmbeddingMap, style: Style): string[] {
  const rows = tellingWords(map)
    .slice(0, 12)
    .map(({ label, words, empty }) => [
      excerpt(label, 16),
      ...words.map(({ word, alone }) => `${excerpt(word, 12)} ${outputPhrase(map, alone)}`),
      outputPhrase(map, empty),
    ]);
  if (noWordMoves(map)) return [...wrapToWidth(NO_WORD_MOVES, WIDTH), ""];
  if (rows.length === 0) return [];
  return [
    style.bold(
      map.probabilities
        ? "Words that alone speak most for a label, and its probability then"
        : "Words that alone move the answer most, and the answer then",
    ),
    table([[map.probabilities ? "label" : "answer", "", "", "", "empty text"], ...rows]),
    "",
  ];
}

function asJson({ table: words, map, words: asked }: EmbeddingView) {
  const { layer, size, width } = words;
  return { layer, vocabulary: size, size: width, words: asked, map };
}
