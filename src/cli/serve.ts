/** cellstate serve MODEL…: models over HTTP, until it is told to end. */
import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { inputError } from "../base/errors.js";
import { counted } from "../base/numbers.js";
import { printable } from "../base/text.js";
import { hostNameOf, isLoopback } from "../serve/host.js";
import { originOf, type ServeLog, type ServerOptions, type Words } from "../serve/options.js";
import { serverOf } from "../serve/server.js";
import { nameOfFile } from "../serve/shelf.js";
import { isWorker, workerSide } from "../serve/worker-side.js";
import { startWorkers } from "../serve/workers.js";
import {
  between,
  bytes,
  type EngineFlags,
  EXIT,
  engineOptions,
  note,
  say,
  seconds,
  whole,
} from "./context.js";

interface Flags extends EngineFlags {
  port: number;
  host: string;
  allowHost?: string[];
  workers: number;
  batchSize: number;
  batchWait: number;
  maxBody: number;
  maxBodies: number;
  maxTexts: number;
  maxCharacters: number;
  maxQueue: number;
  maxConnections: number;
  timeout: number;
  tokenFile?: string;
  cors?: string;
  metrics: boolean;
  publicMetrics?: true;
  reload: boolean;
}

export function serveCommand(program: Command): void {
  const command = program
    .command("serve")
    .description("answer over HTTP: JSON, the Open Inference Protocol, metrics, and a page to try it in")
    .argument("<model...>", "model files, each called as its file is; NAME=FILE gives another name")
    .option(
      "--port <n>",
      "the port it is served at; 0 takes one that is free",
      whole("port", 0, 65_535),
      8080,
    )
    .option("--host <address>", "the address it is served at; 0.0.0.0 lets other machines in", "127.0.0.1")
    .option(
      "--allow-host <name>",
      "what else it is called, as by a proxy in front of it; may be given again",
      (name, before: string[] | undefined) => [...(before ?? []), hostNameOf(name, "--allow-host")],
    )
    .option("--workers <n>", "processes that serve, each with the models", whole("workers", 1, 256), 1)
    .option("--batch-size <n>", "texts that are answered together", whole("batch-size", 1, 4096), 32)
    .option("--batch-wait <ms>", "how long the first waits for others", between("batch-wait", 0, 10_000), 0)
    .addOption(
      new Option("--max-body <size>", "the largest body")
        .argParser(bytes("max-body"))
        .default(2 ** 20, "1 MiB"),
    )
    .addOption(
      new Option("--max-bodies <size>", "bodies of all requests at once, a worker")
        .argParser(bytes("max-bodies"))
        .default(2 ** 26, "64 MiB, or as --max-body"),
    )
    .option("--max-texts <n>", "texts or rows a request", whole("max-texts", 1), 1000)
    .option(
      "--max-characters <n>",
      "characters a text, or numbers a row",
      whole("max-characters", 1),
      100_000,
    )
    .addOption(
      new Option("--max-queue <n>", "texts that wait, a worker")
        .argParser(whole("max-queue", 1))
        .default(10_000, "10000, or as --max-texts"),
    )
    .option("--max-connections <n>", "connections at once, a worker", whole("max-connections", 1), 10_000)
    .addOption(
      new Option("--timeout <time>", "in which a request must have come")
        .argParser(seconds("timeout"))
        .default(30, "30s"),
    )
    .option("--token-file <file>", "bearer tokens, one a line: who has none of them is refused")
    .option("--cors <origin>", "an origin whose pages may ask, as https://example.com", (origin) =>
      originOf(origin, "--cors"),
    )
    .option("--no-metrics", "no /metrics")
    .option("--public-metrics", "/metrics answers without a token")
    .option(
      "--no-reload",
      "do not read a model's file again when it changes (tokens are read again all the same)",
    );
  engineOptions(command).action(async (models: string[], flags: Flags) => {
    await serveAction(models, withinLimits(command, flags));
  });
}

async function serveAction(models: string[], flags: Flags): Promise<void> {
  if (isWorker()) return work(models, flags);
  const named = namedFiles(models);
  if (flags.workers === 1) return serveHere(named, flags);
  return lead(named, flags);
}

/** One request must have room: what is kept of all rises with what one may be, where it is not given. @throws InputError where it is */
function withinLimits(command: Command, flags: Flags): Flags {
  const atLeast = (name: "maxQueue" | "maxBodies", least: number, why: string): number => {
    if (flags[name] >= least) return flags[name];
    if (command.getOptionValueSource(name) !== "cli") return least;
    const expected = `at least ${least}, as ${why}`;
    throw inputError({ expected, where: WORDS.option(name), received: flags[name] });
  };
  const { maxTexts, maxBody } = flags;
  const maxQueue = atLeast("maxQueue", maxTexts, "many texts as a request may have (--max-texts)");
  const maxBodies = atLeast("maxBodies", maxBody, "large as one may be (--max-body)");
  return { ...flags, maxQueue, maxBodies };
}

