#!/usr/bin/env node
/** The command line. One command a file; this one names them and ends the process with the right code. */
import { Command, CommanderError, Option } from "commander";
import { InputError } from "../base/errors.js";
import { isAbort } from "../base/progress.js";
import { printable } from "../base/text.js";
import { version } from "../base/version.js";
import {
  addCommands,
  type CommandTable,
  complainInWords,
  EXIT,
  Exit,
  note as noteOfFirst,
  say,
} from "./context.js";
import { complain, endTogether, isFirst, refuseSeveral } from "./together.js";

const COMMANDS: CommandTable = {
  train: async () => (await import("./train.js")).trainCommand,
  tune: async () => (await import("./tune.js")).tuneCommand,
  evaluate: async () => (await import("./evaluate.js")).evaluateCommand,
  predict: async () => (await import("./predict.js")).predictCommand,
  summary: async () => (await import("./summary.js")).summaryCommand,
  convert: async () => (await import("./convert.js")).convertCommand,
  explain: async () => (await import("./explain.js")).explainCommand,
  lab: async () => (await import("./lab.js")).labCommand,
  serve: async () => (await import("./serve.js")).serveCommand,
  studio: async () => (await import("./studio.js")).studioCommand,
  bench: async () => (await import("./bench.js")).benchCommand,
  "build-native": async () => (await import("./build-native.js")).buildNativeCommand,
  completion: async () => {
    const { completionCommand } = await import("./completion.js");
    return (parent) => completionCommand(parent, () => program([]));
  },
};

async function program([command, ...rest]: readonly string[]): Promise<Command> {
  const cellstate = new Command("cellstate")
    .description("Recurrent text classifiers: train, look inside, and ship as one small file.")
    .version(version(), "-v, --version")
    // What commander calls it by itself.
    .addOption(new Option("-V").hideHelp())
    .on("option:V", () => {
      say(version());
      throw new Exit(EXIT.done);
    })
    .configureHelp({ minWidthToWrap: 30 });
  await addCommands(cellstate, COMMANDS, command, rest);
  return complainInWords(cellstate);
}

const note = (text: string): void => (isFirst ? noteOfFirst(text) : complain(text));

/** The exit code of an error; says what went wrong on stderr. */
function report(error: unknown): number {
  if (error instanceof Exit) {
    if (error.message) note(error.message);
    return error.code;
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badInput;
  if (error instanceof InputError) {
    note(`cellstate: ${error.typed ?? error.message}`);
    return EXIT.badInput;
  }
  // Of another process's piece of work, or of a step that only looks.
  if (isAbort(error)) return EXIT.interrupted;
  const unexpected = error instanceof Error ? error : new Error(String(error));
  note(`cellstate: ${process.env["CELLSTATE_DEBUG"] ? unexpected.stack : printable(inWords(unexpected))}`);
  return EXIT.failed;
}

/** What the machine refused, without its own way of saying so. */
function inWords(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  // "ENOSPC: no space left on device, write"
  if (code) return error.message.replace(`${code}: `, "").replace(/, write$/, "");
  if (error instanceof RangeError && /call stack/.test(error.message))
    return "this nests too deep to be followed";
  if (error instanceof RangeError && /allocation|Invalid .*length|too large/i.test(error.message)) {
    return `this needs more memory than there is (${error.message})`;
  }
  return error.message;
}

process.on("uncaughtException", (error) => {
  const code = report(error);
  endTogether(code).finally(() => process.exit(code));
});
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that closes early (`| head`) is no failure.
  if (error.code === "EPIPE") process.exit(EXIT.done);
  note(`cellstate: standard output: ${inWords(error)}`);
  process.exit(EXIT.failed);
});
// Work goes on where nothing can be said of it; only its end tells that something was left unsaid.
process.stderr.on("error", ({ code }: NodeJS.ErrnoException) => {
  if (code !== "EPIPE") process.once("exit", () => (process.exitCode ||= EXIT.failed));
});

async function run(): Promise<number> {
  try {
    refuseSeveral(process.argv[2]);
    await (await program(process.argv.slice(2))).parseAsync();
    return EXIT.done;
  } catch (error) {
    return report(error);
  }
}

const code = await run();
await endTogether(code);
process.exitCode = code;
