/** Goes through texts in chunks, and gives the gates and states at every token of each. */
import type { Turns } from "../../base/progress.js";
import type { CellKind } from "../cells/names.js";
import { type OpenCell, openCell, openCells } from "../cells/open.js";
import { engineAs } from "../own-engine.js";
import type { OpenNetwork } from "./network.js";
import { checkParts, partsOf, type UnitPart } from "./parts.js";
import { UnitRecorder } from "./recorder.js";
import type { StudiedText } from "./rows.js";

/** A unit of a part of a layer. */
export interface UnitSignal {
  /** "lstm", "bidirectional/forward_lstm" */
  layer: string;
  /** The gate or state. */
  part: UnitPart;
  /** Its number, from 0. */
  unit: number;
}

/** What is recorded of a layer. */
export interface RecordedLayer {
  /** Its name. */
  layer: string;
  /** Keras's class name. */
  kind: CellKind;
  /** U */
  units: number;
  /** Its gates and states, states first. */
  parts: UnitPart[];
}

/** A text with what every unit did at every word of it. */
export interface RecordedText extends StudiedText {
  /** [S] the units of all parts of all layers: what each number below is of. */
  signals: readonly UnitSignal[];
  /** [words][S] word after word, in the text's order. */
  x: Float32Array;
  /** [S] after the last word that the layer read: of one that goes backwards the text's first. */
  last: Float32Array;
  /** [F] what the network put out. */
  output: Float32Array;
}

/** What of the recurrent layers is recorded. */
export interface WalkOptions {
  /** One recurrent layer. Default: all. */
  layer?: string | undefined;
  /** Default: all. */
  parts?: readonly string[] | undefined;
}

/** Rows at a time: memory is taken for so many. */
const CHUNK = 64;

export class UnitWalk {
  readonly recorded: readonly RecordedLayer[];
  readonly signals: readonly UnitSignal[];
  /** Texts that held no word that the model reads. */
  empty = 0;
  /** Texts and tokens that were run. */
  texts = 0;
  tokens = 0;
  readonly #recorder: UnitRecorder;
  readonly #cells: { open: OpenCell; parts: UnitPart[] }[];

  /** @throws InputError where no layer is recurrent, or of the layer or a part that there is not */
  constructor(
    private readonly network: OpenNetwork,
    { layer, parts }: WalkOptions = {},
  ) {
    const { model } = network;
    const opened = layer === undefined ? openCells(model) : [openCell(model, layer)];
    const kinds = opened.map(({ cell }) => cell.kind);
    const wanted = parts && checkParts(parts, kinds);
    this.#recorder = new UnitRecorder(model, engineAs(model));
    this.#cells = opened.map((open) => ({
      open,
      parts: partsOf(open.cell.kind).filter((part) => !wanted || wanted.includes(part)),
    }));
    this.recorded = this.#cells.map(({ open: { cell }, parts: own }) => ({
      ...{ layer: cell.layer, kind: cell.kind, units: cell.units, parts: own },
    }));
    this.signals = this.recorded.flatMap(({ layer: name, units, parts: own }) =>
      own.flatMap((part) => Array.from({ length: units }, (_, unit) => ({ layer: name, part, unit }))),
    );
  }

  /**
   * Texts without a word that the model reads are counted, and left out.
   * @param turns others have theirs between texts
   */
  async *walk(
    texts: AsyncIterable<StudiedText> | Iterable<StudiedText>,
    turns: Turns,
  ): AsyncGenerator<RecordedText> {
    let waiting: StudiedText[] = [];
    for await (const text of texts) {
      if (text.read.tokens.length === 0) this.empty++;
      else waiting.push(text);
      if (waiting.length < CHUNK) continue;
      yield* this.#inTurns(waiting, turns);
      waiting = [];
    }
    if (waiting.length > 0) yield* this.#inTurns(waiting, turns);
  }

  async *#inTurns(texts: readonly StudiedText[], turns: Turns): AsyncGenerator<RecordedText> {
    for (const recorded of this.#run(texts)) {
      if (recorded) yield recorded;
      await turns.did();
    }
  }

  /** What is recorded of texts; null where only others may have a turn. */
  *#run(texts: readonly StudiedText[]): Generator<RecordedText | null> {
    const T = this.network.reader.length;
    const data = new Float32Array(texts.length * T);
    for (const [b, { read }] of texts.entries()) data.set(read.ids, b * T);
    const recording = this.#recorder.run({ data, rows: texts.length, shape: [T] });
    const outputs = recording.outputs();
    const F = outputs.length / texts.length;
    const S = this.signals.length;
    const blocks: { values: Float32Array; U: number; backwards: boolean }[] = [];
    for (const { open, parts } of this.#cells) {
      const backwards = open.layer.options.goBackwards !== open.turned;
      for (const part of parts) {
        yield null;
        blocks.push({ values: recording.part(open, part), U: open.cell.units, backwards });
      }
    }
    for (const [b, text] of texts.entries()) {
      const { tokens } = text.read;
      const x = new Float32Array(tokens.length * S);
      const last = new Float32Array(S);
      let from = 0;
      for (const { values, U, backwards } of blocks) {
        for (const [k, { t }] of tokens.entries()) {
          const at = (b * T + t) * U;
          for (let u = 0; u < U; u++) x[k * S + from + u] = values[at + u]!;
        }
        const end = (backwards ? 0 : tokens.length - 1) * S + from;
        last.set(x.subarray(end, end + U), from);
        from += U;
      }
      this.texts++;
      this.tokens += tokens.length;
      yield { ...text, signals: this.signals, x, last, output: outputs.slice(b * F, (b + 1) * F) };
    }
  }

  dispose(): void {
    this.#recorder.dispose();
  }
}
