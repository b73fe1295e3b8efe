/** Models as a Fastify plugin: the routes, and what guards them. */

import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import { textOf } from "../base/arguments.js";
import { inputError } from "../base/errors.js";
import { version } from "../base/version.js";
import { addRefusals, byPath, routesOf, unknown } from "./methods.js";
import { descriptionOf } from "./openapi.js";
import { inCode, type ServedModels, type ServingOptions, type Settings, settingsOf } from "./options.js";
import { failureOf, Refusal, refusal, stopping } from "./refusal.js";
import type { Asked, Route, Site } from "./routes.js";
import { Serving, type Together } from "./serving.js";

/** Options of the plugin: what `createServer` takes, but for how it listens, which is the application's own. */
export interface ServePluginOptions extends ServingOptions {
  /** What is served: paths, or models by name. */
  models: ServedModels;
  /** What stands before the addresses: "/classify". Fastify's own option. */
  prefix?: string;
}

/**
 * Serves models from a Fastify application: `app.register(servePlugin, { models: "spam.keras", prefix: "/classify" })`. Hooks and
 * errors are its own routes' alone. Closing the application ends it; what was taken is answered.
 * @throws InputError for options and models that cannot be served
 */
export async function servePlugin(app: object, options: ServePluginOptions): Promise<void> {
  const { register, addHook } = (app ?? {}) as Partial<FastifyInstance>;
  if (typeof register !== "function" || typeof addHook !== "function") {
    const next = "Register it: app.register(servePlugin, { models }).";
    throw inputError({ expected: "a Fastify application", where: "servePlugin", received: app, next });
  }
  const { models, prefix, ...others } = options ?? {};
  if (prefix !== undefined) textOf(prefix, "servePlugin prefix");
  const words = inCode("servePlugin");
  const settings = settingsOf(others, words);
  const serving = await Serving.open(models, settings, words.models);
  try {
    addRoutes(app as FastifyInstance, serving, { answersUnknown: (prefix ?? "/") !== "/" });
  } catch (error) {
    // An address may be the application's own already.
    serving.dispose();
    throw error;
  }
}

/** How a server of its own differs from a plugin in another's. */
export interface Around {
  /** Whether addresses that there are none of are answered, too. */
  answersUnknown: boolean;
  /** Looked at before anything else of a request. @throws Refusal */
  guard?(request: FastifyRequest, reply: FastifyReply): void;
  together?: Together | undefined;
}

const JSON_TYPE = "application/json; charset=utf-8";

/** Puts the routes into an application, and ends serving with it. */
export function addRoutes(app: FastifyInstance, serving: Serving, around: Around): void {
  const { settings, tokens, metrics } = serving;
  const { together } = around;
  const site: Site = {
    serving,
    version: version(),
    description: descriptionOf(
      version(),
      app.prefix,
      (route) => tokens !== null && asksToken(route, settings),
    ),
    async metrics() {
      const own = await metrics!.text();
      return together ? { ...own, text: await together() } : own;
    },
  };
  app.removeAllContentTypeParsers();
  app.addHook("preParsing", async ({ raw }, reply) => serving.bodies.count(raw, reply.raw));
  app.addContentTypeParser("application/json", async ({ raw }: FastifyRequest, payload: IncomingMessage) =>
    parsed(await serving.bodies.read(raw, payload)),
  );
  app.addHook("onRequest", guardOf(serving, around));
  app.setErrorHandler((error, _, reply) => answerError(serving, error, reply));
  if (metrics) {
    app.addHook("onResponse", async ({ method, routeOptions }, reply) => {
      const known = reply.request.is404 ? "none" : (routeOptions.url ?? "none");
      metrics.request(method, known, reply.statusCode, reply.elapsedTime / 1000);
    });
  }
  const paths = byPath(routesOf(app));
  if (around.answersUnknown)
    app.setNotFoundHandler(({ method, url }, reply) => unknown(app, paths, { method, url, reply }));
  for (const [path, routes] of paths) {
    for (const route of routes) addRoute(app, route, site, settings);
    addRefusals(app, path, routes);
  }
  app.addHook("preClose", async () => {
    serving.finish();
  });
  app.addHook("onClose", async () => serving.dispose());
}

const asksToken = ({ isOpen, path }: Route, { publicMetrics }: Settings): boolean =>
  !isOpen && !(publicMetrics && path === "/metrics");

function addRoute(app: FastifyInstance, route: Route, site: Site, settings: Settings): void {
  const { method, path, isOpen } = route;
  const config = { isOpen, isPublic: !asksToken(route, settings) };
  app.route({
    // Whatever the application does of its own routes.
    ...{ method, url: path, exposeHeadRoute: method === "GET", config },
    async handler(request, reply) {
      const answered = await route.handle(site, askedOf(request, reply));
      if ("json" in answered) {
        return reply
          .code(answered.status ?? 200)
          .type(JSON_TYPE)
          .send(JSON.stringify(answered.json));
      }
      return reply
        .headers(answered.headers ?? {})
        .type(answered.type)
        .send(answered.text);
    },
  });
}

const askedOf = ({ params, body }: FastifyRequest, reply: FastifyReply): Asked => ({
  params: params as Asked["params"],
  body,
  onGone(listener) {
    reply.raw.once("close", () => {
      if (!reply.raw.writableFinished) listener();
    });
  },
});

function guardOf(serving: Serving, { guard }: Around): onRequestAsyncHookHandler {
  return async (request, reply) => {
    reply.header("x-content-type-options", "nosniff");
    guard?.(request, reply);
    if (reply.sent) return reply;
    const { isOpen, isPublic } = request.routeOptions.config as { isOpen?: boolean; isPublic?: boolean };
    if (isOpen) return undefined;
    if (serving.isStopping) throw stopping();
    const { authorization, "content-encoding": encoding } = request.headers;
    if (serving.tokens && !isPublic && !serving.tokens.allow(authorization)) {
      reply.header("www-authenticate", "Bearer");
      throw new Refusal(401, 'Expected a token that this server knows: send "authorization: Bearer TOKEN".');
    }
    if (request.headers["inference-header-content-length"] !== undefined) {
      throw new Refusal(415, "The binary extension is not served: send tensors as JSON, in data.");
    }
    if (encoding !== undefined && encoding !== "identity") {
      throw refusal(415, {
        expected: "a body that is not compressed",
        where: "content-encoding",
        received: encoding,
      });
    }
    return undefined;
  };
}

/** @throws InputError for what is no JSON */
function parsed(body: Buffer): unknown {
  if (body.length === 0) throw inputError({ expected: "JSON", where: "the body", received: "nothing" });
  if (!isUtf8(body)) throw inputError({ expected: "JSON in UTF-8", where: "the body" });
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    const received = (error as Error).message;
    throw inputError({ expected: "JSON", where: "the body", next: `It is not: ${received}.` });
  }
}

function answerError(serving: Serving, error: unknown, reply: FastifyReply): FastifyReply {
  const { status, message, retryAfter, isOurs } = failureOf(error);
  if (isOurs) {
    const { stack = String(error) } = error as Error;
    serving.settings.onLog({ level: "error", message: stack });
  }
  if (retryAfter !== undefined) reply.header("retry-after", String(retryAfter));
  return reply
    .code(status)
    .type(JSON_TYPE)
    .send(JSON.stringify({ error: message }));
}
