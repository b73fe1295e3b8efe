/** Projects of other people's kinds, made in temporary folders, that use the package as it is packed for the registry. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/** What a program printed; a run that fails, or is not there to be run, is told with all that it said. */
export interface Ran {
  status: number | null;
  said: string;
}

/** What a program finds in its environment from a terminal: not as part of a test run. */
export function environment(nodeOptions = ""): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  // WebAssembly answers, on every machine alike; the addon is tried elsewhere.
  return { ...env, NODE_OPTIONS: nodeOptions, CELLSTATE_NATIVE: "skip" };
}

/** Runs a program as it would be from a terminal. */
export function run(folder: string, program: string, args: readonly string[], nodeOptions = ""): Ran {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    env: environment(nodeOptions),
    shell: process.platform === "win32",
  });
  return { status, said: `${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}` };
}

export const runNpm = (folder: string, ...args: string[]): Ran => run(folder, npm, args);

/** What a program prints that has to succeed. */
export function succeed(folder: string, program: string, args: readonly string[], nodeOptions = ""): string {
  const { status, said } = run(folder, program, args, nodeOptions);
  assert.equal(status, 0, said);
  return said;
}

/** Packs the package into a folder, as `npm publish` would; the archive's path. */
export function pack(folder: string): string {
  const said = succeed(ROOT, npm, ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder]);
  return join(folder, said.trim());
}

/** Makes a folder with files; `package.json` says that its modules are CommonJS. */
export function project(inside: string, name: string, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(inside, `${name}-`));
  const all = { "package.json": JSON.stringify({ name, private: true, type: "commonjs" }), ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** A function, the same in JavaScript and TypeScript, that trains, saves, loads and answers; "ham,spam" when all is well. */
export const WORK = `
const rows = ["free prize", "see you"].flatMap((text, k) =>
  Array.from({ length: 20 }, (_, i) => ({ text: text + " " + i, label: k === 0 ? "spam" : "ham" })),
);
const file = "spam.keras";
const settings = { model: "lstm", epochs: 2, length: 8, vocabulary: 50, seed: 1 };
const text = "free prize";
async function work() {
  for (const options of [settings, { model: "linear" }]) {
    const spam = await TextClassifier.train(rows, options);
    await spam.save(file);
    const back = await TextClassifier.load(file);
    if (back.predict(text).probability !== spam.predict(text).probability) return "another answer";
  }
  const asked = await loadClassifier(file);
  return asked.predict(text).label === "spam" ? asked.labels.join() : "the wrong answer";
}
`;

/** The same in each way of getting at the package, before what is done with it. */
export const REQUIRED = `const { TextClassifier } = require("cellstate");
const { loadClassifier } = require("cellstate/predict");
${WORK}`;
export const IMPORTED = `import { TextClassifier } from "cellstate";
import { loadClassifier } from "cellstate/predict";
${WORK}`;
export const IMPORTED_LATER = `let TextClassifier, loadClassifier;
const load = async () => {
  ({ TextClassifier } = await import("cellstate"));
  ({ loadClassifier } = await import("cellstate/predict"));
};
${WORK}`;
export const PRINT = "work().then(console.log);\n";

/** CommonJS in TypeScript, with a type and a value of the package, and a call that the types have to refuse. */
export const CTS = `import cellstate = require("cellstate");
import { loadClassifier, type TextPredictor } from "cellstate/predict";
const { TextClassifier } = cellstate;
const more: cellstate.TrainOptions = { epochs: 2, learningRate: 0.01 };
let held: cellstate.TextClassifier | TextPredictor | undefined;
// @ts-expect-error
const wrong = () => TextClassifier.train(5, more);
void held;
void wrong;
${WORK}${PRINT}`;
export const MTS = `import { TextClassifier, type TrainOptions } from "cellstate";
import { loadClassifier, type TextPredictor } from "cellstate/predict";
const more: TrainOptions = { epochs: 2, learningRate: 0.01 };
let held: TextClassifier | TextPredictor | undefined;
// @ts-expect-error
const wrong = () => TextClassifier.train(5, more);
void held;
void wrong;
${WORK}${PRINT}`;

/** Settings of TypeScript that users have; all files of the package are checked, too. */
export const tsconfig = (settings: Readonly<Record<string, unknown>>, include: readonly string[]): string =>
  JSON.stringify({
    compilerOptions: { strict: true, target: "es2022", types: [], outDir: "out", rootDir: ".", ...settings },
    include,
  });
