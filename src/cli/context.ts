/** What all commands share: common options, exit codes, and how errors and Ctrl-C end a command. */
import type { Command, Option } from "commander";
import { inputError, wholeNumber } from "../base/errors.js";
import { nameAmong } from "../base/option-names.js";
import { printable } from "../base/text.js";
import { ENGINE_CHOICES, type EngineChoice, MOST_THREADS } from "../engines/registry.js";
import { EXIT } from "./exit.js";
import { choice, refuseIdle, strictOptions, typedNumber } from "./options.js";
import { harmless } from "./terminal.js";
import { isFirst } from "./together.js";
import { status } from "./ui/status.js";

/** Thrown to end a command with a code once everything is in order; the message, if any, goes to stderr. */
export class Exit extends Error {
  constructor(
    readonly code: number,
    message = "",
  ) {
    super(message);
  }
}

/** Adds a command to its parent; `rest` is the command line after the command's name. */
type AddCommand = (parent: Command, rest: readonly string[]) => void | Promise<void>;

/** Where each command is found, by name. */
export type CommandTable = Readonly<Record<string, () => Promise<AddCommand>>>;

/** Adds the one command that is asked for, or all where none is: loading takes most of a short command's time. */
export async function addCommands(
  parent: Command,
  table: CommandTable,
  asked: string | undefined,
  rest: readonly string[] = [],
): Promise<void> {
  const found = asked !== undefined && Object.hasOwn(table, asked) ? [table[asked]!] : Object.values(table);
  for (const load of found) await (await load())(parent, rest);
  for (const command of parent.commands) {
    strictOptions(command);
    complainInWords(command);
  }
}

/** Makes a command end its complaints by an exception, in our words, and say where its help is. */
export function complainInWords(command: Command): Command {
  return command
    .configureOutput({
      outputError: (text, write) => write(complaint(text, command)),
      ...(isFirst ? {} : { writeOut: () => {}, writeErr: () => {} }),
    })
    .exitOverride()
    .showHelpAfterError(pointToHelp(command));
}

/** Commander's words with ours in front; what was typed is in them, and a suggestion stands on a line of its own. */
function complaint(text: string, { options }: Command): string {
  const [, what = "", suggestion = ""] = /^([\s\S]*?)((?:\n\(Did you mean [^\n]*\))?)\n?$/.exec(text) ?? [];
  const [, typed] = /^error: unknown option '--([^']+)'$/.exec(what) ?? [];
  const others = typed === undefined ? undefined : calledOtherwise(typed, options);
  const lines = [what.replace(/^error: /, "cellstate: "), others ?? suggestion.slice(1)];
  return `${lines
    .filter((line) => line !== "")
    .map(printable)
    .join("\n")}\n`;
}

/** The option that Keras and its like call so, where the command has it. */
function calledOtherwise(typed: string, options: readonly Option[]): string | undefined {
  const known = new Map(options.map((option) => [option.attributeName(), option.long]));
  const name = nameAmong(typed, [...known.keys()]);
  return name === undefined ? undefined : `(Did you mean ${known.get(name)}?)`;
}

/** What follows a complaint: all of the help would push the complaint out of sight. */
function pointToHelp(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at; at = at.parent) names.unshift(at.name());
  const what = command.commands.length > 0 ? "commands" : "options";
  return `(${names.join(" ")} --help lists its ${what})`;
}

export interface EngineFlags {
  engine: EngineChoice;
  threads?: number;
}

/** An option parser for whole numbers; the complaint shows what was typed. */
export const whole =
  (name: string, least = 0, most?: number) =>
  (text: string): number =>
    wholeNumber(typedNumber(text), `--${name}`, least, most, text);

/** An option parser for numbers from `least` to `most`. */
export const between =
  (name: string, least: number, most: number) =>
  (text: string): number => {
    const value = typedNumber(text);
    if (value >= least && value <= most) return value;
    throw inputError({ expected: `a number from ${least} to ${most}`, where: `--${name}`, received: text });
  };

/** Of shares of the texts that leave some to learn from. */
export const share = (name: string) => between(name, 0, 0.9);

/** An option parser for numbers above 0. */
export const positive =
  (name: string) =>
  (text: string): number => {
    const value = typedNumber(text);
    if (value > 0 && Number.isFinite(value)) return value;
    throw inputError({ expected: "a number above 0", where: `--${name}`, received: text });
  };

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** An option parser for times: "90s", "10m", "2h", in seconds. */
export const seconds =
  (name: string) =>
  (text: string): number => {
    const [, number, unit] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
    const value = Number(number) * (UNITS[unit ?? ""] ?? Number.NaN);
    if (value > 0) return value;
    throw inputError({
      expected: "a time above 0, as 90s, 10m or 2h",
      where: `--${name}`,
      received: text,
    });
  };

const BYTES: Readonly<Record<string, number>> = { "": 1, B: 1, KB: 1e3, MB: 1e6 };

/** An option parser for sizes of files: "600KB", "2MB", "20000", in bytes. */
export const bytes =
  (name: string) =>
  (text: string): number => {
    const [, number, unit = ""] = /^(\d+(?:\.\d+)?) ?([KM]?B)?$/i.exec(text) ?? [];
    const value = Math.floor(Number(number) * (BYTES[unit.toUpperCase()] ?? Number.NaN));
    if (value > 0 && Number.isSafeInteger(value)) return value;
    throw inputError({ expected: "a size above 0, as 600KB or 2MB", where: `--${name}`, received: text });
  };

export function engineOptions(command: Command): Command {
  return command
    .hook("preAction", (_, acting) => {
      const { engine } = acting.opts<EngineFlags>();
      refuseIdle(acting, { threads: engine === "reference" && "with --engine reference" });
    })
    .addOption(choice("--engine <name>", "what computes", ENGINE_CHOICES).default("auto"))
    .option("--threads <n>", "threads to use (default: one a core)", whole("threads", 1, MOST_THREADS));
}

export { EXIT };

/** Results go to stdout. */
export function say(text: string): void {
  if (!isFirst) return;
  status.clear();
  process.stdout.write(`${harmless(text, process.stdout)}\n`);
}
/** Progress and notes go to stderr. */
export function note(text: string): void {
  if (!isFirst) return;
  status.clear();
  process.stderr.write(`${harmless(text, process.stderr)}\n`);
}

/** An abort signal that Ctrl-C (or SIGTERM) sets; a second Ctrl-C ends the process at once. */
export function interruption(): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    note("\nStopping after this step. Press Ctrl-C again to stop at once.");
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  const release = () => {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  };
  return { signal: controller.signal, release };
}
