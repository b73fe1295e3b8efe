// What both demonstrations need: random numbers from a seed, files, and the command line.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Numbers from 0 to 1 (mulberry32). */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}

/** A folder for what a demonstration makes. */
export function workshop(name) {
  const folder = `${root}build/${name}`;
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Writes rows of { text, label } as CSV. */
export function writeRows(file, rows) {
  writeFileSync(file, `text,label\n${rows.map(({ text, label }) => `"${text}","${label}"`).join("\n")}\n`);
}

/** Runs `cellstate ARGS` in the folder, shown as one would type it. */
export function cellstate(folder, ...args) {
  const shown = args.map((arg) => (/[\s?!'"()[\]{}|*$^\\]/.test(arg) ? `'${arg}'` : arg)).join(" ");
  console.log(`\n$ cellstate ${shown}\n`);
  const { status } = spawnSync(process.execPath, [`${root}dist/src/cli/main.js`, ...args], {
    cwd: folder,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** Every character is a token. */
export const CHARACTERS = { frontEnd: "tokenizer", charLevel: true, filters: "", lower: false };
