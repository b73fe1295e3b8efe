/** cellstate completion: the scripts name every command and option, and the shells that are here complete by them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { cellstate } from "./run.js";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

const scripts = new Map<Shell, string>();
let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-completion-"));
  for (const shell of SHELLS) {
    const { code, stdout, stderr } = await cellstate(["completion", shell]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, "");
    scripts.set(shell, stdout);
    await writeFile(join(folder, shell), stdout);
  }
  await writeFile(join(folder, "reviews.csv"), "");
});
after(() => rm(folder, { recursive: true }));

const skip = (shell: Shell) => (spawnSync(shell, ["--version"]).status === 0 ? false : `no ${shell} here`);

/** What a shell says of some code, with the script loaded. */
function ask(shell: Shell, code: string): string[] {
  const flags = { bash: ["--norc"], zsh: ["-f"], fish: ["--no-config"] }[shell];
  const { stdout, stderr, status } = spawnSync(shell, [...flags, "-c", code], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, "");
  return stdout.split("\n").filter((line) => line !== "");
}

/** The words of help: of commands, or of options. */
const wordsOf = (help: string, pattern: RegExp) => [...help.matchAll(pattern)].map(([, word]) => word!);

test("every command and every option of each is in every script", async () => {
  const below = async (...path: string[]) => {
    const { stdout } = await cellstate([...path, "--help"]);
    const commands = /\nCommands:\n([\s\S]*)/.exec(stdout)?.[1] ?? "";
    return {
      commands: wordsOf(commands, /^ {2}(?!help)([a-z-]+)/gm),
      options: wordsOf(stdout, /^ {2}(?:-\w, )?(--[a-z-]+)/gm),
    };
  };
  const words = new Set<string>();
  const add = async (...path: string[]) => {
    const { commands, options } = await below(...path);
    for (const option of options) words.add(option.slice(2));
    for (const command of commands) words.add(command);
    for (const command of commands) await add(...path, command);
  };
  await add();
  assert.ok(words.size > 70, [...words].join(" "));
  for (const shell of SHELLS) {
    const missing = [...words].filter((word) => !new RegExp(`[ '-]${word}[ ':]`).test(scripts.get(shell)!));
    assert.deepEqual(missing, [], shell);
  }
});

/** Lines that end where Tab is pressed, and what they may go on with; null: a file's name. */
const LINES: [string[], string[] | null][] = [
  [["t"], ["train", "tune"]],
  [["explain", "pa"], ["params"]],
  [["train", "reviews.csv", "--batch"], ["--batch-size"]],
  [["explain", "gradient", "m.keras", "--no"], ["--no-study"]],
  [
    ["train", "--engine", ""],
    ["auto", "native", "reference", "wasm"],
  ],
  [
    ["explain", "gradient", "--of", "l"],
    ["logOdds", "loss"],
  ],
  [
    ["train", "--pad", "p"],
    ["post", "pre"],
  ],
  [
    ["lab", "no"],
    ["noise-free", "noisy"],
  ],
  [
    ["completion", ""],
    ["bash", "fish", "zsh"],
  ],
  [
    ["predict", "m.keras", "train", "--rej"],
    ["--reject", "--rejects"],
  ],
  [["train", "rev"], null],
  [["train", "--out", "rev"], null],
  [["train", "--epochs", "rev"], []],
];

describe("bash", { skip: skip("bash") }, () => {
  for (const [line, expected] of LINES) {
    test(line.join(" "), () => {
      const words = ["cellstate", ...line].map((word) => `'${word}'`).join(" ");
      const said = ask(
        "bash",
        `source ./bash; COMP_WORDS=(${words}); COMP_CWORD=${line.length}; _cellstate; printf '%s\\n' "\${COMPREPLY[@]}"`,
      );
      // File names are left to bash itself.
      assert.deepEqual(said.sort(), expected ?? []);
    });
  }

  test("--option=value", () => {
    const said = ask(
      "bash",
      `source ./bash; COMP_WORDS=(cellstate train --engine = na); COMP_CWORD=4; _cellstate; echo "\${COMPREPLY[@]}"`,
    );
    assert.deepEqual(said, ["native"]);
  });
});

describe("fish", { skip: skip("fish") }, () => {
  for (const [line, expected] of LINES) {
    test(line.join(" "), () => {
      const said = ask("fish", `source ./fish; complete -C 'cellstate ${line.join(" ")}'`);
      const words = said.map((each) => each.split("\t")[0]);
      assert.deepEqual(words.sort(), expected ?? ["reviews.csv"]);
    });
  }
});

describe("zsh", { skip: skip("zsh") }, () => {
  for (const [line, expected] of LINES) {
    test(line.join(" "), () => {
      // What zsh would list: its functions tell what they are given.
      const words = ["cellstate", ...line].map((word) => `'${word}'`).join(" ");
      const told = [
        `compdef() {}; _files() { print -l *(N) }; compadd() { shift; print -l -- "$@" }`,
        `_describe() { [[ $1 == -o ]] && shift; print -l -- "\${(@P)2%%:*}" }`,
        `source ./zsh; words=(${words}); CURRENT=${line.length + 1}; PREFIX='${line.at(-1)}'; _cellstate`,
      ];
      const prefix = line.at(-1)!;
      const said = ask("zsh", told.join("\n")).filter((word) => word.startsWith(prefix));
      assert.deepEqual(said.sort(), expected ?? ["reviews.csv"]);
    });
  }
});

test("a shell that there is none for is refused", async () => {
  const { code, stderr } = await cellstate(["completion", "fsh"]);
  assert.equal(code, 2);
  assert.equal(
    stderr,
    'cellstate: SHELL: expected one of bash, zsh, fish but received "fsh". Did you mean zsh?\n',
  );
});
