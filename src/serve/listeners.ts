/** The HTTP servers of an application, one an address: what of their connections is bounded, what is no HTTP, and how they end. */
import { lookup } from "node:dns/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What connections may take. */
export interface ConnectionBounds {
  /** Seconds in which a request must have come. */
  readonly timeout: number;
  /** Connections at once, of all addresses. */
  readonly maxConnections: number;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Milliseconds that a connection may be idle. */
const IDLE = 72_000;
/** A port that is free at one address may be taken at the other: so many others are tried. */
const TRIES = 10;

/**
 * "localhost" is two addresses, 127.0.0.1 and ::1, and a server listens at one. Fastify would make one for the other that it tells
 * nobody of: they are made here, so that all are bounded, and all end.
 */
export class Listeners {
  readonly #bounds: ConnectionBounds;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  /** What each connection was asked, and has not been answered yet. */
  readonly #asked = new WeakMap<Socket, Set<Exchange>>();
  readonly #broken = new WeakSet<Socket>();
  #handler: Handler | null = null;

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds;
  }

  /** The first server; further ones answer as it does. Fastify's own option `serverFactory`. */
  readonly factory = (handler: Handler): Server => {
    this.#handler = handler;
    return this.#server();
  };

  #server(): Server {
    const { timeout, maxConnections } = this.#bounds;
    const options = {
      ...{ headersTimeout: 1000 * timeout, requestTimeout: 1000 * timeout, keepAliveTimeout: IDLE },
      connectionsCheckingInterval: Math.min(1000, 500 * timeout),
    };
    const server = createServer(options, (request, response) => {
      this.#note({ request, response });
      this.#handler!(request, response);
    });
    server.setTimeout(1000 * Math.max(120, 2 * timeout));
    // Of several processes another one may have room: the system is told by this number.
    server.maxConnections = maxConnections;
    server.on("connection", (socket) => {
      if (this.#sockets.size >= maxConnections) return void socket.destroy();
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    server.on("clientError", (error, socket) => this.#answerBroken(error, socket as Socket));
    this.#servers.push(server);
    return server;
  }

  #note(exchange: Exchange): void {
    const { socket } = exchange.request;
    const all = this.#asked.get(socket) ?? new Set();
    this.#asked.set(socket, all.add(exchange));
    exchange.response.once("close", () => all.delete(exchange));
  }

  /** What is no HTTP, or comes too slowly. What came whole before it on the connection is answered first. */
  #answerBroken(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    // What follows is no better.
    if (this.#broken.has(socket)) return;
    this.#broken.add(socket);
    const before = [...(this.#asked.get(socket) ?? [])].filter(({ request }) => request.complete);
    let left = before.length;
    if (left === 0) endBroken(error, socket);
    for (const { response } of before) {
      response.once("close", () => {
        left--;
        if (left === 0 && socket.writable) endBroken(error, socket);
      });
    }
  }

  /** @returns the port @throws Error of the system, where it cannot be listened at */
  async listen(port: number, host: string): Promise<number> {
    const addresses = await addressesOf(host);
    for (let tries = 1; ; tries++) {
      try {
        return await this.#listenAt(addresses, port);
      } catch (error) {
        await this.#ended();
        const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
        if (port !== 0 || !isTaken || tries === TRIES) throw error;
      }
    }
  }

  /** One that this machine does not have is passed over, where it has the other. */
  async #listenAt(addresses: readonly string[], asked: number): Promise<number> {
    let port = asked;
    let lacking: unknown;
    let used = 0;
    for (const address of addresses) {
      const server = this.#servers[used] ?? this.#server();
      try {
        await listening(server, port, address);
      } catch (error) {
        if (!/^(EADDRNOTAVAIL|EAFNOSUPPORT)$/.test((error as NodeJS.ErrnoException).code ?? "")) throw error;
        lacking = error;
        continue;
      }
      used++;
      ({ port } = server.address() as AddressInfo);
    }
    if (used === 0) throw lacking;
    return port;
  }

  /** Where they listen. */
  get addresses(): string[] {
    return this.#servers.flatMap((server) =>
      server.listening ? [(server.address() as AddressInfo).address] : [],
    );
  }

  /** Takes no more connections; resolves when all are answered, or cut after so many seconds. */
  async close(within: number): Promise<void> {
    const all = (act: (server: Server) => void) => () => this.#servers.forEach(act);
    // Connections that answer meanwhile are idle then: they would be kept for others who ask.
    const idle = setInterval(
      all((server) => server.closeIdleConnections()),
      50,
    );
    const late = setTimeout(
      all((server) => server.closeAllConnections()),
      1000 * within,
    );
    try {
      await this.#ended();
    } finally {
      clearInterval(idle);
      clearTimeout(late);
    }
  }

  /** One that does not listen has to be closed, too: it counts time. */
  async #ended(): Promise<void> {
    await Promise.all(
      this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    );
  }
}

/** All that "localhost" stands for; another name or address as it is, whose first address is taken. */
async function addressesOf(host: string): Promise<readonly string[]> {
  if (host.toLowerCase() !== "localhost") return [host];
  const found = await lookup(host, { all: true });
  return [...new Set(found.map(({ address }) => address))];
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function endBroken({ code }: NodeJS.ErrnoException, socket: Socket): void {
  const [status, message] = BROKEN[code ?? ""] ?? ["400 Bad Request", "Expected HTTP, which this is not."];
  const body = JSON.stringify({ error: message });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const BROKEN: Readonly<Record<string, readonly [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "The request came too slowly. Send it at once."],
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "The headers are too long. Send fewer."],
};
