/** What is served at which address: one table, from which the server, its description and its tests are made. */

import { readPredict } from "./own.js";
import { inferenceResponse, metadataOf, readInference } from "./protocol.js";
import { Refusal } from "./refusal.js";
import { takesTexts } from "./served-kind.js";
import type { Serving } from "./serving.js";
import type { OnShelf, Standing } from "./shelf.js";
import { TRY_PAGE } from "./try-page.js";

/** A request as the handlers see it. */
export interface Asked {
  /** What the address names: a model, a version. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Called when who asked waits no more. */
  onGone(listener: () => void): void;
}

/** An answer: JSON, or a text of a type. */
export type Answered =
  | { readonly status?: number; readonly json: object }
  | { readonly type: string; readonly text: string; readonly headers?: Readonly<Record<string, string>> };

/** What serves. */
export interface Site {
  readonly serving: Serving;
  /** The package's version. */
  readonly version: string;
  /** What `/openapi.json` answers. */
  readonly description: object;
  /** The numbers of `/metrics`. */
  metrics(): Promise<{ type: string; text: string }>;
}

/** An address and what it does. */
export interface Route {
  readonly method: "GET" | "POST";
  /** With `:name` in place of what varies. */
  readonly path: string;
  /** In the description, by which clients are made. */
  readonly id: string;
  readonly summary: string;
  /** Whether it answers without a token: it tells nothing of the models. */
  readonly isOpen: boolean;
  /** Schemas of the description, by name. */
  readonly takes?: string;
  readonly gives: string | { readonly type: string };
  handle(site: Site, asked: Asked): Answered | Promise<Answered>;
}

/** How the server stands: ready as long as it takes requests; a file that does not serve leaves the model before it. */
function readiness({ serving }: Site): Answered {
  const models = serving.shelf.standings.map(({ name, version, failed }) => ({
    ...{ name, version, ready: true },
    ...(failed === null ? {} : { reload_failed: failed }),
  }));
  const ready = !serving.isStopping;
  return { status: ready ? 200 : 503, json: { live: true, ready, models } };
}

const listed = ({ name, version, failed, served }: Standing) => ({
  ...{ name, version, kind: served.kind, labels: served.labels },
  ...{ takes: takesTexts(served) ? "texts" : "numbers", inputs: served.inputs },
  outputs: served.columns.map(({ info }) => info),
  ...(failed === null ? {} : { reload_failed: failed }),
});

async function predict({ serving }: Site, { body, onGone }: Asked): Promise<Answered> {
  const { texts, model: name } = readPredict(body);
  const model = name === undefined ? serving.shelf.only() : serving.shelf.find(name);
  if (!takesTexts(model.served)) {
    const next = `Send them to POST /v2/models/${model.name}/infer, as GET /v2/models/${model.name} describes.`;
    throw new Refusal(400, `${model.name} takes numbers, not texts. ${next}`);
  }
  const answers = await serving.ask(model, { texts }, texts.length, onGone);
  const { name: called, version, served } = model;
  return { json: { model: called, version, answers: answers.map((answer) => served.json(answer)) } };
}

async function infer({ serving }: Site, { params, body, onGone }: Asked): Promise<Answered> {
  const model = modelIn(serving, params);
  const inference = readInference(body, model.served);
  const answers = await serving.ask(model, inference.question, inference.rows, onGone);
  return { json: inferenceResponse(model, inference, answers) };
}

const modelIn = ({ shelf }: Serving, { name, version }: Asked["params"]): OnShelf =>
  shelf.find(name!, version);

const METADATA = { name: "cellstate", extensions: [] };

/** The protocol's addresses of a model stand there twice: with a version, and without. */
const ofModels = ({ path, id, ...route }: Route): Route[] => [
  { ...route, id, path: `/v2/models/:name${path}` },
  { ...route, id: `${id}OfVersion`, path: `/v2/models/:name/versions/:version${path}` },
];

export const ROUTES: readonly Route[] = [
  {
    ...{ method: "GET", path: "/", id: "page", summary: "A page to try the models in", isOpen: true },
    gives: { type: "text/html" },
    handle: () => ({ type: "text/html; charset=utf-8", text: TRY_PAGE.html, headers: TRY_PAGE.headers }),
  },
  {
    ...{ method: "GET", path: "/models", id: "models", isOpen: false, gives: "Models" },
    summary: "The models: what each takes and answers",
    handle: ({ serving }) => ({ json: { models: serving.shelf.standings.map(listed) } }),
  },
  {
    ...{ method: "POST", path: "/predict", id: "predict", isOpen: false },
    ...{ takes: "PredictRequest", gives: "PredictResponse" },
    summary: "Answers texts",
    handle: predict,
  },
  {
    ...{ method: "GET", path: "/metrics", id: "metrics", isOpen: false, gives: { type: "text/plain" } },
    summary: "Numbers for Prometheus",
    async handle(site) {
      if (site.serving.metrics === null) throw new Refusal(404, "This server was started without metrics.");
      return site.metrics();
    },
  },
  {
    ...{ method: "GET", path: "/openapi.json", id: "description", isOpen: true },
    gives: { type: "application/json" },
    summary: "This description",
    handle: ({ description }) => ({ json: description }),
  },
  ...["/v2", "/v2/"].map(
    (path): Route => ({
      ...{ method: "GET", path, id: path === "/v2" ? "server" : "serverToo", isOpen: false },
      ...{ gives: "ServerMetadata", summary: "Open Inference Protocol: the server" },
      handle: ({ version }) => ({ json: { ...METADATA, version } }),
    }),
  ),
  {
    ...{ method: "GET", path: "/v2/health/live", id: "live", isOpen: true, gives: "Live" },
    summary: "Open Inference Protocol: whether the server runs",
    handle: () => ({ json: { live: true } }),
  },
  {
    ...{ method: "GET", path: "/v2/health/ready", id: "ready", isOpen: true, gives: "Ready" },
    summary: "Open Inference Protocol: whether it takes requests; 503 when it stops",
    handle: readiness,
  },
  ...ofModels({
    ...{ method: "GET", path: "", id: "model", isOpen: false, gives: "ModelMetadata" },
    summary: "Open Inference Protocol: a model's inputs and outputs",
    handle({ serving }, { params }) {
      const { name, version, served } = modelIn(serving, params);
      return { json: metadataOf(name, version, served) };
    },
  }),
  ...ofModels({
    ...{ method: "GET", path: "/ready", id: "modelReady", isOpen: false, gives: "ModelReady" },
    summary: "Open Inference Protocol: whether a model answers",
    handle: ({ serving }, { params }) => ({ json: { name: modelIn(serving, params).name, ready: true } }),
  }),
  ...ofModels({
    ...{ method: "POST", path: "/infer", id: "infer", isOpen: false },
    ...{ takes: "InferenceRequest", gives: "InferenceResponse" },
    summary: "Open Inference Protocol: asks a model",
    handle: infer,
  }),
];
