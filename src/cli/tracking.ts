/** train --track FILE: looks at the network before training and after each epoch, and writes what it saw. */
import { extname } from "node:path";
import { inputError } from "../base/errors.js";
import { printableJson } from "../base/text.js";
import type { Prepared } from "../classifier/options.js";
import type { CorpusText, TextCorpus } from "../classifier/text-corpus.js";
import { trackPage } from "../explain/draw/track-page.js";
import { layOut } from "../explain/laid.js";
import { sentenceOfIds } from "../explain/sentence.js";
import { type TrainingTrack, trackTraining } from "../explain/track.js";
import type { Callback } from "../train/callbacks.js";

/** Texts that are looked at: enough for a mean; a look takes as long as some 600 steps of training (an LSTM of 32 units, rows of 200). */
const TEXTS = 16;

/** Texts of the probe. */
const PROBED = 300;

const ENDINGS = [".html", ".json"];

/** @throws InputError for a file that is neither a page nor JSON */
export function checkTrackFile(file: string | undefined): void {
  if (file === undefined || ENDINGS.includes(extname(file).toLowerCase())) return;
  throw inputError({
    expected: `a file that ends in ${ENDINGS.join(" or ")}`,
    where: "--track",
    received: file,
  });
}

/** What --track watches of one training; nothing without a file. */
export class Tracking {
  #track: TrainingTrack | null = null;
  /** The epoch whose weights were kept, where that is not the last. */
  kept: number | null = null;

  constructor(
    private readonly file: string | undefined,
    private readonly title: string,
  ) {}

  /** Bound to the network once it stands. */
  get callbacks(): Callback[] {
    if (this.file === undefined) return [];
    const own = () => this.#track!.callback;
    return [
      {
        name: "track",
        onTrainBegin: (progress) => own().onTrainBegin!(progress as never),
        onEpochEnd: (progress, logs) => own().onEpochEnd!(progress as never, logs),
        state: () => own().state!(),
        restore: (state) => own().restore!(state),
      },
    ];
  }

  /** Chooses the texts: of those that training does not learn from, where there are some. @param classes each row's label, where it has one */
  prepare(
    { model, corpus, vectorizer, length, rows, heldOut }: Prepared<TextCorpus<CorpusText>>,
    classes?: ArrayLike<number>,
  ): void {
    if (this.file === undefined) return;
    if (layOut(model).cells.length === 0) {
      throw inputError({
        expected: "a network with a SimpleRNN, LSTM or GRU layer, whose gates and states are told of",
        where: "--track",
        received: model.layers.map(({ className }) => className),
        next: "Leave --track out.",
      });
    }
    const from = heldOut.length > 0 ? heldOut : rows;
    const chosen = Array.from(
      { length: Math.min(TEXTS, from.length) },
      (_, k) => from[Math.floor((k * from.length) / Math.min(TEXTS, from.length))]!,
    ).filter((row) => !corpus.isEmpty(row, vectorizer));
    const sentences = chosen.map((row) => {
      const ids = corpus.encode([row], vectorizer, length).data;
      return sentenceOfIds(
        Array.from(ids),
        vectorizer.vocabulary.map((word, id) => word || `#${id}`),
      );
    });
    // The maps are of the first: one with something to see in it.
    const words = ({ words: all }: (typeof sentences)[number]) => all.filter((word) => word !== "").length;
    const order = sentences
      .map((_, k) => k)
      .sort((a, b) => closeness(words(sentences[a]!)) - closeness(words(sentences[b]!)) || a - b);
    const probed = Array.from(from.slice(0, PROBED)).filter((row) => !corpus.isEmpty(row, vectorizer));
    const probe = classes &&
      probed.length >= 6 && {
        rows: probed.map((row) => corpus.encode([row], vectorizer, length).data),
        classes: probed.map((row) => classes[row]!),
      };
    this.#track = trackTraining(
      order.map((k) => sentences[k]!),
      {
        ...(classes ? { targets: order.map((k) => classes[chosen[k]!]!) } : {}),
        ...(probe ? { probe } : {}),
      },
    );
  }

  /** Page or data; null where training did not begin. */
  text(): string | null {
    const { file } = this;
    const track = this.#track;
    if (file === undefined || !track || track.epochs.length === 0) return null;
    const { epochs, words, majority } = track;
    const kept = this.kept ?? epochs.length - 1;
    if (extname(file).toLowerCase() === ".json")
      return `${printableJson({ words, majority, kept, epochs })}\n`;
    return trackPage(track, this.title, kept);
  }
}

/** Words that a map has room for. */
const closeness = (words: number): number => Math.abs(words - 16);
