/** Asking a server as clients do, over connections of their own. */
import assert from "node:assert/strict";
import { type Agent, request } from "node:http";
import { createServer, type ServedModels, type ServerOptions } from "../../src/serve/index.js";

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
  /** What it says, where it is JSON. */
  json<T = Record<string, unknown>>(): T;
}

export interface AskOptions {
  method?: string;
  headers?: Record<string, string>;
  /** As it is; an object is sent as JSON. */
  body?: string | Uint8Array | object;
  agent?: Agent;
}

/** As Node's `request` takes it: without the brackets of ::1. */
function addressOf(url: string): { hostname: string; port: string } {
  const { hostname, port } = new URL(url);
  return { hostname: hostname.replace(/^\[|\]$/g, ""), port };
}

export function ask(
  url: string,
  path: string,
  { method, headers = {}, body, agent }: AskOptions = {},
): Promise<Answer> {
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const sent = body === undefined || isRaw ? body : JSON.stringify(body);
  const type = body === undefined || isRaw ? {} : { "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const asking = request(
      {
        // An address of IPv6 stands in brackets in a URL.
        ...addressOf(url),
        path,
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: { ...type, ...headers },
        agent: agent ?? false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            text,
            json: <T>() => JSON.parse(text) as T,
          });
        });
      },
    );
    asking.on("error", reject);
    asking.end(sent);
  });
}

/** Begins a request whose body does not end. Resolves when the server has begun to read it. */
export function begin(url: string, path: string): Promise<{ answer: Promise<Answer["status"]> }> {
  const headers = { "content-type": "application/json", "content-length": 100, expect: "100-continue" };
  const asking = request({ ...addressOf(url), path, method: "POST", headers, agent: false });
  const answer = new Promise<number>((resolve, reject) => {
    asking.on("response", ({ statusCode }) => resolve(statusCode!));
    asking.on("error", reject);
  });
  answer.catch(() => {});
  asking.flushHeaders();
  return new Promise((resolve, reject) => {
    asking.on("continue", () => resolve({ answer }));
    asking.on("error", reject);
  });
}

/** The answer, which must be good. */
export async function good<T = Record<string, unknown>>(
  url: string,
  path: string,
  options: AskOptions = {},
): Promise<T> {
  const { status, text } = await ask(url, path, options);
  assert.equal(status, 200, text);
  return JSON.parse(text) as T;
}

/** The status and the words of a refusal. */
export async function refused(
  url: string,
  path: string,
  options: AskOptions = {},
): Promise<[number, string]> {
  const answer = await ask(url, path, options);
  const body = answer.json();
  assert.deepEqual(Object.keys(body), ["error"]);
  assert.match(String(answer.headers["content-type"]), /^application\/json/);
  return [answer.status, String(body["error"])];
}

/** Serves while something is asked. */
export async function serving<R>(
  models: ServedModels,
  options: ServerOptions,
  act: (url: string) => Promise<R>,
): Promise<R> {
  const server = await createServer(models, { port: 0, ...options });
  try {
    return await act(await server.listen());
  } finally {
    await server.close();
  }
}
