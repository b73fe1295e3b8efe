/** The server's description as OpenAPI 3.1, made of the table of its routes. */

import { ROUTES, type Route } from "./routes.js";
import { DATATYPES } from "./tensors.js";

type Schema = Readonly<Record<string, unknown>>;

const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const text: Schema = { type: "string" };
const flag: Schema = { type: "boolean" };
const number: Schema = { type: "number" };
const list = (items: Schema): Schema => ({ type: "array", items });
const object = (properties: Schema, others: Schema = {}): Schema => ({
  ...{ type: "object", required: Object.keys(properties) },
  properties: { ...properties, ...others },
});

const SHARES: Schema = {
  known: { ...number, description: "share of the words that are known; 0: the answer is a guess" },
};
const SCORES: Schema = { type: "object", additionalProperties: number, description: "by label" };

const SCHEMAS: Readonly<Record<string, Schema>> = {
  Error: object({ error: { ...text, description: "what was expected, what came, and what to do" } }),
  PredictRequest: {
    ...object({ texts: list(text) }, { model: { ...text, description: "needed where there are several" } }),
    additionalProperties: false,
  },
  LabelAnswer: object(
    { label: { type: ["string", "null"] }, probability: number, scores: SCORES },
    { ...SHARES, rejected: { enum: [false, "unsure", "strange"] }, guess: text },
  ),
  LabelSetAnswer: object({ labels: list(text), scores: SCORES }, SHARES),
  AmountAnswer: object({ value: number }, SHARES),
  NetworkAnswer: object({ outputs: { type: "array" } }),
  PredictResponse: object({
    ...{ model: text, version: text },
    answers: list({
      anyOf: ["LabelAnswer", "LabelSetAnswer", "AmountAnswer", "NetworkAnswer"].map(ref),
    }),
  }),
  Models: object({
    models: list(
      object(
        {
          ...{ name: text, version: text, labels: list(text), inputs: list(ref("TensorMetadata")) },
          kind: { enum: ["text-classifier", "multi-label-classifier", "regressor", "network"] },
          ...{ takes: { enum: ["texts", "numbers"] }, outputs: list(ref("TensorMetadata")) },
        },
        { reload_failed: text },
      ),
    ),
  }),
  TensorMetadata: object({ name: text, datatype: text, shape: list({ type: "integer" }) }),
  ServerMetadata: object({ name: text, version: text, extensions: list(text) }),
  Live: object({ live: flag }),
  Ready: object({
    ...{ live: flag, ready: flag },
    models: list(object({ name: text, version: text, ready: flag }, { reload_failed: text })),
  }),
  ModelMetadata: object({
    ...{ name: text, versions: list(text), platform: text },
    ...{ inputs: list(ref("TensorMetadata")), outputs: list(ref("TensorMetadata")) },
  }),
  ModelReady: object({ name: text, ready: flag }),
  Tensor: object(
    {
      ...{ name: text, shape: list({ type: "integer", minimum: 0 }), datatype: { enum: DATATYPES } },
      data: { type: "array", description: "flat, or nested as the shape says" },
    },
    { parameters: { type: "object" } },
  ),
  InferenceRequest: object(
    { inputs: list(ref("Tensor")) },
    {
      ...{ id: text, parameters: { type: "object" } },
      outputs: list(object({ name: text }, { parameters: { type: "object" } })),
    },
  ),
  InferenceResponse: object(
    { model_name: text, model_version: text, outputs: list(ref("Tensor")) },
    { id: text },
  ),
};

/** Answers that any route may give, by status. */
const ERRORS: Readonly<Record<string, string>> = {
  401: "No token, or none of the known ones",
  403: "A name that is not this machine's",
  404: "No such model or version",
  405: "Another method",
  408: "The request came too slowly",
  413: "More than this server takes",
  415: "No JSON",
  429: "The queue is full: ask again after Retry-After",
  500: "The server failed; its log says how",
  503: "The server stops, or holds as many bodies as it may: ask again after Retry-After",
};

/** Which of them a route may give. */
function errorsOf({ method, path, isOpen }: Route, asksToken: boolean): string[] {
  const statuses = ["403", "405", "500"];
  if (!isOpen) statuses.push("503");
  if (asksToken) statuses.push("401");
  if (path.includes(":name") || path === "/predict" || path === "/metrics") statuses.push("404");
  if (path === "/v2/health/ready") statuses.push("503");
  if (method === "POST") statuses.push("408", "413", "415", "429");
  return statuses.sort();
}

function operation(route: Route, asksToken: boolean): Schema {
  const { id, summary, path, takes, gives } = route;
  const failed = { content: { "application/json": { schema: ref("Error") } } };
  const given =
    typeof gives === "string"
      ? { "application/json": { schema: ref(gives) } }
      : { [gives.type]: { schema: gives.type === "application/json" ? { type: "object" } : text } };
  return {
    ...{ operationId: id, summary },
    ...(asksToken ? { security: [{ bearer: [] }] } : {}),
    parameters: [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
      ...{ name, in: "path", required: true, schema: text },
    })),
    ...(takes
      ? { requestBody: { required: true, content: { "application/json": { schema: ref(takes) } } } }
      : {}),
    responses: {
      200: { description: "The answer", content: given },
      ...(takes ? { 400: { description: "Not what was expected; the error says what", ...failed } } : {}),
      ...Object.fromEntries(
        errorsOf(route, asksToken).map((status) => [
          status,
          path === "/v2/health/ready" && status === "503"
            ? { description: ERRORS[status], content: given }
            : { description: ERRORS[status], ...failed },
        ]),
      ),
    },
  };
}

/** "/v2/models/:name" → "/v2/models/{name}" */
export const describedPath = (path: string): string => path.replace(/:(\w+)/g, "{$1}");

/** @param asksToken whether a route does */
export function descriptionOf(version: string, prefix: string, asksToken: (route: Route) => boolean): object {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of ROUTES) {
    const path = describedPath(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, asksToken(route)) };
  }
  return {
    openapi: "3.1.0",
    info: {
      ...{ title: "Cellstate", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
      description:
        "Text classifiers and networks: their own JSON, and the Open Inference Protocol, version 2.",
    },
    servers: [{ url: prefix === "" ? "/" : prefix }],
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
    },
  };
}
