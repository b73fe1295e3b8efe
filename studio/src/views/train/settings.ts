/** What a training is ordered by. All but a script is in the address. */
import { signal } from "@preact/signals";
import type { WorkerTrainOptions } from "cellstate/worker";
import { routed } from "../../state/route.js";
import { sentence } from "../../state/sentence.js";
import { subject } from "../../state/subject.js";

/** What can be trained, with what it is in words. */
export const KINDS = [
  ["auto", "auto: what rows held out prefer"],
  ["linear", "linear: words and pairs of them"],
  ["lstm", "lstm: Embedding, LSTM, Dense"],
  ["gru", "gru: Embedding, GRU, Dense"],
  ["rnn", "rnn: Embedding, SimpleRNN, Dense"],
  ["bilstm", "bilstm: an LSTM each way"],
  ["bigru", "bigru: a GRU each way"],
  ["cnn", "cnn: convolutions over words"],
  ["script", "a Keras script"],
  ["open", "the open model, to go on from"],
] as const;
export type Kind = (typeof KINDS)[number][0];

const chosen = routed("train", "auto");
export const kind = {
  get value(): Kind {
    return KINDS.find(([name]) => name === chosen.value)?.[0] ?? "auto";
  },
  set value(name: Kind) {
    chosen.value = name;
  },
};

/** Of a kind, or of a run's model. */
export const isAutomatic = (name: unknown): boolean => name === "auto" || name === "linear";
const isPreset = (name: Kind): boolean => !isAutomatic(name) && name !== "script" && name !== "open";

type NumberOption =
  | "epochs"
  | "patience"
  | "batchSize"
  | "learningRate"
  | "vocabulary"
  | "length"
  | "validationSplit"
  | "testSplit"
  | "seed";

/** A number that may be asked for; empty: the default. */
export interface Setting {
  readonly option: NumberOption;
  readonly name: string;
  /** What counts where it is empty. */
  fallback(): string;
  readonly note: string;
  /** Who heeds it. */
  for(kind: Kind): boolean;
}

const network = (name: Kind) => !isAutomatic(name);
const any = () => true;

export const optimizer = routed("optimizer");
export const OPTIMIZERS = ["adam", "adamw", "rmsprop", "sgd"] as const;
const rateOf = () => (optimizer.value === "sgd" ? "0.01" : "0.001");

export const SETTINGS: readonly Setting[] = [
  { option: "epochs", name: "Epochs", fallback: () => "20", note: "at most", for: network },
  {
    option: "patience",
    name: "Patience",
    fallback: () => "3",
    note: "epochs without a better one",
    for: network,
  },
  { option: "batchSize", name: "Batch size", fallback: () => "32", note: "rows a step", for: network },
  {
    option: "learningRate",
    name: "Learning rate",
    fallback: rateOf,
    note: "how far a step goes",
    for: network,
  },
  { option: "vocabulary", name: "Vocabulary", fallback: () => "1000", note: "words known", for: isPreset },
  { option: "length", name: "Length", fallback: () => "200", note: "words read of a text", for: isPreset },
  {
    option: "validationSplit",
    name: "Validation share",
    fallback: () => "0.1",
    note: "picks the best epoch",
    for: network,
  },
  { option: "testSplit", name: "Test share", fallback: () => "0.2", note: "measured at the end", for: any },
  { option: "seed", name: "Seed", fallback: () => "0", note: "all chance follows it", for: any },
];

/** Each in the address by its own name. */
export const numbers = Object.fromEntries(SETTINGS.map(({ option }) => [option, routed(option)])) as {
  [O in NumberOption]: ReturnType<typeof routed>;
};

export const effort = routed("effort", "medium");
export const balance = routed("balance");
export const together = routed("together");
export const norms = routed("norms");
export const waiting = routed("paused");

export const script = signal(`model = Sequential([
    Embedding(1000, 16, input_length=100),
    LSTM(32),
    Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=3, batch_size=32, validation_split=0.1)
`);

/** Five sentences whose answers are followed; the first is that of the sentence bar. */
export const probes = signal<readonly string[]>([
  "WINNER!! You have won a prize, call now",
  "Ok lar, see you at home tonight",
  "Free entry in a weekly draw",
  "I am at work, call me later",
]);
export const allProbes = (): string[] =>
  [sentence.value, ...probes.value].filter((text) => text.trim() !== "");

/** What `trainer.train` is given. */
export async function order(name: Kind): Promise<WorkerTrainOptions> {
  const asked = SETTINGS.filter(
    (setting) => setting.for(name) && numbers[setting.option].value.trim() !== "",
  );
  const options: WorkerTrainOptions = {
    ...Object.fromEntries(asked.map(({ option }) => [option, numberOf(numbers[option].value)])),
    model: await modelOf(name),
    probes: allProbes(),
  };
  if (name === "auto") return { ...options, effort: effort.value as "low" | "medium" | "high" };
  if (name === "linear") return options;
  return {
    ...options,
    ...(optimizer.value ? { optimizer: optimizer.value as (typeof OPTIMIZERS)[number] } : {}),
    ...(balance.value ? { balance: true } : {}),
    ...(together.value ? { duplicates: "together" } : {}),
    ...(norms.value ? { gradientNorms: true } : {}),
    ...(waiting.value ? { paused: true } : {}),
  };
}

/** A comma counts as a point; what is no number is refused by the library, which says where. */
const numberOf = (text: string): number => Number(text.trim().replace(",", "."));

async function modelOf(name: Kind): Promise<NonNullable<WorkerTrainOptions["model"]>> {
  if (name === "script") return { script: script.value, name: "the script" };
  const open = subject.peek();
  if (name !== "open" || !open) return name;
  // With the weights that it has now, of whichever epoch.
  return new File([(await open.model.toBytes()) as Uint8Array<ArrayBuffer>], `${open.name}.keras`);
}
