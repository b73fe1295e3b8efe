/** A Keras script that is looked at beside the open model: parsed in a worker of its own, and never run. */
import { effect, signal } from "@preact/signals";
import { createModel, type WorkerModel } from "cellstate/worker";
import { latest } from "./latest.js";
import { routed } from "./route.js";

/** The network of the README, as one writes it. */
export const EXAMPLE_SCRIPT = `from keras import Sequential
from keras.layers import LSTM, Dense, Dropout, Embedding, Flatten, Input

model = Sequential([
    Input((200,)),
    Embedding(1000, 16),
    LSTM(32, dropout=0.1),
    Flatten(),
    Dropout(0.1),
    Dense(256, activation="sigmoid"),
    Dense(1, activation="sigmoid"),
])
`;

/** "script": what is looked at is the script; else the open model. */
export const source = routed("source");
export const script = routed("script", EXAMPLE_SCRIPT);
/** A notebook, whose cells are read as they are; until something is typed. */
export const notebook = signal<File | null>(null);

/** A file of a script, in place of what is typed. */
export async function openScript(file: File): Promise<void> {
  if (/\.ipynb$/i.test(file.name)) notebook.value = file;
  else {
    notebook.value = null;
    script.value = await file.text();
  }
  source.value = "script";
}

let before: WorkerModel<"network"> | null = null;

const work = latest(async (signal: AbortSignal, given: string | File) => {
  const options = { kind: "network", engine: "reference", signal } as const;
  const model = await (typeof given === "string"
    ? createModel({ script: given }, options)
    : createModel(given, { ...options, name: given.name }));
  if (signal.aborted) model.close();
  else {
    before?.close();
    before = model;
  }
  return model;
});
export const scripted = work.outcome;

/** How long nobody types before the script is read. */
const PAUSE_MS = 300;
let timer = 0;

/** Reads the script whenever it changes. @returns what ends that */
export const followScript = (): (() => void) =>
  effect(() => {
    const given = notebook.value ?? script.value;
    if (source.value !== "script") return;
    clearTimeout(timer);
    timer = setTimeout(() => work.ask(given), PAUSE_MS) as unknown as number;
  });
