/** word2vec's binary vectors: a line of counts, then of each word its letters, a space and its float32 numbers. */
import { inputError } from "../../base/errors.js";
import type { Bytes } from "./bytes.js";
import { type Collector, checkCount, wordOf } from "./collector.js";
import { LONGEST_WORD } from "./text.js";

const [NEWLINE, SPACE] = [10, 32];

/** Goes through the words. @param said how many there are to be */
export async function readBinaryVectors(
  bytes: Bytes,
  collector: Collector,
  said: number,
  goOn: () => boolean,
): Promise<void> {
  const { width } = collector;
  let read = 0;
  for (; read < said && goOn(); read++) {
    if (!(await bytes.ensure(1))) break;
    // The original program ends each word's numbers with a line break, others do not.
    if (bytes.peek(1)[0] === NEWLINE) bytes.take(1);
    if (!(await bytes.ensure(1))) break;
    const place = `byte ${bytes.offset}`;
    const word = wordOf(await letters(bytes, place), bytes.name, place);
    await bytes.need(4 * width, `numbers of the word ${JSON.stringify(word.slice(0, 40))}`);
    const id = collector.id(word);
    if (id < 0) {
      bytes.take(4 * width);
      continue;
    }
    const row = collector.row(id);
    for (let i = 0; i < width; i++) {
      row[i] = bytes.float32();
      collector.checkNumber(row[i]!, word, place);
    }
  }
  if (!goOn()) return;
  checkCount(read, said, bytes.name);
  if ((await bytes.ensure(1)) && bytes.peek(1)[0] === NEWLINE) bytes.take(1);
  if (await bytes.ensure(1)) checkCount(said + 1, said, bytes.name);
}

async function letters(bytes: Bytes, place: string): Promise<Uint8Array> {
  let end = bytes.find(SPACE);
  while (end < 0 && bytes.available <= LONGEST_WORD && (await bytes.ensure(bytes.available + 1))) {
    end = bytes.find(SPACE);
  }
  if (end >= 0 && end <= LONGEST_WORD) {
    const found = bytes.peek(end).slice();
    bytes.take(end + 1);
    return found;
  }
  throw inputError({
    expected: `a word of at most ${LONGEST_WORD} bytes, then a space`,
    where: `${bytes.name}, ${place}`,
    received: end < 0 && bytes.available <= LONGEST_WORD ? "the end of the file" : "none",
    next: "The file is damaged, cut short, or its first line says another width.",
  });
}
