#!/usr/bin/env node
/** The command line. One command a file; this one names them and ends the process with the right code. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { InputError } from "../errors.js";
import { benchCommand } from "./bench.js";
import { EXIT, Exit, note } from "./context.js";
import { convertCommand } from "./convert.js";
import { evaluateCommand } from "./evaluate.js";
import { explainCommand } from "./explain.js";
import { labCommand } from "./lab.js";
import { predictCommand } from "./predict.js";
import { summaryCommand } from "./summary.js";
import { trainCommand } from "./train.js";

function version(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function program(): Command {
  const cellstate = new Command("cellstate")
    .description("Recurrent text classifiers: train, look inside, and ship as one small file.")
    .version(version())
    .showHelpAfterError("(cellstate --help lists the commands, cellstate COMMAND --help its options)")
    .exitOverride();
  for (const add of [
    trainCommand,
    evaluateCommand,
    predictCommand,
    summaryCommand,
    convertCommand,
    explainCommand,
    labCommand,
    benchCommand,
  ])
    add(cellstate);
  for (const command of cellstate.commands) command.exitOverride().showHelpAfterError();
  return cellstate;
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
  await program().parseAsync();
  process.exitCode = EXIT.done;
} catch (error) {
  process.exitCode = report(error);
}
