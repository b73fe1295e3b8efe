/**
 * Hostile vocabulary files, each made here, and what refusing it must say. Run with "small", this opens the small ones
 * in a process of its own; with the name of one, that alone: of a large file the garbage must not count as the next
 * one's memory, and when it is given back is the collector's own affair. Prints what each came to.
 */
import { fileURLToPath } from "node:url";
import { readVocabulary } from "../../src/formats/vocabulary/index.js";
import { writeZip } from "../../src/formats/zip-write.js";
import { InputError } from "../../src/index.js";

export interface Outcome {
  name: string;
  kind: "opened" | "refused" | "crashed";
  said: string;
  milliseconds: number;
  /** The file's, and the most that the process held while reading it beyond what it held before. */
  bytes: number;
  megabytes: number;
}

type Make = () => Uint8Array;
const MEGABYTE = 2 ** 20;

const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const proto = (body: string, version = 2) => bytes(`\x80${String.fromCharCode(version)}${body}`);
const text = (word: string) => `X${String.fromCharCode(word.length)}\0\0\0${word}`;
const short = (word: string) => `\x8c${String.fromCharCode(word.length)}${word}`;
const TOKENIZER = "ckeras_preprocessing.text\nTokenizer\n";
/** A Tokenizer whose attributes are what `body` builds. */
const tokenizer = (body: string) => proto(`${TOKENIZER})\x81}(${body}ub.`);
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** `before`, then one byte again and again, then `after`. */
function long(before: string, code: number, count: number, after: string): Uint8Array {
  const out = new Uint8Array(before.length + count + after.length).fill(code);
  out.set(bytes(before));
  out.set(bytes(after), before.length + count);
  return out;
}

/** { "w0000000": id, … }, laid out without making the words. */
function numbered(count: number, id: number): Uint8Array {
  const entry = `"w0000000":${id},`;
  const out = new Uint8Array(count * entry.length + 1);
  for (let i = 0; i < count; i++) {
    const text = entry.replace("0000000", String(i).padStart(7, "0"));
    for (let c = 0; c < text.length; c++) out[1 + i * entry.length + c] = text.charCodeAt(c);
  }
  out[0] = 0x7b;
  out[out.length - 1] = 0x7d;
  return out;
}

const CODE = "Code in pickles is never run";
const CALLS: [string, Make, RegExp][] = [
  ["os.system, protocol 0", () => bytes("cos\nsystem\n(S'id'\ntR."), /byte 0: .*"os\.system"/],
  [
    "posix.system, protocol 2",
    () => proto(`cposix\nsystem\n${text("id")}\x85R.`),
    /byte 2: .*"posix\.system"/,
  ],
  [
    "eval by STACK_GLOBAL",
    () => proto(`${short("builtins")}${short("eval")}\x93${short("1")}\x85R.`, 4),
    /byte 18: .*"builtins\.eval"/,
  ],
  ["a class by INST", () => bytes("(S'id'\nios\nsystem\n."), /"os\.system"/],
  ["a class by OBJ", () => proto("(cos\nsystem\no."), /"os\.system"/],
  [
    "code under a Tokenizer's name",
    () => proto("ckeras_preprocessing.text\nos.system\n)R."),
    /keras_preprocessing\.text\.os\.system/,
  ],
  [
    "a module that looks like Keras's",
    () => proto("ckeras_preprocessing.text2\nTokenizer\n)\x81."),
    /text2\.Tokenizer/,
  ],
  ["code inside an attribute", () => tokenizer(`${text("filters")}cos\ngetcwd\n)R`), /"os\.getcwd"/],
  [
    "a reducer of copyreg's on another class",
    () => proto("ccopyreg\n_reconstructor\nc__builtin__\nobject\nc__builtin__\nobject\nN\x87R."),
    /a call of copyreg\._reconstructor/,
  ],
  ["int called", () => proto(`cbuiltins\nint\n${text("1")}\x85R.`), /a call of builtins\.int/],
  ["a call of what is no class", () => proto(`${text("os")}${text("x")}\x85R.`), /a class and its arguments/],
  [
    "attributes given to a dictionary",
    () => proto(`}}${text("a")}K\x01sb.`),
    /an object to give attributes to/,
  ],
  ["a persistent id", () => proto("Pevil\n."), /opcode 0x50/],
  ["an extension code", () => proto("\x82\x01."), /opcode 0x82/],
  [
    "an analyzer",
    () => tokenizer(`${text("word_index")}}${text("a")}K\x01s${text("analyzer")}${text("f")}`),
    /analyzer: expected null/,
  ],
];

