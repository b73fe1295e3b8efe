/**
 * The course's pages run what they show: each ```console block holds commands (`$ npx cellstate …`) and under each what
 * it prints. A chapter's commands run in order in one folder, which begins as docs/course without its pages. Blocks
 * marked `console measured` train, or take long, or depend on the machine: `npm run course` runs them, the tests do not.
 *
 * `npm run course` (here, as a program) runs every command again and writes what it printed, and its pictures, into
 * docs/course; with names of chapters, only those.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { MAIN } from "../cli/run.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const COURSE = `${ROOT}docs/course/`;

/** Names of the chapters, in order. */
export const CHAPTERS: readonly string[] = readdirSync(COURSE)
  .filter((name) => name.endsWith(".md"))
  .sort();

/** A command and what it prints. */
export interface Shown {
  command: string;
  /** With `[exit 1]` as its last line where that is not 0. */
  output: string;
  measured: boolean;
}

const BLOCK = /```console( measured)?\n([\s\S]*?)```/g;

/** Without empty lines at its ends; what stands before the first word of a line stays, as in the head of a table. */
const bare = (output: string): string => output.replace(/^\n+/, "").trimEnd();

/** Every command of a page, with what the page says that it prints. */
export const shownIn = (page: string): Shown[] =>
  [...page.matchAll(BLOCK)].flatMap(([, measured, body]) =>
    `\n${body}`
      .split("\n$ ")
      .slice(1)
      .map((part) => {
        const [command, ...lines] = part.split("\n");
        return { command: command!, output: bare(lines.join("\n")), measured: measured !== undefined };
      }),
  );

/** A chapter's page. */
export const readChapter = (name: string): string => readFileSync(COURSE + name, "utf8");

/** A folder of a chapter's own, inside the package so that its programs import `cellstate`. */
export function workshop(name: string): string {
  const folder = `${ROOT}dist/course/${basename(name, ".md")}/`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(COURSE, folder, {
    recursive: true,
    filter: (path) => !path.endsWith(".md") && !path.endsWith(".svg"),
  });
  mkdirSync(`${folder}images`, { recursive: true });
  return folder;
}

/** Runs a command of a page; its standard output, or where it failed what it said. */
export function run(command: string, cwd: string): string {
  const shell = `npx() { shift; "$NODE" "$MAIN" "$@"; }; node() { "$NODE" "$@"; }; ${command}`;
  const env = { ...process.env, NODE: process.execPath, MAIN, NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync("sh", ["-c", shell], { cwd, env, encoding: "utf8" });
  const said = status === 0 || stdout.trim() !== "" ? stdout : stderr;
  // Lines without blanks at their ends, as editors leave them.
  const lines = said.split("\n").map((line) => line.trimEnd());
  const all = [...lines, ...(status === 0 ? [] : [`[exit ${status}]`])].join("\n");
  return bare(all.replace(/\n{2,}\[/, "\n["));
}

/** The page with what its commands print now. */
function rewritten(page: string, folder: string): string {
  return page.replace(BLOCK, (_, measured: string | undefined, body: string) => {
    const shown = shownIn(`\`\`\`console\n${body}\`\`\``);
    const blocks = shown.map(({ command }) => {
      const output = run(command, folder);
      return `$ ${command}\n${output}${output === "" ? "" : "\n"}`;
    });
    return `\`\`\`console${measured ?? ""}\n${blocks.join("\n")}\`\`\``;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2);
  for (const name of CHAPTERS.filter(
    (each) => asked.length === 0 || asked.some((part) => each.includes(part)),
  )) {
    const folder = workshop(name);
    writeFileSync(COURSE + name, rewritten(readChapter(name), folder));
    const drawn = readdirSync(`${folder}images`);
    for (const picture of drawn) cpSync(`${folder}images/${picture}`, `${COURSE}images/${picture}`);
    console.log(`${name}: ${drawn.length} pictures`);
  }
}
