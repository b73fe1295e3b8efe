/** A folder of files as a web site of this machine's own, with headers that let a page share memory and nothing else in. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import sirv from "sirv";
import { inAddress, isForUs, isLoopback, listenError } from "./host.js";

/** What a page may load, and from where: its own files. `wasm-unsafe-eval` lets WebAssembly be compiled, and no script. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Of every answer. The first two isolate the page, so that its threads may share memory. */
const HEADERS: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
};

/** A file that is served besides the folder's. */
export interface SiteFile {
  /** "/model.keras" */
  path: string;
  bytes: Uint8Array;
}

export interface SiteOptions {
  /** The folder. */
  folder: string;
  files?: readonly SiteFile[];
  /** 0 takes one that is free. */
  port: number;
  /** An address of this machine. */
  host: string;
}

/** A site that is being served. */
export interface Site {
  /** "http://localhost:4173/" */
  url: string;
  close(): Promise<void>;
}

/** Serves the folder until it is closed. @throws InputError where the port is taken or the host is not this machine's */
export async function serveSite({ folder, files = [], port, host }: SiteOptions): Promise<Site> {
  const held = new Map(files.map(({ path, bytes }) => [path, bytes]));
  const fromFolder = sirv(folder, { etag: true, dotfiles: false });
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (!isForUs(request.headers.host, host))
      return refuse(response, 403, "This site answers to its own address alone.");
    if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405, "Read only.");
    // As it is written: what is no address has no file.
    const [path = "/"] = (request.url ?? "/").split("?");
    const bytes = held.get(path);
    if (!bytes) return fromFolder(request, response, () => refuse(response, 404, "There is no such file."));
    response.writeHead(200, { "content-type": "application/octet-stream", "content-length": bytes.length });
    response.end(request.method === "HEAD" ? undefined : bytes);
  });
  await listen(server, port, host);
  const taken = (server.address() as AddressInfo).port;
  const name = isLoopback(host) ? "localhost" : inAddress(host);
  return {
    url: `http://${name}:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { "content-type": "text/plain" });
  response.end(`${why}\n`);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = "Leave it out to take one that is free.";
    server.once("error", (error) =>
      reject(listenError(error, { port, host, called: (name) => `--${name}`, next })),
    );
    server.listen(port, host, resolve);
  });
}