const BOMBS: [string, Make, RegExp][] = [
  ["dictionaries without end", () => long("\x80\x02", 0x7d, 8 * MEGABYTE, "."), /in proportion to its size/],
  ["lists without end", () => long("\x80\x02", 0x5d, 8 * MEGABYTE, "."), /in proportion to its size/],
  ["marks without end", () => long("\x80\x02", 0x28, 8 * MEGABYTE, "."), /in proportion to its size/],
  [
    "lists inside lists, a hundred thousand deep",
    () => long("\x80\x02]", 0x5d, 100_000, `${"a".repeat(100_000)}.`),
    /\[0\]: expected a word but received "object"/,
  ],
  [
    "the same value kept without end",
    () => long("\x80\x04K\x01", 0x94, 8 * MEGABYTE, "."),
    /in proportion to its size/,
  ],
  ["copies without end", () => long("\x80\x02K\x01", 0x32, 8 * MEGABYTE, "."), /in proportion to its size/],
  ["a memo entry far away", () => proto("K\x01r\xff\xff\xff\xff."), /memo entries in order/],
  [
    "lists that hold themselves twice over",
    () =>
      proto(
        `]q\0${Array.from({ length: 200 }, (_, i) => `](${`h${String.fromCharCode(i)}`.repeat(10)}eq${String.fromCharCode(i + 1)}`).join("")}.`,
      ),
    /\[0\]: expected a word but received "object"/,
  ],
  [
    "a whole number of a million digits",
    () => proto(`L${"9".repeat(60_000)}\n.`),
    /a whole number of at most 2\^53/,
  ],
  [
    "a whole number of a million bytes",
    () => long("\x80\x02\x8b\0\0\x10\0", 0xff, MEGABYTE, "."),
    /a whole number of at most 2\^53/,
  ],
  [
    "a text longer than the file",
    () => proto("X\xff\xff\xff\x7fabc"),
    /a whole pickle but received "one cut short"/,
  ],
  ["a text of 2^63 bytes", () => proto("\x8d\xff\xff\xff\xff\xff\xff\xff\x7fabc", 4), /one cut short/],
  [
    "a line without end",
    () => long("\x80\x02S'", 0x61, 4 * MEGABYTE, "'\n."),
    /a line of at most 65536 bytes/,
  ],
  ["a pickle that is too large", () => long("\x80\x02", 0x4e, 25 * MEGABYTE, "."), /at most 25165824 bytes/],
  ["nothing on the stack", () => proto("."), /a value on the stack/],
  ["a mark that is not there", () => proto("t."), /a mark on the stack/],
  ["keys that are lists", () => proto("}]K\x01s."), /keys that are texts or numbers/],
  ["texts that are no UTF-8", () => proto("X\x02\0\0\0\xff\xfe."), /text in UTF-8/],
  ["a pickle of a later protocol", () => proto("N.", 9), /another kind of file/],
];

