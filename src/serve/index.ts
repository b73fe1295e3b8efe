/**
 * cellstate/serve: models over HTTP, by a server of their own or as a Fastify plugin. Node only.
 * @module cellstate/serve
 */
export { InputError } from "../base/errors.js";
export type { EngineChoice } from "../engines/registry.js";
export type { ServedModels, ServeLimits, ServeLog, ServerOptions, ServingOptions } from "./options.js";
export { type ServePluginOptions, servePlugin } from "./plugin.js";
export type { ServableModel } from "./served.js";
export { createServer, type ModelServer } from "./server.js";
