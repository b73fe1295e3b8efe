/**
 * npm run bench:text [-- FILE.csv]: how fast a labelled CSV file is read and its texts become rows of ids, in MB a
 * second of processor time; and how fast, and in how much memory, 200 MB of short rows are labelled. Without a file: the SMS messages of examples/data, repeated to 24 MB and joined by tens, so
 * that rows are as long as film reviews.
 */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TextClassifier } from "../src/classifier/classifier.js";
import { readLabelled } from "../src/data/read.js";
import { memorySource } from "../src/data/source.js";
import { VocabularyBuilder } from "../src/tokens/vocabulary.js";

const ROUNDS = 7;
const MB = 1e6;

/** Of a table that is labelled row by row. */
const SCORED_MB = 200;

const SMS = fileURLToPath(new URL("../../examples/data/sms-spam.tsv", import.meta.url));

function sample(): Uint8Array {
  const messages = readFileSync(SMS, "utf8").split("\n").slice(1, -1);
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

/** Rows of one message, in a file that is written as it is made. */
async function shortRows(path: string, megabytes: number): Promise<number> {
  const messages = readFileSync(SMS, "utf8").split("\n").slice(1, -1);
  const file = createWriteStream(path);
  let [rows, size] = [0, 0];
  file.write("id,text\n");
  while (size < megabytes * MB) {
    let piece = "";
    for (let i = 0; i < 1000; i++, rows++) {
      const [, text] = messages[rows % messages.length]!.split("\t");
      piece += `${rows},"${text!.replaceAll('"', '""')}"\n`;
    }
    size += piece.length;
    if (!file.write(piece)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
  return rows;
}

/** What `cellstate predict` of a table takes: the most memory of its process, in MB, and its processor time in seconds. */
function scored(model: string, table: string): { megabytes: number; seconds: number } {
  const measure = `process.on("exit", () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); console.error(JSON.stringify({ megabytes: maxRSS / 1e3, seconds: (userCPUTime + systemCPUTime) / 1e6 })); })`;
  const main = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));
  const args = ["--import", `data:text/javascript,${encodeURIComponent(measure)}`, main];
  const { stderr } = spawnSync(
    process.execPath,
    [...args, "predict", model, table, "--out", `${table}.scored.csv`],
    {
      encoding: "utf8",
    },
  );
  return JSON.parse(stderr.trim().split("\n").at(-1)!) as { megabytes: number; seconds: number };
}

const folder = mkdtempSync(join(tmpdir(), "cellstate-text-"));
try {
  const model = join(folder, "sms.keras");
  const classifier = await TextClassifier.train(await readLabelled(SMS), { effort: "low" });
  await classifier.save(model);
  const [one, many] = [join(folder, "one.csv"), join(folder, "many.csv")];
  writeFileSync(one, "id,text\n1,hello\n");
  const rows = await shortRows(many, SCORED_MB);
  const [idle, all] = [scored(model, one), scored(model, many)];
  const more = all.megabytes - idle.megabytes;
  console.log(
    `predict --out, ${SCORED_MB} MB of short rows  ${(SCORED_MB / all.seconds).toFixed(0).padStart(5)} MB/s, ${(rows / all.seconds / 1000).toFixed(0)},000 rows/s; ${more.toFixed(0)} MB of memory over one row's ${idle.megabytes.toFixed(0)}`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
