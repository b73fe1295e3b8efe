/**
 * npm run bench:text [-- FILE.csv]: how fast a labelled CSV file is read and its texts become rows of ids, in MB a
 * second of processor time. Without a file: the SMS messages of examples/data, repeated to 24 MB and joined by tens, so
 * that rows are as long as film reviews.
 */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { readLabelled } from "../src/data/read.js";
import { memorySource } from "../src/data/source.js";
import { VocabularyBuilder } from "../src/tokens/vocabulary.js";

const ROUNDS = 7;
const MB = 1e6;

function sample(): Uint8Array {
  const path = fileURLToPath(new URL("../../examples/data/sms-spam.tsv", import.meta.url));
  const messages = readFileSync(path, "utf8").split("\n").slice(1, -1);
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = ["text,label"];
  for (let size = 0, at = 0; size < 24 * MB; at += 10) {
    const ten = Array.from({ length: 10 }, (_, i) => messages[(at + i) % messages.length]!.split("\t"));
    const row = `${quoted(ten.map(([, text]) => text).join(" "))},${ten[0]![0]}`;
    rows.push(row);
    size += row.length;
  }
  return new TextEncoder().encode(rows.join("\r\n"));
}

/** By processor time, so that other work on the machine does not count. */
async function fastest(run: () => Promise<number> | number): Promise<number> {
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const from = process.cpuUsage();
    const bytes = await run();
    const { user, system } = process.cpuUsage(from);
    best = Math.max(best, bytes / MB / ((user + system) / 1e6));
  }
  return best;
}

const bytes = process.argv[2] ? new Uint8Array(readFileSync(process.argv[2])) : sample();
console.log(
  `${cpus()[0]?.model.trim()}, Node ${process.version}; ${(bytes.length / MB).toFixed(1)} MB of CSV, best of ${ROUNDS}`,
);

const texts: string[] = [];
for await (const { text } of await readLabelled(memorySource(bytes, "sample.csv"))) texts.push(text);
const size = texts.reduce((sum, text) => sum + text.length, 0);

const read = await fastest(async () => {
  let rows = 0;
  for await (const _ of await readLabelled(memorySource(bytes, "sample.csv"))) rows++;
  if (rows !== texts.length) throw new Error(`${rows} rows read, then ${texts.length}`);
  return bytes.length;
});
console.log(`reading CSV                       ${read.toFixed(0).padStart(5)} MB/s`);

const learn = () => {
  const builder = new VocabularyBuilder({ frontEnd: "tokenizer" });
  for (const text of texts) builder.add(text);
  return builder.build({ size: 1000, length: 200 });
};
const learned = await fastest(() => {
  learn();
  return size;
});
console.log(`learning a vocabulary             ${learned.toFixed(0).padStart(5)} MB/s`);

const vectorizer = learn();
const encoded = await fastest(() => {
  vectorizer.encodeRows(texts);
  return size;
});
console.log(`vectorizing, 200 ids a row        ${encoded.toFixed(0).padStart(5)} MB/s`);
