/** Files as a browser sees them: read by URL; there is no path to write to. Node has node-files.ts in its place. */
import { inputError } from "../errors.js";

/** The bytes behind a URL. @throws InputError when the server does not give them */
export async function readBytes(source: string | URL): Promise<Uint8Array> {
  const response = await fetch(source);
  if (!response.ok) {
    throw inputError({
      expected: "a file that can be fetched",
      where: String(source),
      received: `${response.status} ${response.statusText}`,
    });
  }
  return new Uint8Array(await response.arrayBuffer());
}

/** The bytes of a file in the same folder, by its bare name. */
export function readBeside(source: string | URL, name: string): Promise<Uint8Array> {
  return readBytes(new URL(encodeURIComponent(name), new URL(source, globalThis.location?.href)));
}

export async function writeAtomic(path: string, _bytes: Uint8Array): Promise<void> {
  throw inputError({
    expected: "Node, to write a file",
    where: path,
    next: "In a browser take toBytes() and offer the bytes as a download.",
  });
}
