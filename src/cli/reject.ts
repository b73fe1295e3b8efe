/** --reject: from which probability on answers are given, and that strange texts get none. */
import type { Command } from "commander";
import type { AnswerOptions } from "../classifier/answer.js";
import { between } from "./context.js";

/** On the command line it may be switched off, as a saved classifier may carry one. */
const OFF = "off";

export interface RejectFlags {
  reject?: number | typeof OFF;
}

export function rejectOption(command: Command): Command {
  return command.option(
    "--reject <p>",
    "leave undecided what is less probable than this (0 to 1), and of an automatic classifier texts with too few known words; off: nothing (default: what the file says)",
    (text) => (text === OFF ? OFF : between("reject", 0, 1)(text)),
  );
}

export function answerOptions({ reject }: RejectFlags): AnswerOptions {
  if (reject === undefined) return {};
  return { reject: reject === OFF ? null : reject };
}
