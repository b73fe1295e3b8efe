/** A server of files, as any page may have. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
};

export interface Site {
  folder: string;
  /** Sent with every file. */
  headers?: Record<string, string>;
  /** A folder that lies elsewhere, by the path it is served under: "/cellstate/". */
  also?: Record<string, string>;
}

/** Serves a folder while `use` runs, which is given the address of its index.html and a way to be gone before. */
export async function served<T>(
  { folder, headers = {}, also = {} }: Site,
  use: (address: string, stop: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, "http://localhost");
    const [under, elsewhere] = Object.entries(also).find(([path]) => pathname.startsWith(path)) ?? [
      "/",
      folder,
    ];
    const path = pathname === "/" ? "index.html" : pathname.slice(under.length);
    const body = await readFile(join(elsewhere, path)).catch(() => null);
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    response.writeHead(body ? 200 : 404, { "content-type": type, ...headers }).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, stop);
  } finally {
    await stop();
  }
}
