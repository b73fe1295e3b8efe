/** Every option of every command: where it would change nothing, given twice or empty, it is an error. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Command } from "commander";
import { benchCommand } from "../../src/cli/bench.js";
import { buildNativeCommand } from "../../src/cli/build-native.js";
import { completionCommand } from "../../src/cli/completion.js";
import { convertCommand } from "../../src/cli/convert.js";
import { evaluateCommand } from "../../src/cli/evaluate.js";
import { explainCommand } from "../../src/cli/explain.js";
import { labCommand } from "../../src/cli/lab.js";
import { predictCommand } from "../../src/cli/predict.js";
import { serveCommand } from "../../src/cli/serve.js";
import { studioCommand } from "../../src/cli/studio.js";
import { summaryCommand } from "../../src/cli/summary.js";
import { trainCommand } from "../../src/cli/train.js";
import { tuneCommand } from "../../src/cli/tune.js";
import { InputError } from "../../src/index.js";
import { folder, run, words } from "./options/folder.js";
import { TABLE } from "./options/table.js";
import { cellstate } from "./run.js";

/** Every command that takes options, by its name. */
async function commands(): Promise<Map<string, Command>> {
  const program = new Command("cellstate");
  for (const add of [trainCommand, evaluateCommand, predictCommand, summaryCommand, convertCommand])
    add(program);
  for (const add of [tuneCommand, labCommand, benchCommand, studioCommand, serveCommand, buildNativeCommand])
    add(program);
  await explainCommand(program, []);
  completionCommand(program, async () => program);
  const all = program.commands.flatMap((command) =>
    command.commands.length === 0
      ? [[command.name(), command] as const]
      : command.commands.map((inner) => [`${command.name()} ${inner.name()}`, inner] as const),
  );
  return new Map(all);
}

test("the table has every option of every command", async () => {
  const found = [...(await commands())].map(([name, command]) => [
    name,
    command.options.map(({ long }) => long).sort(),
  ]);
  const expected = Object.entries(TABLE).map(([name, options]) => [name, Object.keys(options).sort()]);
  assert.deepEqual(Object.fromEntries(found), Object.fromEntries(expected));
});

describe("an option that would change nothing is an error that names it", () => {
  const here = process.cwd();
  before(() => process.chdir(folder));
  after(() => process.chdir(here));

  for (const [command, options] of Object.entries(TABLE)) {
    for (const [option, { idle: lines = [] }] of Object.entries(options)) {
      for (const line of lines) {
        // In this process: a hundred and more of them would each wait for Node to start.
        test(line, async () => {
          const { error, isUsers } = await parsed(words(line));
          assert.ok(isUsers, `${command}: ${error}`);
          // Some are the other half of a conflict, which may name itself.
          const named = [option, "--threshold", "explain", "doctor"].some((name) => error.includes(name));
          assert.ok(named, `${command}: ${error}`);
        });
      }
    }
  }
});

describe("where it does something it is taken", { concurrency: 2 }, () => {
  for (const options of Object.values(TABLE)) {
    for (const [option, { fine: line }] of Object.entries(options)) {
      if (!line) continue;
      test(line, async () => {
        const { code, stdout, stderr } = await run(line);
        assert.equal(code, 0, stderr);
        const bare = words(line);
        const at = bare.indexOf(option);
        const { stdout: without } = await cellstate(
          bare.filter(
            (_, i) =>
              i !== at &&
              (option === "--json" || option === "--receipt" || option === "--tex" || i !== at + 1),
          ),
          { cwd: folder },
        );
        assert.notEqual(stdout, without, `${option} changes nothing`);
      });
    }
  }
});

describe("given twice, or empty", { concurrency: 2 }, () => {
  test("every option that does not add up", async () => {
    for (const [name, command] of await commands()) {
      for (const option of command.options) {
        if (["--define", "--expect", "--text", "--allow-host"].includes(option.long!)) continue;
        // A column a label, where a text may have several.
        if (option.long === "--label" && ["train", "evaluate"].includes(name)) continue;
        const value = option.required ? [valueFor(option.long!, option.argChoices)] : [];
        const args = [...name.split(" "), "x", option.long!, ...value, option.long!, ...value];
        const { error } = await parsed(args);
        assert.match(error, new RegExp(`^${option.long}: expected to be given once`), args.join(" "));
        if (!option.required) continue;
        const empty = await parsed([...name.split(" "), "x", option.long!, ""]);
        assert.match(
          empty.error,
          new RegExp(`^${option.long}: expected .* but received ""`),
          `${name} ${option.long}`,
        );
      }
    }
  });

  test("as a stranger would", async () => {
    const twice = await run("train d.csv --label text --label label");
    assert.equal(twice.code, 2);
    assert.match(
      twice.stderr,
      /^cellstate: --label: expected to be given once but received \["text", "label"\]\./,
    );
    const defined = await run("summary c.py --define words=9 --define words=10");
    assert.match(defined.stderr, /--define: expected one value for words but received "10"/);
  });
});

/** A value that the option's parser takes. */
function valueFor(option: string, choices?: string[]): string {
  if (choices) return choices[0]!;
  if (option === "--timeout") return "20s";
  if (
    /label$|label-map|rejects|delimiter|text|file|out|html|svg|layer|tsv|tokenizer|test$|model|replay|checkpoint$|report|folder|card|track|keep-epochs/.test(
      option,
    )
  )
    return "1";
  if (option === "--labels") return "a,b";
  if (option === "--cells") return "rnn";
  if (option === "--of") return "loss";
  if (option === "--encoding") return "utf-8";
  if (option === "--budget") return "20s";
  if (option === "--cors") return "https://example.com";
  if (["--max-size", "--max-body", "--max-bodies"].includes(option)) return "2MB";
  if (option === "--optimizer") return "sgd";
  return option.includes("split") || ["--threshold", "--reject"].includes(option) ? "0.5" : "20";
}

/** What a command line comes to without a process: the error that its options raise. */
async function parsed(args: string[]): Promise<{ error: string; isUsers: boolean }> {
  const program = new Command("cellstate").exitOverride();
  const { addCommands } = await import("../../src/cli/context.js");
  const adders = {
    ...{ train: trainCommand, evaluate: evaluateCommand, predict: predictCommand, summary: summaryCommand },
    ...{ convert: convertCommand, lab: labCommand, bench: benchCommand, explain: explainCommand },
    ...{ tune: tuneCommand, studio: studioCommand, serve: serveCommand, "build-native": buildNativeCommand },
  };
  const table = Object.fromEntries(Object.entries(adders).map(([name, add]) => [name, async () => add]));
  await addCommands(program, table, args[0], args.slice(1));
  program.configureOutput({ writeErr: () => {} });
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    const { typed, message } = error as InputError;
    return { error: typed ?? message, isUsers: error instanceof InputError };
  }
  return { error: "", isUsers: false };
}
