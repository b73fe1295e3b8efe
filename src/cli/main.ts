#!/usr/bin/env node
/** The command line. One command a file; this one names them and ends the process with the right code. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { InputError } from "../errors.js";
import { addCommands, type CommandTable, EXIT, Exit, note, pointToHelp } from "./context.js";

const COMMANDS: CommandTable = {
  train: async () => (await import("./train.js")).trainCommand,
  evaluate: async () => (await import("./evaluate.js")).evaluateCommand,
  predict: async () => (await import("./predict.js")).predictCommand,
  summary: async () => (await import("./summary.js")).summaryCommand,
  convert: async () => (await import("./convert.js")).convertCommand,
  explain: async () => (await import("./explain.js")).explainCommand,
  lab: async () => (await import("./lab.js")).labCommand,
  bench: async () => (await import("./bench.js")).benchCommand,
};

function version(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

async function program([command, ...rest]: readonly string[]): Promise<Command> {
  const cellstate = new Command("cellstate")
    .description("Recurrent text classifiers: train, look inside, and ship as one small file.")
    .version(version())
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "cellstate: ")) })
    .configureHelp({ minWidthToWrap: 30 })
    .exitOverride();
  await addCommands(cellstate, COMMANDS, command, rest);
  return cellstate.showHelpAfterError(pointToHelp(cellstate));
}

/** The exit code of an error; says what went wrong on stderr. */
function report(error: unknown): number {
  if (error instanceof Exit) {
    if (error.message) note(error.message);
    return error.code;
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badInput;
  if (error instanceof InputError) {
    note(`cellstate: ${error.message}`);
    return EXIT.badInput;
  }
  const unexpected = error instanceof Error ? error : new Error(String(error));
  note(`cellstate: ${process.env["CELLSTATE_DEBUG"] ? unexpected.stack : unexpected.message}`);
  return EXIT.failed;
}

// A reader that closes early (`| head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.done);
  throw error;
});

try {
  await (await program(process.argv.slice(2))).parseAsync();
  process.exitCode = EXIT.done;
} catch (error) {
  process.exitCode = report(error);
}
