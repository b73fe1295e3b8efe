// Writes kernels/kernels.h and kernels/dispatch.c from the compiled declarations (dist/src/kernels). Both are committed,
// so that the kernels can be built where nothing has been compiled yet; with --check it only says whether they are
// what the declarations give.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dispatchSource, kernelsHeader } from "../dist/src/kernels/to-c.js";
import { writeIfChanged } from "./kernel-sources.mjs";

const files = { "kernels.h": kernelsHeader(), "dispatch.c": dispatchSource() };
for (const [name, text] of Object.entries(files)) {
  const path = fileURLToPath(new URL(`../kernels/${name}`, import.meta.url));
  if (!process.argv.includes("--check")) writeIfChanged(path, text);
  else if (readFileSync(path, "utf8") !== text) {
    console.error(`kernels/${name} is not what src/kernels declares: run \`npm run build\``);
    process.exitCode = 1;
  }
}
