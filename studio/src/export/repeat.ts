/** The lines that make a run of this page once more in Node: the same library, the same data, the same settings and seed. */
import type { DataOptions, WorkerTrainOptions } from "cellstate/worker";

/** What a run was, as far as its result hangs on it. */
export interface Repeated {
  /** "2: lstm" */
  name: string;
  /** What the data's file is called. */
  file: string;
  reading: DataOptions;
  options: WorkerTrainOptions;
  /** Batches after which it was ended by hand; null where it came to its end. */
  steps: number | null;
  /** The epoch that is looked at; null: as it ended. */
  epoch: number | null;
  /** What it was settled to answer by; null: as it was learned. */
  threshold: number | null;
  /** SHA-256 of the weights, in hexadecimal digits; null where this page cannot tell. */
  weights: string | null;
}

/** Options that only say what the page is told, or how many share the work: the result does not hang on them. */
const TOLD = new Set(["probes", "interval", "gradientNorms", "paused", "threads", "model", "keepEpochs"]);

/** The file of the model that a run went on from is kept by this name, beside the code. */
export const START_FILE = "start.keras";

/** A module for Node, which reads what lies beside it and writes model.keras there. */
export function repeatCode(run: Repeated): string {
  const { name, file, reading, options, steps, epoch, threshold, weights } = run;
  const settings = Object.entries({ seed: 0, ...options }).filter(
    ([key, value]) => !TOLD.has(key) && value !== undefined,
  );
  const given = [
    ...(options.model === undefined ? [] : [`  model: ${modelOf(options.model)},`]),
    ...settings.map(([key, value]) => `  ${key}: ${JSON.stringify(value)},`),
    ...(steps === null ? [] : ["  paused: true,"]),
  ];
  const read = Object.entries(reading).filter(([, value]) => value !== undefined);
  const how =
    read.length > 0
      ? `, { ${read.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ")} }`
      : "";
  return `${[
    `// Repeats run ${name.replace(/\s+/g, " ")} of the Cellstate Studio. Beside this file lies ${JSON.stringify(file)};`,
    "// npm install cellstate; node repeat.mjs",
    ...(weights === null ? [] : ['import { createHash } from "node:crypto";']),
    'import { writeFileSync } from "node:fs";',
    'import { createTrainer } from "cellstate/worker";',
    "",
    "const beside = (name) => new URL(encodeURIComponent(name), import.meta.url);",
    "const trainer = createTrainer();",
    `await trainer.read(beside(${JSON.stringify(file)})${how});`,
    `const training = trainer.train({\n${given.join("\n")}\n});`,
    ...(steps === null
      ? []
      : ["// It was stopped by hand.", `await training.step(${steps});`, "await training.cancel();"]),
    "const { evaluation, engine } = await training.done;",
    ...(threshold === null ? [] : [`await training.settle({ threshold: ${threshold} });`]),
    `const learned = ${epoch === null ? "training" : `training.at(${epoch})`};`,
    `writeFileSync(beside("model.keras"), await learned.toBytes());`,
    'if (evaluation) console.log("of", evaluation.rows, "rows held out it answers rightly", evaluation.accuracy);',
    ...(weights === null ? [] : checkOf(weights)),
    "trainer.close();",
  ].join("\n")}\n`;
}

const checkOf = (weights: string): string[] => [
  "",
  'const hash = createHash("sha256");',
  "for (const { data: { buffer, byteOffset, byteLength } } of await learned.getWeights()) {",
  "  hash.update(new Uint8Array(buffer, byteOffset, byteLength));",
  "}",
  `const isSame = hash.digest("hex") === ${JSON.stringify(weights)};`,
  'console.log("engine", engine, isSame ? "made the same weights as the page, to the bit" : "made other bits than the page:");',
  "if (!isSame) {",
  '  console.log("within 1e-5 where one of the two multiplies and adds in two steps; more where data or versions differ");',
  "}",
];

function modelOf(model: NonNullable<WorkerTrainOptions["model"]>): string {
  if (typeof model === "string") return JSON.stringify(model);
  if ("script" in model) return `{ script: ${template(model.script)} }`;
  return `beside(${JSON.stringify(START_FILE)})`;
}

/** A text as a template literal, so that its lines stay lines. */
const template = (text: string) => `\`${text.replace(/[\\`]|\$\{/g, "\\$&")}\``;

/** SHA-256 of all weights, one after another; null where the page may not tell (it came without encryption). */
export async function hashOfWeights(weights: readonly { data: Float32Array }[]): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null;
  const bytes = await new Blob(weights.map(({ data }) => data as Float32Array<ArrayBuffer>)).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
