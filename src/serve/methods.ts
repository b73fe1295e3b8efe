/** Which methods an address answers, and what others are told. */
import type { FastifyInstance, FastifyReply, HTTPMethods, onRequestAsyncHookHandler } from "fastify";
import { Refusal } from "./refusal.js";
import { ROUTES, type Route } from "./routes.js";

/** An application that passes over a slash at the end has "/v2" and "/v2/" as one. */
export function routesOf({ initialConfig }: FastifyInstance): Route[] {
  const { routerOptions = initialConfig } = initialConfig as {
    routerOptions?: { ignoreTrailingSlash?: boolean };
  };
  const { ignoreTrailingSlash } = routerOptions as { ignoreTrailingSlash?: boolean };
  return ROUTES.filter(({ path }) => !(ignoreTrailingSlash && path !== "/" && path.endsWith("/")));
}

export function byPath(routes: readonly Route[]): Map<string, Route[]> {
  const found = new Map<string, Route[]>();
  for (const route of routes) found.set(route.path, [...(found.get(route.path) ?? []), route]);
  return found;
}

const methodsOf = (routes: readonly Route[]): string[] =>
  routes.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method]));

/** What other methods are answered. */
function otherMethod(reply: FastifyReply, path: string, routes: readonly Route[]): Refusal {
  const taken = methodsOf(routes);
  reply.header("allow", taken.join(", "));
  return new Refusal(405, `${path} answers ${taken.join(" and ")} alone.`);
}

/** Answers them before a body is read: it may be of any kind. */
export function addRefusals(app: FastifyInstance, url: string, routes: readonly Route[]): void {
  const taken = methodsOf(routes);
  const method = app.supportedMethods.filter((name) => !taken.includes(name)) as HTTPMethods[];
  const refuse: onRequestAsyncHookHandler = async (_, reply) => {
    throw otherMethod(reply, url, routes);
  };
  app.route({ ...{ method, url, exposeHeadRoute: false, onRequest: refuse }, handler: async () => ({}) });
}

/** What Fastify has no route of: an address that there is none of, or a method that it never heard of. */
export function unknown(
  app: FastifyInstance,
  paths: ReadonlyMap<string, readonly Route[]>,
  { method, url, reply }: { method: string; url: string; reply: FastifyReply },
): never {
  const [path = ""] = url.split("?");
  for (const [known, routes] of paths) {
    if (patternOf(known).test(path.slice(app.prefix.length) || "/")) throw otherMethod(reply, known, routes);
  }
  const next = `GET ${app.prefix}/openapi.json lists what there is.`;
  throw new Refusal(404, `There is no ${method} ${shortened(path)}. ${next}`);
}

/** "/v2/models/:name" as the addresses that it stands for. */
const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.]/g, "\\$&").replace(/:\w+/g, "[^/]+")}$`);

const shortened = (path: string): string => (path.length > 100 ? `${path.slice(0, 100)}…` : path);
