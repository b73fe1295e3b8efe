/** Goes through texts in chunks, and gives the gates and states at every token of each. */
import type { SynchronousEngine } from "../../engines/engine.js";
import type { Model } from "../../model/model.js";
import type { CellKind } from "../cells/names.js";
import { type OpenCell, openCell } from "../cells/open.js";
import { checkParts, type Part, partsOf } from "./parts.js";
import { UnitRecorder } from "./recorder.js";
import type { ReadText, TokenReader } from "./tokens.js";

/** A text of a data set. */
export interface StudiedText {
  /** Its number in the file. */
  row: number;
  text: string;
  /** [targets] 1 and 0 by label, or an amount; null where that is not known. */
  targets: Float32Array | null;
}

/** A unit of a part of a layer. */
export interface Signal {
  /** "lstm", "bidirectional/forward_lstm" */
  layer: string;
  part: Part;
  unit: number;
}

/** What is recorded of a model. */
export interface Recorded {
  layer: string;
  kind: CellKind;
  units: number;
  parts: Part[];
}

/** A text with all signals at every token. */
export interface WalkedText extends StudiedText {
  read: ReadText;
  /** [tokens][S], in the text's order */
  x: Float32Array;
  /** [S] after the last word that the layer read: of one that goes backwards the text's first. */
  last: Float32Array;
  /** [F] what the model put out. */
  output: Float32Array;
}

export interface WalkOptions {
  /** One recurrent layer. Default: all. */
  layer?: string | undefined;
  /** Default: all. */
  parts?: readonly string[] | undefined;
}

/** Rows at a time: memory is taken for so many. */
const CHUNK = 64;

export class UnitWalk {
  readonly recorded: readonly Recorded[];
  readonly signals: readonly Signal[];
  /** Texts that held no word that the model reads. */
  empty = 0;
  /** Texts and tokens that were run. */
  texts = 0;
  tokens = 0;
  readonly #recorder: UnitRecorder;
  readonly #cells: { open: OpenCell; parts: Part[] }[];

  /** Takes over the engine. @throws InputError where no layer is recurrent, or of the layer or a part that there is not */
  constructor(
    model: Model,
    private readonly reader: TokenReader,
    engine: SynchronousEngine,
    { layer, parts }: WalkOptions = {},
  ) {
    this.#recorder = new UnitRecorder(model, engine);
    const { cells } = this.#recorder;
    const one = layer === undefined ? undefined : openCell(model, layer).cell.layer;
    const opened = cells.filter(({ cell }) => one === undefined || cell.layer === one);
    const wanted =
      parts &&
      checkParts(
        parts,
        opened.map(({ cell }) => cell.kind),
      );
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

  /** Texts without a word that the model reads are counted, and left out. */
  async *walk(texts: AsyncIterable<StudiedText> | Iterable<StudiedText>): AsyncGenerator<WalkedText> {
    let waiting: (StudiedText & { read: ReadText })[] = [];
    for await (const text of texts) {
      const read = this.reader.read(text.text);
      if (read.tokens.length === 0) this.empty++;
      else waiting.push({ ...text, read });
      if (waiting.length < CHUNK) continue;
      yield* this.#run(waiting);
      waiting = [];
    }
    if (waiting.length > 0) yield* this.#run(waiting);
  }

  *#run(texts: readonly (StudiedText & { read: ReadText })[]): Generator<WalkedText> {
    const T = this.reader.length;
    const data = new Float32Array(texts.length * T);
    for (const [b, { read }] of texts.entries()) data.set(read.ids, b * T);
    const recording = this.#recorder.run({ data, rows: texts.length, shape: [T] });
    const outputs = recording.outputs();
    const F = outputs.length / texts.length;
    const S = this.signals.length;
    const blocks = this.#cells.flatMap(({ open, parts }) =>
      parts.map((part) => ({
        values: recording.part(open, part),
        U: open.cell.units,
        backwards: open.layer.options.goBackwards !== open.turned,
      })),
    );
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
      yield { ...text, x, last, output: outputs.slice(b * F, (b + 1) * F) };
    }
  }

  dispose(): void {
    this.#recorder.dispose();
  }
}
