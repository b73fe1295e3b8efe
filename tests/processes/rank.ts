/**
 * One process of the command line: leaves its id in a file, so that tests can end it, and has `{rank}` in its arguments
 * replaced by its own.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { launchOf } from "../../src/processes/launch.js";
import { MAIN } from "../cli/run.js";

const rank = String(launchOf(process.env)?.rank ?? 0);
const folder = process.env["CELLSTATE_TEST_RANKS"];
if (folder !== undefined) writeFileSync(join(folder, rank), String(process.pid));
process.argv = process.argv.map((word) => word.replaceAll("{rank}", rank));
await import(MAIN);
