/** Runs in Chromium (bundled by worker.test.ts): a page under a strict policy trains and looks inside in a worker. */
import { createModel, createTrainer, type Pause, type WorkerOptions } from "../../src/worker/index.js";

export interface WorkerReport {
  isolated: boolean;
  rows: number;
  paused: Pause;
  stepped: Pause;
  batches: number;
  engine: string;
  /** Of the trained classifier's .keras file, as the page got it. */
  weights: number[];
  answer: string;
  /** Of the trace of a text: every forget gate. */
  forget: number[];
  /** Turns that the page had while the worker worked. */
  turns: number;
  /** What came of a worker that is not there. */
  missing: string;
  blocked: string[];
}

const blocked: string[] = [];
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  blocked.push(`${violatedDirective} ${blockedURI}`);
});

async function report(): Promise<WorkerReport> {
  const options: WorkerOptions = { workerUrl: new URL("worker.js", location.href) };
  let turns = 0;
  const turning = setInterval(() => void turns++, 1);
  const trainer = createTrainer(options);
  const csv = await (await fetch("/mail.csv")).blob();
  const { rows } = await trainer.read(new File([csv], "mail.csv"));
  let batches = 0;
  const training = trainer.train({
    ...{ model: "lstm", vocabulary: 30, length: 6, epochs: 3, batchSize: 16, seed: 4, testSplit: 0 },
    ...{ validationSplit: 0.2, paused: true, onBatch: () => void batches++ },
  });
  const paused = await training.pause();
  const stepped = await training.step(5);
  await training.resume();
  const { engine } = await training.done;
  const model = await training.model();
  const { label } = await model.predict("claim a free prize");
  const { layers } = await model.explain("trace", "claim a free prize");
  const opened = await createModel(new Blob([(await training.toBytes()) as BlobPart]), options);
  const { vectors } = await opened.explain("wordTable");
  clearInterval(turning);
  const missing = await createTrainer({ workerUrl: new URL("none.js", location.href) })
    .read(csv)
    .then(String, (error: Error) => `${error.name}: ${error.message}`);
  for (const one of [trainer, model, opened]) one.close();
  return {
    ...{ isolated: crossOriginIsolated, rows, paused, stepped, batches, engine, turns, missing, blocked },
    ...{ weights: [...vectors], answer: label, forget: [...layers[0]!.gates["forget"]!] },
  };
}

const body = await report().then(
  (result) => JSON.stringify(result),
  (error: unknown) => JSON.stringify({ error: String((error as Error).stack ?? error), blocked }),
);
await fetch("/report", { method: "POST", body });
