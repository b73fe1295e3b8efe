/** What serving is asked with: one table of defaults, each of them checked. */
import { booleanOf, functionOf, listOf, textOf } from "../base/arguments.js";
import { finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import { ENGINE_CHOICES, type EngineChoice, MOST_THREADS } from "../engines/registry.js";
import { hostNameOf } from "./host.js";
import type { ServableModel } from "./served.js";

/** What is told of what the server does besides answering. */
export interface ServeLog {
  /** error: something does not serve as it should · warning: it may answer otherwise than is thought · info: the rest */
  level: "info" | "warning" | "error";
  /** One line. */
  message: string;
}

/** What a server takes at most; more is refused with what to do. */
export interface ServeLimits {
  /** Bytes of a request's body. Default 1 MiB. */
  maxBody?: number;
  /** Bytes of all bodies at once, from when they come until they are answered. Default 64 MiB, or `maxBody` where that is more. */
  maxBodies?: number;
  /** Texts, or rows, a request. Default 1000. */
  maxTexts?: number;
  /** Characters a text, or numbers a row. Default 100,000. */
  maxCharacters?: number;
  /** Texts and rows that wait for their answers, of all requests. Default 10,000. */
  maxQueue?: number;
}

/** How models are served, wherever. */
export interface ServingOptions extends ServeLimits {
  /** What computes. Default "auto". */
  engine?: EngineChoice;
  /** Threads that share a batch. Default: one a core. */
  threads?: number;
  /** Texts and rows that are answered together. Default 32. */
  batchSize?: number;
  /** Milliseconds that the first of them waits for others. Default 0: those that come in together are answered together. */
  batchWait?: number;
  /** Milliseconds between two looks at the models' files; 0: they are never read again, but for tokens. Default 1000. */
  reloadEvery?: number;
  /**
   * A file of bearer tokens, one a line; who has none of them is refused, but for health, the page and its description. It is
   * looked at every second: what it does not hold any more is no token.
   */
  tokenFile?: string;
  /** Whether there is `/metrics`, by the package prom-client. Default true. */
  metrics?: boolean;
  /** Whether `/metrics` answers without a token, for who scrapes and has none. Default false. */
  publicMetrics?: boolean;
  /** Told of loads, failures and the end. Default: nobody. */
  onLog?: (entry: ServeLog) => void;
}

/** How a server listens. */
export interface ServerOptions extends ServingOptions {
  /** 0 takes one that is free. Default 8080. */
  port?: number;
  /** Default "127.0.0.1": this machine alone. */
  host?: string;
  /**
   * What else it is called: names that a proxy passes on, as "models.example.com". A server that listens to this machine alone
   * answers to localhost and its like, and to these; one that others reach, to every name, or where there are any of these, to them.
   */
  allowHosts?: readonly string[];
  /** An origin whose pages may ask, as "https://example.com"; "*" for all. Default: none. */
  cors?: string;
  /** Seconds in which a request must have come. Default 30. */
  timeout?: number;
  /** Connections at once. Default 10,000. */
  maxConnections?: number;
  /** Seconds that a stop waits for what was taken. Default 10. */
  stopWithin?: number;
}

/**
 * What is served: a file's path, several (each called as its file is), or each by its name. Files are read again when they
 * change; a model that a program holds is the program's to change and to free.
 */
export type ServedModels =
  | string
  | URL
  | readonly (string | URL)[]
  | Readonly<Record<string, string | URL | ServableModel>>;

/** What models from files compute with. */
export interface ServedEngine {
  engine?: EngineChoice;
  threads?: number;
}

/** Options with their defaults. */
export type Settings = Required<Omit<ServingOptions, "tokenFile" | "engine" | "threads">> & {
  tokenFile: string | null;
  engine: ServedEngine;
};

/** Of `ServerOptions`, beside `Settings`. */
export type Listening = Required<Omit<ServerOptions, keyof ServingOptions | "cors">> & {
  cors: string | null;
};

const SERVING = [
  ...[
    "maxBody",
    "maxBodies",
    "maxTexts",
    "maxCharacters",
    "maxQueue",
    "batchSize",
    "batchWait",
    "reloadEvery",
  ],
  ...["tokenFile", "metrics", "publicMetrics", "onLog", "engine", "threads"],
];
const LISTENING = ["port", "host", "allowHosts", "cors", "timeout", "maxConnections", "stopWithin"];

/** What things are called where something is wrong with them: as they are written in code, or on the command line. */
export interface Words {
  /** The call, or the command. */
  readonly where: string;
  /** What is served. */
  readonly models: string;
  /** An option, by its name in code. */
  option(name: string): string;
}

/** As they are called in code. */
export const inCode = (where: string): Words => ({
  ...{ where, models: `${where} models` },
  option: (name) => `${where} ${name}`,
});

/** @param others what else may be among the options @throws InputError */
export function settingsOf(options: ServingOptions, words: Words, others: readonly string[] = []): Settings {
  knownOptions(options, [...SERVING, ...others], words.where);
  const called = words.option;
  const whole = (name: keyof ServingOptions, normal: number, least: number, most?: number) =>
    wholeNumber(options[name] ?? normal, called(name), least, most);
  const maxTexts = whole("maxTexts", 1000, 1);
  const maxBody = whole("maxBody", 2 ** 20, 100, 2 ** 28);
  const tokenFile = options.tokenFile === undefined ? null : textOf(options.tokenFile, called("tokenFile"));
  const metrics = booleanOf(options.metrics, called("metrics")) ?? true;
  const publicMetrics = booleanOf(options.publicMetrics, called("publicMetrics")) ?? false;
  if (publicMetrics && (tokenFile === null || !metrics)) {
    const why = metrics ? "without tokens, as whoever asks is answered" : "where there are no metrics";
    throw inputError({ expected: `to be left out ${why}`, where: called("publicMetrics") });
  }
  return {
    maxBody,
    maxBodies: whole("maxBodies", Math.max(2 ** 26, maxBody), maxBody),
    maxTexts,
    maxCharacters: whole("maxCharacters", 100_000, 1),
    maxQueue: whole("maxQueue", Math.max(10_000, maxTexts), maxTexts),
    batchSize: whole("batchSize", 32, 1, 4096),
    batchWait: finiteNumber(options.batchWait ?? 0, called("batchWait"), 0, 10_000),
    reloadEvery: whole("reloadEvery", 1000, 0, 2 ** 31 - 1),
    ...{ tokenFile, metrics, publicMetrics },
    onLog: options.onLog === undefined ? () => {} : functionOf(options.onLog, called("onLog")),
    engine: engineOf(options, called),
  };
}

/** @throws InputError */
export function listeningOf(options: ServerOptions, words: Words): { settings: Settings; at: Listening } {
  const settings = settingsOf(options, words, LISTENING);
  const { port, host, allowHosts, cors, timeout, maxConnections, stopWithin } = options;
  const called = words.option;
  return {
    settings,
    at: {
      port: wholeNumber(port ?? 8080, called("port"), 0, 65_535),
      host: textOf(host ?? "127.0.0.1", called("host")),
      allowHosts: listOf(allowHosts ?? [], called("allowHosts"), hostNameOf),
      cors: cors === undefined ? null : originOf(cors, called("cors")),
      timeout: finiteNumber(timeout ?? 30, called("timeout"), 0.1, 3600),
      maxConnections: wholeNumber(maxConnections ?? 10_000, called("maxConnections"), 1),
      stopWithin: finiteNumber(stopWithin ?? 10, called("stopWithin"), 0, 3600),
    },
  };
}

/** "https://example.com", without a path, or "*". @throws InputError */
export function originOf(value: string, where: string): string {
  const isText = typeof value === "string";
  const isOrigin = value === "*" || (isText && URL.canParse(value) && new URL(value).origin === value);
  if (isOrigin) return value;
  throw inputError({ expected: 'an origin, as "https://example.com", or "*"', where, received: value });
}

function engineOf({ engine, threads }: ServedEngine, called: Words["option"]): ServedEngine {
  return {
    ...(engine === undefined ? {} : { engine: oneOf(engine, ENGINE_CHOICES, called("engine")) }),
    ...(threads === undefined ? {} : { threads: wholeNumber(threads, called("threads"), 1, MOST_THREADS) }),
  };
}