/** By name: "spam=models/a.keras", or the file's own. A file that is there under the whole word is that file. */
function namedFiles(words: readonly string[]): Record<string, string> {
  const named: Record<string, string> = {};
  for (const word of words) {
    const [, name, file] = (existsSync(word) ? null : /^([^=]+)=(.+)$/.exec(word)) ?? [];
    const [called, path] = name === undefined ? [nameOfFile(word), word] : [name, file!];
    if (Object.hasOwn(named, called)) {
      throw inputError({
        expected: "a name for each model",
        where: "serve",
        received: `${called} for both ${named[called]} and ${path}`,
        next: `Name them: ${called}=${named[called]} other=${path}`,
      });
    }
    named[called] = path;
  }
  return named;
}

/** What options are called here: those of the command line are those of code in other letters. */
const WORDS: Words = {
  ...{ where: "serve", models: "serve" },
  option: (name) =>
    name === "allowHosts"
      ? "--allow-host"
      : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
};

function optionsOf(flags: Flags): ServerOptions {
  const { port, host, batchSize, batchWait, timeout, tokenFile, cors, metrics, reload, engine } = flags;
  const { maxBody, maxBodies, maxTexts, maxCharacters, maxQueue, maxConnections } = flags;
  // Workers share the cores between them.
  const threads = flags.threads ?? (flags.workers > 1 && engine !== "reference" ? 1 : undefined);
  return {
    ...{ port, host, batchSize, batchWait, timeout, metrics, engine, maxBody, maxTexts, maxCharacters },
    ...{ maxBodies, maxQueue, maxConnections, ...(reload ? {} : { reloadEvery: 0 }), onLog: tell },
    ...(tokenFile === undefined ? {} : { tokenFile }),
    ...(flags.publicMetrics === undefined ? {} : { publicMetrics: true }),
    ...(flags.allowHost === undefined ? {} : { allowHosts: flags.allowHost }),
    ...(cors === undefined ? {} : { cors }),
    ...(threads === undefined ? {} : { threads }),
  };
}

const tell = ({ level, message }: ServeLog): void =>
  note(`${level === "info" ? "" : `${level}: `}${message.split("\n").map(printable).join("\n")}`);

function announce(url: string, named: Readonly<Record<string, string>>, flags: Flags): void {
  say(url);
  const names = Object.keys(named).map(printable);
  const workers = flags.workers > 1 ? ` by ${flags.workers} workers` : "";
  note(`Serves ${counted(names.length, "model")}${workers}: ${names.join(", ")}. Ctrl-C ends it.`);
  if (!isLoopback(flags.host) && flags.tokenFile === undefined) {
    note(`warning: whoever reaches ${flags.host} may ask. --token-file FILE asks for a token.`);
  }
}

/** One process: it answers what it took when it is told to end; told again, it ends at once. */
async function serveHere(named: Record<string, string>, flags: Flags): Promise<void> {
  const server = await serverOf(named, optionsOf(flags), { words: WORDS });
  announce(await server.listen(), named, flags);
  await told(() => process.exit(EXIT.interrupted));
  note("Answers what it took, then ends. Once more ends it at once.");
  await server.close();
  process.exit(EXIT.done);
}

/** Milliseconds in which signals are one: npm and `timeout` send on what a terminal or a group was sent anyway. */
const ONE_SIGNAL = 500;

/** Resolves at the first signal. */
function told(again: () => void): Promise<void> {
  return new Promise((resolve) => {
    let first: number | null = null;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        if (first !== null && performance.now() - first > ONE_SIGNAL) again();
        first ??= performance.now();
        resolve();
      });
    }
  });
}

/** The process that starts the others, and serves nothing itself. */
async function lead(named: Record<string, string>, flags: Flags): Promise<void> {
  const { port, host } = flags;
  const place = { ...{ port, host, called: WORDS.option }, next: "" };
  const workers = await startWorkers(flags.workers, place, tell, flags.metrics);
  announce(workers.url, named, flags);
  await told(() => {
    workers.kill();
    process.exit(EXIT.interrupted);
  });
  note("Answers what was taken, then ends. Once more ends it at once.");
  await workers.stop();
  process.exit(EXIT.done);
}

async function work(models: string[], flags: Flags): Promise<void> {
  const side = workerSide();
  try {
    const server = await serverOf(
      namedFiles(models),
      { ...optionsOf(flags), port: side.port },
      {
        ...{ words: WORDS, together: side.together },
        onServing({ metrics }) {
          if (metrics) side.counts(metrics.registry);
        },
      },
    );
    side.serves(await server.listen());
    await side.stopped;
    await server.close();
    process.exit(EXIT.done);
  } catch (error) {
    side.failed(error);
    // What was sent is on its way before it ends.
    setTimeout(() => process.exit(EXIT.failed), 100);
    await side.stopped;
  }
}
