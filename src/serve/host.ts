/** Which names a server answers to, and where it may listen. */
import { BlockList, isIP } from "node:net";
import { inputError } from "../base/errors.js";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** A name as names are compared: "LocalHost." is "localhost". */
const plain = (name: string): string => name.toLowerCase().replace(/\.$/, "");

/** Whether a name or an address leads to this machine alone. */
export function isLoopback(host: string): boolean {
  const name = plain(host);
  const family = isIP(name);
  return family === 0 ? name === "localhost" : LOOPBACK.check(name, family === 4 ? "ipv4" : "ipv6");
}

/**
 * A page elsewhere can make a name of its own lead to this machine and ask in that name (DNS rebinding). Who listens to this
 * machine alone is called by its names alone; who names those that it is called by, by these and no others.
 * @param asked the request's Host
 * @param host what the server listens on
 * @param allowed what else it is called, as by a proxy that passes on what it was asked as
 * @param isLocal whether it listens to this machine alone
 */
export function isForUs(
  asked: string | undefined,
  host: string,
  allowed: readonly string[] = [],
  isLocal = isLoopback(host),
): boolean {
  if (!isLocal && allowed.length === 0) return true;
  const [, written = ""] = /^\[?(.*?)\]?(?::\d+)?$/.exec(asked ?? "") ?? [];
  if (isLoopback(written)) return true;
  const name = plain(written);
  return [host, ...allowed].some((one) => plain(one) === name);
}

/** A name that a server may be called: without a port. @throws InputError */
export function hostNameOf(value: unknown, where: string): string {
  if (typeof value === "string" && (isIP(value) !== 0 || /^[\w-]+(\.[\w-]+)*\.?$/.test(value))) return value;
  const expected = 'a host\'s name without a port, as "models.example.com"';
  throw inputError({ expected, where, received: value });
}

/** A host as it stands in an address. */
export const inAddress = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** A place to listen at, and what its parts are called where something is wrong with them. */
export interface Place {
  readonly port: number;
  readonly host: string;
  /** "--port" */
  readonly called: (option: "port" | "host") => string;
  /** What to do where the port is taken. */
  readonly next: string;
}

/** Why a place cannot be listened at, as the user's mistake or as the machine's failure. */
export function listenError(error: unknown, { port, host, called, next }: Place): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE" || code === "EACCES") {
    const expected = code === "EACCES" ? "a port that may be listened on" : "a port that is free";
    return inputError({ expected, where: called("port"), received: port, next });
  }
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return inputError({ expected: "an address of this machine", where: called("host"), received: host });
  }
  return error;
}
