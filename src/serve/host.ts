/** Which names a server on this machine answers to. */

import { inputError } from "../base/errors.js";

/** An address that leads to this machine alone. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/**
 * A page elsewhere can make a name of its own lead to this machine and ask in that name (DNS rebinding). Who listens to this
 * machine alone is called by its names alone.
 * @param asked the request's Host
 * @param host what the server listens on
 */
export function isForUs(asked: string | undefined, host: string): boolean {
  if (!isLoopback(host)) return true;
  const [, name = ""] = /^\[?(.*?)\]?(?::\d+)?$/.exec(asked ?? "") ?? [];
  return isLoopback(name);
}

/** A host as it stands in an address. */
export const inAddress = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** Why a place cannot be listened at, as the user's mistake or as the machine's failure. */
export function listenError(error: unknown, at: { port: number; host: string; next: string }): unknown {
  const { port, host, next } = at;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE" || code === "EACCES") {
    const expected = code === "EACCES" ? "a port that may be listened on" : "a port that is free";
    return inputError({ expected, where: "--port", received: port, next });
  }
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return inputError({ expected: "an address of this machine", where: "--host", received: host });
  }
  return error;
}
