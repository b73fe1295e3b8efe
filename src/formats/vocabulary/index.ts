/**
 * Vocabularies that were saved beside a model: Keras's Tokenizer as JSON or pickle, { word: id }, vocabulary.txt, and
 * TextVectorization's. The content decides what a file is, not its name; nothing in it is executed.
 */
import { bytesOf, textOf } from "../../base/arguments.js";
import { inputError, knownOptions, wholeNumber } from "../../base/errors.js";
import type { RowOptions } from "../../tokens/options.js";
import { Vectorizer } from "../../tokens/vectorizer.js";
import { isZip } from "../detect.js";
import { withPlace } from "../keras/layer-config.js";
import { readArchiveVocabulary } from "./archive.js";
import type { FoundVocabulary } from "./found.js";
import { readJsonVocabulary, wordList } from "./json.js";
import { readPickle } from "./pickle.js";
import { utf8 } from "./pickle-scalars.js";
import { PickleObject, type PickleValue } from "./pickle-values.js";
import { readTokenizer, readWordIndex } from "./tokenizer.js";
import { wordLines } from "./words.js";

/** A vocabulary from a file, ready to use. */
export interface VocabularyFile {
  /** Turns texts into the ids of that vocabulary. */
  vectorizer: Vectorizer;
  /** "Keras Tokenizer (pickle)" … */
  format: string;
  /** What the file does not say and was taken as usual, a line each. */
  assumed: string[];
}

/** Options of `readVocabulary`. */
export interface VocabularyOptions extends RowOptions {
  /** What messages call the file. */
  name?: string;
  /** Only the first so many ids count: Keras's num_words. */
  size?: number;
}

/** The classes whose pickled instances are read as Tokenizers: Keras kept it in many places. */
const TOKENIZERS: ReadonlySet<string> = new Set(
  [
    ...["keras_preprocessing", "keras.preprocessing", "keras.src.preprocessing"],
    ...["keras.legacy.preprocessing", "keras.src.legacy.preprocessing"],
    ...["tf_keras.preprocessing", "tf_keras.src.preprocessing", "tensorflow.keras.preprocessing"],
    ...["tensorflow.python.keras.preprocessing", "tensorflow_core.python.keras.preprocessing"],
  ].map((module) => `${module}.text.Tokenizer`),
);

const MOST_BYTES = 24 * 2 ** 20;

/** Reads a vocabulary file of any kind, from its bytes. @throws InputError in one line that names the place */
export function readVocabulary(
  source: ArrayBuffer | ArrayBufferView,
  options: VocabularyOptions = {},
): VocabularyFile {
  knownOptions(options, ["name", "size", "length", "padding", "truncating"], "readVocabulary");
  const { name = "vocabulary", size, ...row } = options;
  const bytes = bytesOf(source, textOf(name, "readVocabulary name"));
  const found = find(bytes, name);
  const { words, format, assumed } = found;
  const most = size === undefined ? words.length : wholeNumber(size, "vocabulary size", 2);
  const given = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
  const vectorizer = withPlace(
    name,
    () =>
      new Vectorizer(
        found.frontEnd,
        words.slice(0, most),
        { ...found.row, ...given },
        // How the words were cut is told of all of them together.
        most >= words.length ? found.cuts : undefined,
      ),
  );
  return { vectorizer, format, assumed };
}

function find(bytes: Uint8Array, where: string): FoundVocabulary {
  if (isZip(bytes)) return readArchiveVocabulary(bytes, where);
  if (bytes.length > MOST_BYTES) {
    throw inputError({
      expected: `a vocabulary of at most ${MOST_BYTES} bytes`,
      where,
      received: bytes.length,
    });
  }
  if (isPickle(bytes)) return fromPickle(readPickle(bytes, where, TOKENIZERS), where);
  const text = utf8(bytes);
  if (text === undefined || text.includes("\0")) {
    const expected = "a vocabulary (JSON, pickle or text)";
    throw inputError({ expected, where, received: "another kind of file" });
  }
  const plain = text.replace(/^\uFEFF/, "");
  const isList = /^\r?\n\[UNK\]\r?\n/.test(plain);
  const isJson = !isList && /^\s*[{["]/.test(plain) && /[}\]"]\s*$/.test(plain.slice(-100));
  if (isJson) return readJsonVocabulary(plain, where);
  return wordList(wordLines(plain, where), "list of words (text)", where);
}

/** Protocols 2 and later announce themselves; older pickles begin with a class, a mark or a container, and end in a dot. */
function isPickle(bytes: Uint8Array): boolean {
  if (bytes[0] === 0x80 && bytes[1]! <= 5) return true;
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 200));
  const older = /^c[\w.]+\n[\w.]+\n[(pqU]|^\((c|i[\w.]+\n|[dl](p\d+\n|q)|S'|V)|^[}\]][q(.]/;
  return bytes.at(-1) === 0x2e && older.test(head);
}

function fromPickle(value: PickleValue, where: string): FoundVocabulary {
  if (value instanceof PickleObject && TOKENIZERS.has(value.className)) {
    if (value.state instanceof Map) return readTokenizer(value.state, "Keras Tokenizer (pickle)", where);
    throw inputError({ expected: "a Tokenizer with its attributes", where });
  }
  if (typeof value === "string") return readJsonVocabulary(value, where);
  if (value instanceof Map) {
    if (value.get("word_index") instanceof Map) return readTokenizer(value, "dictionary (pickle)", where);
    return readWordIndex(value, "word index (pickle)", where);
  }
  if (Array.isArray(value)) return wordList(value, "list of words (pickle)", where);
  throw inputError({
    expected: "a Tokenizer, a dictionary or a list of words",
    where,
    received: "another pickle",
  });
}
