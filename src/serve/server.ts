/** A server of models: it listens, answers and ends. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { inputError } from "../base/errors.js";
import { inAddress, isForUs, isLoopback, listenError } from "./host.js";
import { Listeners } from "./listeners.js";
import {
  inCode,
  type Listening,
  listeningOf,
  type ServedModels,
  type ServerOptions,
  type Words,
} from "./options.js";
import { loadFastify } from "./packages.js";
import { addRoutes } from "./plugin.js";
import { failureOf, Refusal } from "./refusal.js";
import { Serving, type Together } from "./serving.js";

/** A server of models. Made by `createServer`. */
export interface ModelServer {
  /** Its models' names. */
  readonly models: readonly string[];
  /**
   * Starts to answer, once: asked again it tells where.
   * @returns its address: "http://127.0.0.1:8080"
   * @throws InputError where the port is taken, the host is not this machine's, or the server was closed
   */
  listen(): Promise<string>;
  /** Takes no more, answers what it took (within `stopWithin`), and frees the models that it read from files. */
  close(): Promise<void>;
}

/**
 * Makes a server of models: its own JSON, the Open Inference Protocol, metrics, and a page to try them in. Node only; it takes the
 * packages fastify and prom-client, which are installed beside this one.
 * @throws InputError for options and models that cannot be served, and where a package is missing
 * @example const server = await createServer("spam.keras", { port: 8080 }); console.log(await server.listen());
 */
export async function createServer(models: ServedModels, options: ServerOptions = {}): Promise<ModelServer> {
  return serverOf(models, options);
}

/** What a server has of those around it. */
export interface Surroundings {
  /** What its options are called. Default: as in code. */
  words?: Words;
  /** The numbers of other processes that serve beside this one. */
  together?: Together;
  /** Told of what it serves, before it does. */
  onServing?(serving: Serving): void;
}

export async function serverOf(
  models: ServedModels,
  options: ServerOptions,
  { words = inCode("createServer"), together, onServing }: Surroundings = {},
): Promise<ModelServer> {
  const { settings, at } = listeningOf(options, words);
  const { fastify } = await loadFastify();
  const serving = await Serving.open(models, settings, words.models);
  onServing?.(serving);
  const listeners = new Listeners(at);
  const app = fastify({
    ...{ logger: false, return503OnClosing: false, routerOptions: { maxParamLength: 500 } },
    serverFactory: listeners.factory,
    // The listeners answer what is no HTTP.
    clientErrorHandler() {},
    frameworkErrors(error, _, reply) {
      const { status, message } = failureOf(error);
      const answer = reply as FastifyReply;
      void answer
        .code(status)
        .type("application/json")
        .send(JSON.stringify({ error: message }));
    },
  }) as unknown as FastifyInstance;
  const guard = guardOf(at, () => listeners.addresses);
  addRoutes(app, serving, { answersUnknown: true, guard, together });
  // Before the models are freed, which was added before: the last that is added is the first that is done.
  app.addHook("onClose", () => listeners.close(at.stopWithin));
  const { port, host } = at;
  const place = {
    ...{ port, host, called: words.option },
    next: "Choose another one; 0 takes one that is free.",
  };
  let listening: Promise<string> | null = null;
  let closing: Promise<void> | null = null;
  const close = () => (closing ??= app.close());
  const refuseClosed = () => {
    if (closing === null) return;
    const next = "Make another one.";
    throw inputError({ expected: "a server that was not closed", where: "listen", next });
  };
  const listen = async () => {
    await app.ready();
    refuseClosed();
    try {
      const taken = await listeners.listen(port, host);
      // It may have been closed before it listened.
      if (closing) await listeners.close(0);
      refuseClosed();
      return `http://${inAddress(host)}:${taken}`;
    } catch (error) {
      await close();
      throw listenError(error, place);
    }
  };
  return {
    models: serving.shelf.standings.map(({ name }) => name),
    async listen() {
      refuseClosed();
      listening ??= listen();
      return listening;
    },
    close,
  };
}

/** Answers to its own names alone, and tells browsers whose pages may ask. */
function guardOf({ host, allowHosts, cors }: Listening, addresses: () => readonly string[]) {
  let isLocal: boolean | null = null;
  return ({ headers, method }: FastifyRequest, reply: FastifyReply): void => {
    // A machine's own name may lead to itself alone, too: what counts is where it led.
    isLocal ??= addresses().every(isLoopback);
    if (!isForUs(headers.host, host, allowHosts, isLocal)) throw notItsName();
    if (cors === null) return;
    // Of one origin, an answer hangs on who asks: what keeps answers must not give it to others.
    if (cors !== "*") reply.header("vary", "origin");
    if (cors !== "*" && headers.origin !== cors) return;
    reply.header("access-control-allow-origin", cors);
    if (method !== "OPTIONS" || headers["access-control-request-method"] === undefined) return;
    reply.header("access-control-allow-methods", "GET, POST");
    reply.header("access-control-allow-headers", "authorization, content-type");
    reply.header("access-control-max-age", "600");
    void reply.code(204).send();
  };
}

const notItsName = (): Refusal =>
  new Refusal(
    403,
    "This server answers to its own names alone, as localhost. Behind a proxy, start it with the name it is asked as: --allow-host NAME (in code: allowHosts).",
  );
