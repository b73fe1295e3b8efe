// Damages files for the readers, longer than the tests do and elsewhere each time: node scripts/fuzz.mjs [SECONDS A READER]
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const seconds = process.argv[2] ?? "300";
if (!(Number(seconds) > 0)) {
  console.error("Usage: npm run fuzz -- [SECONDS]");
  process.exit(2);
}
const seed = process.env.CELLSTATE_FUZZ_SEED ?? String(Date.now() % 2 ** 31);
console.log(`CELLSTATE_FUZZ_SEED=${seed} repeats this run; a failure names the seed of its file.`);
const env = { ...process.env, CELLSTATE_FUZZ_SECONDS: seconds, CELLSTATE_FUZZ_SEED: seed };
const runner = fileURLToPath(new URL("run-tests.mjs", import.meta.url));
const { status } = spawnSync(process.execPath, [runner, "fuzz"], { env, stdio: "inherit" });
process.exit(status ?? 1);