const TEXTS: [string, Make, RegExp][] = [
  ["__proto__ as a word", () => bytes('{"a": 1, "__proto__": {"polluted": 1}}'), /no key "__proto__"/],
  [
    "__proto__ in a tokenizer",
    () => bytes('{"class_name": "Tokenizer", "config": {"__proto__": 1, "word_index": "{\\"a\\": 1}"}}'),
    /config: expected no key "__proto__"/,
  ],
  ["JSON nested deep", () => bytes("[".repeat(200_000) + "]".repeat(200_000)), /nesting of at most 100/],
  [
    "JSON in JSON in JSON",
    () => json(JSON.stringify(JSON.stringify(JSON.stringify({ a: 1 })))),
    /expected a vocabulary/,
  ],
  ["JSON cut short", () => bytes('{"a": 1, "b": }'), /expected JSON/],
  [
    "an id that would take memory for all below",
    () => json({ a: 1, b: 16_777_215 }),
    /b: expected an id from 0 to 1003/,
  ],
  ["ids that are no numbers", () => json({ a: { b: 1 } }), /a: expected an id .*received "a object"/],
  ["num_words that is a list", () => json({ word_index: { a: 1 }, num_words: [1] }), /num_words/],
  [
    "filters that are an object",
    () => json({ word_index: { a: 1 }, filters: {} }),
    /filters: expected a string/,
  ],
  [
    "half a million ids for one word",
    () => numbered(500_000, 7),
    /w0000001: expected an id of its own but received "7, which is w0000000's"/,
  ],
  ["a million words", () => numbered(1_000_000, 7), /at most 600000 words/],
  ["a million values", () => long("[0", 0x2c, MEGABYTE, "0]"), /at most 600000 words/],
  ["ten million objects", () => long("[", 0x7b, 10 * MEGABYTE, "]"), /at most 600000 words/],
  ["over twenty megabytes of lines", () => long("a\n", 0x0a, 23 * MEGABYTE, "a"), /at most 600000 words/],
  [
    "over twenty megabytes of one line",
    () => long("\n[UNK]\n", 0x61, 23 * MEGABYTE, "\n"),
    /\[2\]: expected words of at most 10000 characters/,
  ],
  ["more than the reader takes", () => long("", 0x61, 25 * MEGABYTE, ""), /at most 25165824 bytes/],
  [
    "an archive with two vocabularies",
    () => writeZip([["config.json", json({ a: [tv(), tv()] })]]),
    /one vocabulary .*2 of them/,
  ],
  [
    "an archive whose vocabulary is a path",
    () => writeZip([["config.json", json(tv("../../etc/passwd"))]]),
    /Paths in model files are never followed/,
  ],
];

function tv(vocabulary: unknown = ["a"]) {
  return { class_name: "TextVectorization", config: { output_mode: "int", vocabulary } };
}

export const ATTACKS = [
  ...CALLS.map(([name, make, says]) => ({ name, make, says, never: CODE })),
  ...[...BOMBS, ...TEXTS].map(([name, make, says]) => ({ name, make, says, never: "" })),
];

export const isSmall = ({ make }: (typeof ATTACKS)[number]): boolean => make().length < MEGABYTE;

function tryOne({ name, make }: (typeof ATTACKS)[number]): Outcome {
  const file = make();
  globalThis.gc?.();
  const start = process.cpuUsage();
  const idle = process.resourceUsage().maxRSS;
  const end = (kind: Outcome["kind"], said: string): Outcome => {
    // Others may be using the processor.
    const { user, system } = process.cpuUsage(start);
    const megabytes = (process.resourceUsage().maxRSS - idle) / 1024;
    return { name, kind, said, milliseconds: (user + system) / 1000, bytes: file.length, megabytes };
  };
  try {
    return end("opened", readVocabulary(file, { name: "attack" }).format);
  } catch (error) {
    if (error instanceof InputError) return end("refused", error.message);
    return end("crashed", String((error as Error).stack));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = process.argv[2]!;
  const attacks = ATTACKS.filter((attack) => (wanted === "small" ? isSmall(attack) : attack.name === wanted));
  console.log(JSON.stringify(attacks.map(tryOne)));
}
