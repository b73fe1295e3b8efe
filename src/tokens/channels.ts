/**
 * Texts as parallel rows of ids: for every token its word, the first and last letters of it and its shape, each under a
 * vocabulary of its own. A network that looks at all of them knows something of words that it has never seen.
 */
import { inputError, oneOf, wholeNumber } from "../base/errors.js";
import { isObject } from "../base/json.js";
import { type Pieces, ROWS, spans } from "../base/pieces.js";
import { hashText, shapeOf } from "./ngrams.js";
import type { InputRows } from "./row-encoder.js";
import type { TokenTable } from "./token-table.js";
import type { TokenizedTexts } from "./tokenized-texts.js";
import { readRising, writeRising } from "./vlq.js";

/** word: in small letters · start4, start3: its first letters · end3: its last ones · shape: X, x and 9 for its letters and digits */
export const CHANNELS = ["word", "start4", "start3", "end3", "shape"] as const;
export type Channel = (typeof CHANNELS)[number];

/** Ids of every channel: 0 is padding, 1 what is not known. */
export const UNKNOWN = 1;
const FIRST = 2;
const MOST_IDS = 2 ** 22;
const MOST_LENGTH = 1e5;

/** What a network of channels reads. */
export interface ChannelRules {
  /** T, tokens in a row; shorter texts are padded in front. */
  readonly length: number;
  /** Of texts that are longer, so many first tokens are kept, and the last ones. */
  readonly head: number;
  /** By channel the hashes of what is known, in the order of their ids from 2 on. */
  readonly known: Readonly<Partial<Record<Channel, Uint32Array>>>;
}

/** The channels that are read, in order. */
export const channelsOf = ({ known }: ChannelRules): Channel[] =>
  CHANNELS.filter((channel) => known[channel]);

/** The hash of what a token is in a channel. */
function hashIn(channel: Channel, token: string, lower: string): number {
  const letters = [...lower];
  switch (channel) {
    case "word":
      return hashText(lower);
    case "start4":
      return hashText(letters.length > 4 ? `<${letters.slice(0, 4).join("")}` : lower, 4);
    case "start3":
      return hashText(letters.slice(0, 3).join(""), 3);
    case "end3":
      return hashText(letters.slice(-3).join(""), 5);
    case "shape":
      return hashText(shapeOf(token), 6);
  }
}

/** Ids of a table's tokens under the rules, found once for each. */
export class Channels {
  readonly names: readonly Channel[];
  private readonly vocabularies: readonly ReadonlyMap<number, number>[];
  /** [channel][token] an id, or 0 while it is not found */
  private readonly ids: Uint32Array[];

  constructor(
    readonly rules: ChannelRules,
    private readonly table: TokenTable,
  ) {
    this.names = channelsOf(rules);
    this.vocabularies = this.names.map((channel) => {
      return new Map(Array.from(rules.known[channel]!, (hash, k) => [hash, k + FIRST]));
    });
    this.ids = this.names.map(() => new Uint32Array(table.size));
  }

  /** Lays a text into a row of each channel. @param out [channels] views of T, zeros */
  lay(tokens: Int32Array, out: readonly Float32Array[]): void {
    const { length, head } = this.rules;
    const cut = tokens.length > length;
    const count = cut ? length : tokens.length;
    const before = length - count;
    for (let t = 0; t < count; t++) {
      const token = tokens[cut && t >= head ? tokens.length - length + t : t]!;
      if (!(this.ids[0]![token]! > 0)) this.find(token);
      for (let c = 0; c < out.length; c++) out[c]![before + t] = this.ids[c]![token]!;
    }
  }

  private find(token: number): void {
    const text = this.table.word(token);
    const lower = text.toLowerCase();
    for (const [c, channel] of this.names.entries()) {
      if (token >= this.ids[c]!.length) {
        const larger = new Uint32Array(Math.max(token + 1, 2 * this.ids[c]!.length));
        larger.set(this.ids[c]!);
        this.ids[c] = larger;
      }
      this.ids[c]![token] = this.vocabularies[c]!.get(hashIn(channel, text, lower)) ?? UNKNOWN;
    }
  }
}

