/** Files as programs hold them: bytes, a File or Blob, a Response. Known by their tags: a page's frames, and Jest, have classes of their own. */
const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** The bytes of an ArrayBuffer, or of what is a view of one; null for anything else. */
export function bytesIn(value: unknown): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (!/^(Shared)?ArrayBuffer$/.test(tagOf(value))) return null;
  const buffer = value as ArrayBuffer;
  // One that was handed over to a worker is empty, and may not even be looked into.
  return buffer.byteLength === 0 ? new Uint8Array(0) : new Uint8Array(buffer);
}

export const isBlob = (value: unknown): value is Blob => /^(Blob|File)$/.test(tagOf(value));

export const isResponse = (value: unknown): value is Response => tagOf(value) === "Response";

/** What messages call it: a File has a name. */
export const nameOfBlob = (blob: Blob): string | undefined => {
  const { name } = blob as { name?: unknown };
  return typeof name === "string" && name !== "" ? name : undefined;
};

/** The address that it came from, without what may be secret or long; a Response that a program made has none. */
export const nameOfResponse = ({ url }: Response): string | undefined =>
  url.replace(/[?#].*$/, "") || undefined;
