/** cellstate completion SHELL: a script by which bash, zsh or fish completes commands, options, their choices and file names. */
import { Argument, type Command, type Option } from "commander";
import { oneOf } from "../base/errors.js";
import { say } from "./context.js";

/** A command as shells complete it. */
interface Completed {
  /** Its words after `cellstate`: [], ["train"], ["explain", "params"]. */
  path: readonly string[];
  /** The words that may follow it: commands below it, or choices of its first argument. */
  words: readonly { word: string; description: string }[];
  options: readonly { word: string; description: string; values: Values }[];
}

/** What follows an option: nothing, a file, one of some words, or what no shell can know. */
type Values = "none" | "file" | "free" | readonly string[];

const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
type Shell = keyof typeof SHELLS;
const SHELL_NAMES = Object.keys(SHELLS) as Shell[];

/** @param whole the command line with all its commands */
export function completionCommand(program: Command, whole: () => Promise<Command>): void {
  program
    .command("completion")
    .description("print a script for your shell that completes commands, options, choices and file names")
    .addArgument(
      new Argument("<shell>", "whose script; its first line says where it is loaded")
        .choices(SHELL_NAMES)
        .argParser((shell: string) => oneOf(shell, SHELL_NAMES, "SHELL")),
    )
    .action(async (shell: Shell) => say(SHELLS[shell](completed(await whole()))));
}

function completed(command: Command, path: readonly string[] = []): Completed[] {
  const below = command.commands.map((each) => ({ word: each.name(), description: each.description() }));
  const choices = command.registeredArguments[0]?.argChoices ?? [];
  const help = {
    word: "--help",
    description: "what the command does, and its options",
    values: "none",
  } as const;
  return [
    {
      path,
      words: [...below, ...choices.map((word) => ({ word, description: "" }))],
      options: [...command.options.filter(({ hidden }) => !hidden).flatMap(byName), help],
    },
    ...command.commands.flatMap((each) => completed(each, [...path, each.name()])),
  ];
}

/** An option by its long names, of which a few have two: --pad, --padding. */
const byName = (option: Option) =>
  [option.short, option.long]
    .filter((word) => word?.startsWith("--"))
    .map((word) => ({ word: word!, description: option.description, values: valuesOf(option) }));

/** The placeholder of an option's value says whether that is a file. */
function valuesOf({ flags, required, argChoices }: Option): Values {
  if (!required) return "none";
  if (argChoices) return argChoices;
  return /<.*(file|folder|data).*>/.test(flags) ? "file" : "free";
}

/** A text in single quotes, as every shell here takes it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const nameOf = (path: readonly string[]): string => ["cellstate", ...path].join(" ");

/** Branches of a `case` of bash and zsh: every command with an option that takes a value, by what is done there. */
function valueBranches(
  commands: readonly Completed[],
  does: (values: Exclude<Values, "none">) => string,
): string {
  const patterns = new Map<string, string[]>();
  for (const { path, options } of commands) {
    for (const { word, values } of options) {
      if (values === "none") continue;
      const what = does(values);
      patterns.set(what, [...(patterns.get(what) ?? []), quoted(`${nameOf(path)} ${word}`)]);
    }
  }
  return [...patterns].map(([what, all]) => `    ${all.join(" | ")}) ${what} ;;`).join("\n");
}

/** Likewise, one for each command. */
const commandBranches = (commands: readonly Completed[], does: (command: Completed) => string): string =>
  commands.map((command) => `    ${quoted(nameOf(command.path))}) ${does(command)} ;;`).join("\n");

/** The pattern of all words that lead to a command, behind those that led to the one above it. */
const commandPattern = (commands: readonly Completed[]): string =>
  commands
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => quoted(nameOf(path)))
    .join(" | ");

const wordsOf = (items: readonly { word: string }[]): string => items.map(({ word }) => word).join(" ");

/** Where nothing is left to say, `-o default` completes file names. */
function bashScript(commands: readonly Completed[]): string {
  const does = (values: Values) => {
    if (typeof values !== "string") return `all=${quoted(values.join(" "))}`;
    return values === "file" ? "return" : "compopt +o default 2> /dev/null; return";
  };
  const each = (command: Completed) =>
    `all=${quoted(wordsOf(command.words))} options=${quoted(wordsOf(command.options))}`;
  return `# In ~/.bashrc: source <(cellstate completion bash)
_cellstate() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} at=cellstate all= options= k
  # --option=value is three words to bash.
  if [[ $word == = ]]; then word=; elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((k = 1; k < COMP_CWORD; k++)); do
    case "$at \${COMP_WORDS[k]}" in
    ${commandPattern(commands)}) at="$at \${COMP_WORDS[k]}" ;;
    esac
  done
  case "$at" in
${commandBranches(commands, each)}
  esac
  if [[ $word == -* ]]; then all=$options; fi
  case "$at $before" in
${valueBranches(commands, does)}
  esac
  COMPREPLY=($(compgen -W "$all" -- "$word"))
}
complete -o default -F _cellstate cellstate`;
}

/** Loaded by a shell or found in its $fpath as _cellstate. */
function zshScript(commands: readonly Completed[]): string {
  const does = (values: Values) => {
    if (typeof values !== "string") return `compadd -- ${values.join(" ")}; return`;
    return values === "file" ? "_files; return" : "return";
  };
  const described = (items: readonly { word: string; description: string }[]) =>
    items.map(({ word, description }) => quoted(description ? `${word}:${description}` : word)).join(" ");
  const each = ({ words, options }: Completed) => `all=(${described(words)}) options=(${described(options)})`;
  return `#compdef cellstate
# In ~/.zshrc, behind compinit: source <(cellstate completion zsh)
_cellstate() {
  local at=cellstate k
  local -a all options
  for ((k = 2; k < CURRENT; k++)); do
    case "$at $words[k]" in
    ${commandPattern(commands)}) at="$at $words[k]" ;;
    esac
  done
  case "$at $words[CURRENT-1]" in
${valueBranches(commands, does)}
  esac
  case "$at" in
${commandBranches(commands, each)}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe -o option options
  elif (( $#all )); then
    _describe word all
  else
    _files
  fi
}
if [[ $funcstack[1] == _cellstate ]]; then _cellstate "$@"; else compdef _cellstate cellstate; fi`;
}

const FISH_VALUES = { none: "", file: " -r -F", free: " -x" } as const;

function fishScript(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ path, words, options }) => {
    const below = commands.filter(
      (each) => each.path.length > path.length && path.every((word, k) => word === each.path[k]),
    );
    const when = `complete -c cellstate -n ${quoted(fishCondition(path, path.length === 0 ? [] : below))}`;
    return [
      ...words.map(({ word, description }) => `${when} -f -a ${word} -d ${quoted(description)}`),
      ...options.map(({ word, description, values }) => {
        const value = typeof values === "string" ? FISH_VALUES[values] : ` -x -a ${quoted(values.join(" "))}`;
        return `${when} -l ${word.slice(2)}${value} -d ${quoted(description)}`;
      }),
    ];
  });
  return ["# In ~/.config/fish/config.fish: cellstate completion fish | source", ...lines].join("\n");
}

/** Whether a line is about the command, and about none below it. */
function fishCondition(path: readonly string[], below: readonly Completed[]): string {
  if (path.length === 0) return "__fish_use_subcommand";
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const others = below.map((each) => each.path.at(-1)!).join(" ");
  return [...seen, ...(others ? [`not __fish_seen_subcommand_from ${others}`] : [])].join("; and ");
}
