/** Runs in Chromium, on a page and in a worker of it (bundled by browser.test.ts); says what came of it. */
import { classify, type Outcome, openFile, trainNetwork } from "./training.js";

export interface Report {
  isolated: boolean;
  auto: Outcome;
  oneThread: Outcome;
  threeThreads: Outcome;
  reference: Outcome;
  answers: string[];
  outputs: number[];
}

async function report(): Promise<Report> {
  const file = new Uint8Array(await (await fetch("/model.keras")).arrayBuffer());
  const row = (await (await fetch("/row.json")).json()) as number[];
  return {
    isolated: globalThis.crossOriginIsolated,
    auto: await trainNetwork({}),
    oneThread: await trainNetwork({ engine: "wasm", threads: 1 }),
    threeThreads: await trainNetwork({ engine: "wasm", threads: 3 }),
    reference: await trainNetwork({ engine: "reference" }),
    answers: await classify(),
    outputs: await openFile(file, row),
  };
}

async function tell(): Promise<void> {
  const body = await report().then(
    (result) => JSON.stringify(result),
    (error: unknown) => JSON.stringify({ error: String((error as Error).stack ?? error) }),
  );
  await fetch("/report", { method: "POST", body });
}

void tell();
