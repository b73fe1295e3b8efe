/** How every explanation leaves: text or one JSON object on stdout, a page and a picture as files. */

import type { Command } from "commander";
import { writeAtomic } from "../../base/node-files.js";
import { printable, printableJson } from "../../base/text.js";
import type { Markup } from "../../drawing/markup.js";
import { svgText } from "../../explain/draw/index.js";
import { note, say } from "../context.js";
import { checkOutputs } from "../outputs.js";
import { type Style, styleFor } from "../terminal.js";

export interface OutputFlags {
  json?: boolean;
  html?: string;
  svg?: string;
}

export function outputOptions(command: Command): Command {
  return command
    .option("--json", "everything as one JSON object")
    .option("--html <file>", "also write a page with formulas and pictures")
    .option("--svg <file>", "also write the picture")
    .hook("preAction", checkPictures);
}

/** Pages and pictures must not take the place of what is read, nor of each other. */
export async function checkPictures(_: Command, acting: Command): Promise<void> {
  const { html, svg, rejects, test, labelMap } = acting.opts<OutputFlags & Partial<Record<string, string>>>();
  const outputs = { "--html": html, "--svg": svg, "--rejects": rejects };
  await checkOutputs(outputs, [...acting.args, test, labelMap]);
}

/** What a command has to show; pages and pictures are made only where they are asked for. */
export interface Shown {
  data: unknown;
  text(style: Style): string;
  page(): string;
  picture(): Markup;
}

export async function show({ data, text, page, picture }: Shown, flags: OutputFlags): Promise<void> {
  if (flags.html) await write(flags.html, page());
  if (flags.svg) await write(flags.svg, svgText(picture()));
  say(flags.json ? printableJson(data) : text(styleFor(process.stdout)));
}

async function write(file: string, text: string): Promise<void> {
  await writeAtomic(file, new TextEncoder().encode(text));
  note(printable(`Wrote ${file}`));
}
