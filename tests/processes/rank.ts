/**
 * One process of the command line: leaves its id in a file, so that tests can end it, and what it says in another, as an
 * mpirun that ends drops it; has `{rank}` in its arguments replaced by its own.
 */
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launchOf } from "../../src/processes/launch.js";
import { MAIN } from "../cli/run.js";

const rank = String(launchOf(process.env)?.rank ?? 0);
const folder = process.env["CELLSTATE_TEST_RANKS"];
if (folder !== undefined) {
  writeFileSync(join(folder, rank), String(process.pid));
  const { stderr } = process;
  const write = stderr.write.bind(stderr);
  stderr.write = (text: string | Uint8Array) => {
    appendFileSync(join(folder, `${rank}.said`), text);
    return write(text);
  };
}
process.argv = process.argv.map((word) => word.replaceAll("{rank}", rank));
await import(MAIN);
