/** A server of models: it listens, answers and ends. */

import type { AddressInfo, Socket } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { inAddress, isForUs, listenError } from "./host.js";
import { type Listening, listeningOf, type ServedModels, type ServerOptions } from "./options.js";
import { loadFastify } from "./packages.js";
import { addRoutes } from "./plugin.js";
import { failureOf, Refusal } from "./refusal.js";
import { Serving, type Together } from "./serving.js";

/** A server of models. Made by `createServer`. */
export interface ModelServer {
  /** Its models' names. */
  readonly models: readonly string[];
  /**
   * Starts to answer.
   * @returns its address: "http://127.0.0.1:8080"
   * @throws InputError where the port is taken, or the host is not this machine's
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

/** @param others what is known of other processes that serve beside this one */
export async function serverOf(
  models: ServedModels,
  options: ServerOptions,
  others: { together?: Together; onServing?(serving: Serving): void } = {},
): Promise<ModelServer> {
  const { settings, at } = listeningOf(options, "createServer");
  const { fastify } = await loadFastify();
  const serving = await Serving.open(models, settings, "createServer models");
  others.onServing?.(serving);
  const app = fastify({
    ...{ logger: false, return503OnClosing: false, routerOptions: { maxParamLength: 500 } },
    ...{ bodyLimit: settings.maxBody, requestTimeout: 1000 * at.timeout, keepAliveTimeout: 72_000 },
    connectionTimeout: 1000 * Math.max(120, 2 * at.timeout),
    http: {
      headersTimeout: 1000 * at.timeout,
      connectionsCheckingInterval: Math.min(1000, 500 * at.timeout),
    },
    clientErrorHandler: answerBroken,
    frameworkErrors(error, _, reply) {
      const { status, message } = failureOf(error);
      const answer = reply as FastifyReply;
      void answer
        .code(status)
        .type("application/json")
        .send(JSON.stringify({ error: message }));
    },
  }) as unknown as FastifyInstance;
  app.server.maxConnections = at.maxConnections;
  addRoutes(app, serving, { answersUnknown: true, guard: guardOf(at), together: others.together });
  let closing: Promise<void> | null = null;
  return {
    models: serving.shelf.standings.map(({ name }) => name),
    async listen() {
      const { port, host } = at;
      try {
        await app.listen({ port, host });
      } catch (error) {
        await app.close();
        throw listenError(error, { port, host, next: "Choose another one; 0 takes one that is free." });
      }
      return `http://${inAddress(host)}:${(app.server.address() as AddressInfo).port}`;
    },
    close: () => (closing ??= closed(app, at.stopWithin)),
  };
}

/** Ends when what was taken is answered, or its time is up. */
async function closed(app: FastifyInstance, within: number): Promise<void> {
  // Connections that answer meanwhile are idle then: they would be kept for others who ask.
  const idle = setInterval(() => app.server.closeIdleConnections(), 50);
  const late = setTimeout(() => app.server.closeAllConnections(), 1000 * within);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(late);
  }
}

/** Answers to its own names alone, and tells browsers whose pages may ask. */
function guardOf({ host, cors }: Listening) {
  return ({ headers, method }: FastifyRequest, reply: FastifyReply): void => {
    if (!isForUs(headers.host, host)) {
      throw new Refusal(403, "This server answers to this machine's names alone: localhost, 127.0.0.1.");
    }
    if (cors === null || headers.origin === undefined) return;
    reply.header("vary", "origin");
    if (cors !== "*" && headers.origin !== cors) return;
    reply.header("access-control-allow-origin", cors);
    if (method !== "OPTIONS" || headers["access-control-request-method"] === undefined) return;
    reply.header("access-control-allow-methods", "GET, POST");
    reply.header("access-control-allow-headers", "authorization, content-type");
    reply.header("access-control-max-age", "600");
    void reply.code(204).send();
  };
}

/** What is no HTTP, or comes too slowly. */
function answerBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const [status, message] = BROKEN[error.code ?? ""] ?? [
    "400 Bad Request",
    "Expected HTTP, which this is not.",
  ];
  const body = JSON.stringify({ error: message });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const BROKEN: Readonly<Record<string, readonly [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "The request came too slowly. Send it at once."],
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "The headers are too long. Send fewer."],
};
