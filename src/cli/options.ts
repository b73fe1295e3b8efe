/** Options as they were typed: each once and with a value, and none that would change nothing. */
import { type Command, Option } from "commander";
import { didYouMean, inputError } from "../base/errors.js";

/** Options that add up when they are given again. */
const REPEATABLE: ReadonlySet<string> = new Set(["--define", "--expect", "--text", "--allow-host"]);

/** Options of some commands that add up, whatever others of their name do. */
const marked = new WeakSet<Option>();

/** An option that may be given again. */
export function repeatable(option: Option): Option {
  marked.add(option);
  return option;
}

/** Makes a command refuse what commander would pass over: an option given twice (the last would win), an empty value or name. */
export function strictOptions(command: Command): void {
  command.hook("preAction", (_, acting) => {
    if (acting !== command) return;
    for (const [k, argument] of command.registeredArguments.entries()) {
      if (argument.variadic || command.args[k] !== "") continue;
      throw inputError({ expected: "a name", where: argument.name().toUpperCase(), received: "" });
    }
  });
  for (const option of command.options) {
    const where = option.long ?? option.flags;
    let given = false;
    command.on(`option:${option.name()}`, (value: string | null | undefined) => {
      if (value === "") throw inputError({ expected: "a value", where, received: value });
      if (given && !REPEATABLE.has(where) && !marked.has(option)) {
        const next = "It holds one value: leave the others out.";
        throw inputError({ expected: "to be given once", where, received: value ?? "it twice", next });
      }
      given = true;
    });
  }
}

/** By an option's name in the flags: why it would change nothing ("beside --test"), or nothing where it would not. */
export type Idle = Readonly<Record<string, string | false | null | undefined>>;

/** @throws InputError for the first option that was given and is idle: what is asked for must not be ignored */
export function refuseIdle(command: Command, idle: Idle): void {
  for (const [name, why] of Object.entries(idle)) {
    if (!why || command.getOptionValueSource(name) !== "cli") continue;
    const option = command.options.find((one) => one.attributeName() === name);
    const where = option?.long ?? name;
    throw inputError({ expected: `to be left out ${why}, where it has no effect`, where });
  }
}

/** What was typed, as a number; NaN for anything else, an empty text too. */
export const typedNumber = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

/** An option whose value is one of some words. */
export function choice(flags: string, description: string, choices: readonly string[]): Option {
  const option = new Option(flags, description).choices(choices);
  return option.argParser((text) => {
    if (choices.includes(text)) return text;
    const expected = choices.length === 2 ? choices.join(" or ") : `one of ${choices.join(", ")}`;
    throw inputError({ expected, where: option.long!, received: text, next: didYouMean(text, choices) });
  });
}
