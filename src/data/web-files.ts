/** Tables as a browser finds them: by address. Node has node-files.ts in its place. */
import { type ByteSource, responseSource } from "./source.js";

/** What an address gives. @throws InputError where the server does not give it */
export async function openAddress(address: string | URL): Promise<ByteSource> {
  return responseSource(await fetch(address));
}

/** In a browser a path is an address. */
export const openPath = openAddress;
