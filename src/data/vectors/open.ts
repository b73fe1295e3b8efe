/** From how a file of word vectors begins to what reads the rest of it. */
import { InputError, inputError } from "../../base/errors.js";
import type { Chunks } from "../source.js";
import { readBinaryVectors } from "./binary.js";
import { Bytes } from "./bytes.js";
import { Collector, checkWidth, type FoundVectors, wordOf } from "./collector.js";
import { FASTTEXT_MAGIC, readFastTextSettings, readFastTextVectors } from "./fasttext.js";
import { fieldsOf, isNumber, LONGEST_LINE, LONGEST_WORD, nextLine, readTextVectors } from "./text.js";

/** A file of which the beginning is read. */
export interface OpenedVectors {
  readonly format: string;
  /** Numbers in a word's vector. */
  readonly width: number;
  /** Goes through the rest, for as long as `goOn` says so. */
  readonly read: (words: readonly string[], goOn: () => boolean) => Promise<FoundVectors>;
  readonly close: () => Promise<void>;
}

interface Opened {
  format: string;
  width: number;
  read(collector: Collector, goOn: () => boolean): Promise<void>;
}

/** Reads the beginning. @throws InputError where these are no vectors; the source is then closed */
export async function openVectors(chunks: Chunks, name: string): Promise<OpenedVectors> {
  const bytes = new Bytes(chunks, name);
  const close = () => bytes.close();
  try {
    const { format, width, read } = await openBeginning(bytes);
    return {
      ...{ format, width, close },
      async read(words, goOn) {
        const collector = new Collector(words, width, name);
        await read(collector, goOn);
        return collector.result();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openBeginning(bytes: Bytes): Promise<Opened> {
  const { name } = bytes;
  if (!(await bytes.ensure(4))) {
    throw inputError({ expected: "word vectors", where: name, received: bytes.peek(4) });
  }
  const head = bytes.peek(4);
  if (new DataView(head.buffer, head.byteOffset).getInt32(0, true) === FASTTEXT_MAGIC) return fastText(bytes);
  if (head[0] === 0x50 && head[1] === 0x4b) {
    const next = "Unpack it, and name the file that was in it.";
    throw inputError({ expected: "word vectors", where: name, received: "a ZIP archive", next });
  }
  const first = await peekLine(bytes);
  const counts = /^(\d+)[ \t]+(\d+)\s*$/.exec(first);
  if (!counts) return headless(bytes, first);
  const [said, width] = [Number(counts[1]), checkWidth(Number(counts[2]), name, "line 1")];
  await nextLine(bytes, LONGEST_LINE, 1);
  if (await isBinary(bytes, width)) {
    const read: Opened["read"] = (collector, goOn) => readBinaryVectors(bytes, collector, said, goOn);
    return { format: "word2vec binary", width, read };
  }
  const read: Opened["read"] = (collector, goOn) => readTextVectors(bytes, collector, said, 2, goOn);
  return { format: "word2vec text", width, read };
}

async function fastText(bytes: Bytes): Promise<Opened> {
  const settings = await readFastTextSettings(bytes);
  const read: Opened["read"] = (collector, goOn) => readFastTextVectors(bytes, collector, settings, goOn);
  return { format: "fastText .bin", width: settings.width, read };
}

/** GloVe's: the first line's numbers say how many each has. */
function headless(bytes: Bytes, first: string): Opened {
  const fields = fieldsOf(first);
  if (fields.length < 2 || !fields.slice(1).every(isNumber)) {
    throw inputError({
      expected: "a word and its numbers, or the counts of words and of numbers",
      where: `${bytes.name}, line 1`,
      received: first,
      next: "GloVe's and word2vec's text, word2vec's binary, and fastText's .vec and .bin are read, also as .gz.",
    });
  }
  const width = checkWidth(fields.length - 1, bytes.name, "line 1");
  const read: Opened["read"] = (collector, goOn) => readTextVectors(bytes, collector, null, 1, goOn);
  return { format: "GloVe or other text", width, read };
}

/** The first line, as text, without passing it. */
async function peekLine(bytes: Bytes): Promise<string> {
  while (bytes.find(10) < 0 && bytes.available <= LONGEST_LINE && (await bytes.ensure(bytes.available + 1)));
  const end = bytes.find(10);
  const line = bytes.peek(Math.min(end < 0 ? bytes.available : end, LONGEST_LINE));
  return wordOf(line, bytes.name, "line 1").replace(/\r$/, "");
}

/** Whether the line behind the counts is no text of so many numbers. */
async function isBinary(bytes: Bytes, width: number): Promise<boolean> {
  await bytes.ensure(LONGEST_WORD + 40 * width);
  const end = bytes.find(10);
  const line = bytes.peek(end < 0 ? bytes.available : end);
  try {
    const fields = fieldsOf(wordOf(line, bytes.name, "line 2"));
    return !(
      line.length === 0 || fields.slice(1).some((field) => isNumber(field) || /^[-+]?(nan|inf)/i.test(field))
    );
  } catch (error) {
    if (error instanceof InputError) return true;
    throw error;
  }
}
