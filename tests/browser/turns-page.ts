/** Runs in Chromium (bundled by turns.ts): calls what is long on the page's own thread, and marks when each was going on. */
import { readLabelled } from "../../src/data/index.js";
import { attribute, cellView, checkup, readSentence, surveyUnits } from "../../src/explain/index.js";
import { Corpus, type LabelledText, TextClassifier, type TrainOptions } from "../../src/index.js";
import { runLab } from "../../src/lab/index.js";

export interface TurnsReport {
  /** What was called, and when it began and ended, in milliseconds of the page. */
  calls: { name: string; from: number; to: number }[];
  /** Tasks that the browser says are long. */
  longTasks: { from: number; milliseconds: number }[];
}

const TEXT = "free entry in a weekly prize draw, call now";

const report: TurnsReport = { calls: [], longTasks: [] };
const observer = new PerformanceObserver((list) => take(list.getEntries()));
observer.observe({ type: "longtask", buffered: true });

function take(entries: PerformanceEntryList): void {
  for (const { startTime, duration } of entries)
    report.longTasks.push({ from: startTime, milliseconds: duration });
}

/** Does something under a name, from a task of its own, as a click would begin it. */
async function call<Result>(name: string, work: () => Result | Promise<Result>): Promise<Result> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const from = performance.now();
  const result = await work();
  performance.measure(`call ${name}`, { start: from });
  report.calls.push({ name, from, to: performance.now() });
  return result;
}

async function turns(): Promise<TurnsReport> {
  const file = await (await fetch("/sms.tsv")).blob();
  const rows = await call("readLabelled", async () => {
    const read: LabelledText[] = [];
    for await (const row of await readLabelled(new File([file], "sms.tsv"))) read.push(row);
    return read;
  });
  const texts = rows.map(({ text }) => text);
  const train = (name: string, options: TrainOptions) =>
    call(`train ${name}`, () => TextClassifier.train(rows, { seed: 1, ...options }));
  const lstm = await train("lstm", { model: "lstm", epochs: 1 });
  const auto = await train("auto", { effort: "low" });
  const linear = await train("linear", { model: "linear" });
  for (const [name, classifier] of Object.entries({ lstm, auto, linear })) {
    await call(`evaluate ${name}`, () => classifier.evaluate(rows));
    await call(`predictManyAsync ${name}`, () => classifier.predictManyAsync(texts));
    await call(`toBytes ${name}`, () => classifier.toBytes());
  }
  const { model, vectorizer, length, labels } = lstm;
  const sentence = readSentence(vectorizer, TEXT, length);
  await call("attribute", () => attribute(model, sentence.ids));
  await call("cellView", () => cellView(model, sentence));
  const corpus = await call("Corpus.read", () => Corpus.read(rows, vectorizer.frontEnd));
  await call("checkup", () => checkup({ model, vectorizer, length, labels, texts: { corpus } }));
  await call("surveyUnits", () => surveyUnits(lstm, rows.slice(0, 400), { permutations: 99 }));
  await call("runLab", () => runLab("latch", { lags: [20], cells: ["lstm"], seeds: 1 }));
  await new Promise((resolve) => setTimeout(resolve, 200));
  take(observer.takeRecords());
  return report;
}

Object.assign(globalThis, { turns });
