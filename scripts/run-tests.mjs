// Runs the compiled tests (dist/tests/**/*.test.js) with Node's own runner. Arguments select files by substring, or leave
// them out where they begin with ^; those that begin with -- go to the runner (--test-reporter=dot).
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildCli } from "./build-cli.mjs";
import { buildCommonjs } from "./build-commonjs.mjs";
import { buildNative } from "./build-native.mjs";
import { buildPieces } from "./build-pieces.mjs";
import { buildStyle } from "./build-style.mjs";
import { buildCheckedWasm, buildWasm } from "./build-wasm.mjs";
import { buildWeb } from "./build-web.mjs";
import { buildWorker } from "./build-worker.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
await buildNative();
await buildWasm();
await buildCheckedWasm();
await buildWorker();
await buildPieces();
await buildWeb();
await buildCli();
buildCommonjs();
await buildStyle();
const [options, words] = [true, false].map((is) =>
  process.argv.slice(2).filter((arg) => arg.startsWith("--") === is),
);
const [unwanted, wanted] = [
  words.filter((word) => word.startsWith("^")).map((word) => word.slice(1)),
  words.filter((word) => !word.startsWith("^")),
];
const files = readdirSync(join(root, "dist", "tests"), { recursive: true })
  .map((file) => join("dist", "tests", String(file)))
  .filter((file) => file.endsWith(".test.js"))
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .filter((file) => !unwanted.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(" ") || "dist/tests/**/*.test.js"}.`);
  process.exit(2);
}
const seed = pathToFileURL(join(root, "dist", "tests", "seed.js")).href;
// One more than there are cores: many tests wait for a process or a browser of theirs. Node would leave one core idle.
const flags = ["--test", `--test-concurrency=${availableParallelism() + 1}`, "--import", seed, ...options];
const { status } = spawnSync(process.execPath, [...flags, ...files], { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
