/** Runs in Chromium (bundled by engines.test.ts): what models compute with on this page, and what is said of it. */
import { begunWorkers } from "../../src/engines/wasm-pool.js";
import { type PreparedEngine, type PrepareOptions, prepareEngine } from "../../src/index.js";
import { smallNetwork, trainingRows } from "./training.js";

/** What the page is to do: /settings.json. */
export interface Settings {
  /** Whether it prepares the engine itself, and how. */
  prepare: PrepareOptions | null;
  /** Threads to ask for. */
  threads: number;
}

export interface EngineReport {
  isolated: boolean;
  prepared: PreparedEngine | null;
  /** As the model says it: before anything was computed, and after two trainings. */
  before: { engineName: string; threads: number };
  after: { engineName: string; threads: number };
  notes: readonly string[];
  /** Workers that have really begun. */
  workers: number;
  /** All that was said on the console, by this model and by another. */
  warnings: string[];
  /** Where WebAssembly is asked for by name. */
  byName: string;
  loss: number;
}

const pause = (ms: number) => new Promise((go) => setTimeout(go, ms));

/** Whether workers start is heard between two tasks of this thread: waits until each that shares the work has begun, or failed. */
async function heard(model: { readonly threads: number }): Promise<void> {
  for (let k = 0; k < 1000 && begunWorkers() < model.threads - 1; k++) await pause(25);
}

async function report({ prepare, threads }: Settings): Promise<EngineReport> {
  const warnings: string[] = [];
  console.warn = (text: string) => void warnings.push(text);
  const prepared = prepare && (await prepareEngine(prepare));
  const { x, y } = trainingRows();
  const first = smallNetwork({ threads });
  await first.fit(x, y);
  await heard(first);
  const { engineName } = first;
  const before = { engineName, threads: smallNetwork({ threads }).threads };
  const { history } = await first.fit(x, y);
  const other = smallNetwork({ threads });
  await other.fit(x, y);
  await other.evaluate(x, y);
  let byName = "wasm";
  try {
    const asked = smallNetwork({ engine: "wasm", threads });
    byName = asked.engineName;
    asked.dispose();
  } catch (error) {
    byName = (error as Error).message;
  }
  return {
    isolated: globalThis.crossOriginIsolated,
    ...{ prepared, before, warnings, byName },
    after: { engineName: first.engineName, threads: first.threads },
    notes: first.notes,
    workers: begunWorkers(),
    loss: history["loss"]!.at(-1)!,
  };
}

async function tell(): Promise<void> {
  const body = await fetch("/settings.json")
    .then((response) => response.json())
    .then(report)
    .then(
      (result) => JSON.stringify(result),
      (error: unknown) => JSON.stringify({ error: String((error as Error).stack ?? error) }),
    );
  await fetch("/report", { method: "POST", body });
}

void tell();