/** How many ids of each channel are kept at most, and how often what they stand for must occur. */
export interface ChannelSizes {
  readonly channels: readonly Channel[];
  readonly most: number;
  readonly least: number;
}

/** Learns what is known of each channel from rows of texts: the most frequent, by falling count. */
export function* channelRules(
  texts: TokenizedTexts,
  rows: ArrayLike<number>,
  { channels, most, least }: ChannelSizes,
  shape: { readonly length: number; readonly head: number },
): Pieces<ChannelRules> {
  const uses = new Uint32Array(texts.distinct);
  yield* spans(rows.length, ROWS, (from, to) => {
    for (let i = from; i < to; i++) for (const token of texts.tokensOf(rows[i]!)) uses[token]!++;
  });
  const counts = channels.map(() => new Map<number, number>());
  yield* spans(uses.length, ROWS, (from, to) => {
    for (let token = from; token < to; token++) {
      if (uses[token] === 0) continue;
      const text = texts.table.word(token);
      const lower = text.toLowerCase();
      for (const [c, channel] of channels.entries()) {
        const hash = hashIn(channel, text, lower);
        counts[c]!.set(hash, (counts[c]!.get(hash) ?? 0) + uses[token]!);
      }
    }
  });
  const known = Object.fromEntries(
    channels.map((channel, c) => {
      const kept = [...counts[c]!].filter(([, count]) => count >= least);
      // Ties by the hash, which no order of reading changes.
      kept.sort(([a, m], [b, n]) => n - m || a - b);
      return [channel, Uint32Array.from(kept.slice(0, most), ([hash]) => hash).sort()];
    }),
  );
  return { ...shape, known };
}

/** Rows of every channel. @param texts the tokens of each */
export function* channelRows(channels: Channels, texts: readonly Int32Array[]): Pieces<InputRows[]> {
  const { length } = channels.rules;
  const data = channels.names.map(() => new Float32Array(texts.length * length));
  yield* spans(texts.length, ROWS, (from, to) => {
    for (let i = from; i < to; i++) {
      channels.lay(
        texts[i]!,
        data.map((all) => all.subarray(i * length, (i + 1) * length)),
      );
    }
  });
  return data.map((all) => ({ data: all, rows: texts.length, shape: [length] }));
}

/** As plain data, which `readChannels` reads back. */
export function writeChannels({ length, head, known }: ChannelRules): object {
  const written = CHANNELS.flatMap((channel) => {
    const hashes = known[channel];
    return hashes ? [[channel, { count: hashes.length, hashes: writeRising(hashes) }]] : [];
  });
  return { length, head, known: Object.fromEntries(written) };
}

/** @throws InputError that names the place in `where` */
export function readChannels(json: unknown, where: string): ChannelRules {
  const { length, head, known } = objectOf(json, where);
  const rows = wholeNumber(length, `${where}: length`, 1, MOST_LENGTH);
  const read: Partial<Record<Channel, Uint32Array>> = {};
  for (const [name, value] of Object.entries(objectOf(known, `${where}: known`))) {
    const channel = oneOf(name, CHANNELS, `${where}: known`);
    const { count, hashes } = objectOf(value, `${where}: ${channel}`);
    const size = wholeNumber(count, `${where}: ${channel} count`, 0, MOST_IDS);
    read[channel] = readRising(hashes, size, `${where}: ${channel}`);
  }
  if (Object.keys(read).length === 0) {
    throw inputError({ expected: "one channel or more", where: `${where}: known`, received: known });
  }
  return { length: rows, head: wholeNumber(head, `${where}: head`, 0, rows), known: read };
}

function objectOf(value: unknown, where: string): Record<string, unknown> {
  if (isObject(value as never)) return value as Record<string, unknown>;
  throw inputError({ expected: "an object", where, received: value });
}
