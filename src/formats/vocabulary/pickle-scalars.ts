/** The texts and numbers of Python pickles; undefined where bytes are none. */

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Two's complement, the lowest byte first. */
export function signedInteger(bytes: Uint8Array): number | undefined {
  if (bytes.length > 8) return undefined;
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  const number = Number(BigInt.asIntN(8 * bytes.length, value));
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Python's raw-unicode-escape: Latin-1, with \uXXXX and \UXXXXXXXX for the rest. */
export function escapedText(bytes: Uint8Array): string | undefined {
  let sound = true;
  const text = latin1(bytes).replace(
    /\\u([\da-f]{4})|\\U([\da-f]{8})/gi,
    (_, short?: string, long?: string) => {
      const code = Number.parseInt(short ?? long!, 16);
      sound &&= code <= 0x10ffff;
      return sound ? String.fromCodePoint(code) : "";
    },
  );
  return sound ? text : undefined;
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, "\\": 92, "'": 39, '"': 34 };
const BACKSLASH = 92;

/** Python 2's repr of a byte string, read as UTF-8: 'it\'s', "caf\xc3\xa9". */
export function quotedText(line: Uint8Array): string | undefined {
  const quote = line[0];
  if ((quote !== 39 && quote !== 34) || line.length < 2 || line.at(-1) !== quote) return undefined;
  const inner = line.subarray(1, -1);
  if (!inner.includes(BACKSLASH)) return utf8(inner);
  const bytes = new Uint8Array(inner.length);
  let length = 0;
  for (let at = 0; at < inner.length; at++) {
    let byte: number | undefined = inner[at]!;
    if (byte === BACKSLASH) {
      const letter = String.fromCharCode(inner[++at] ?? 0);
      const hex = letter === "x" ? latin1(inner.subarray(at + 1, at + 3)) : "";
      byte = /^[\da-f]{2}$/i.test(hex) ? Number.parseInt(hex, 16) : ESCAPES[letter];
      at += hex.length;
    }
    if (byte === undefined) return undefined;
    bytes[length++] = byte;
  }
  return utf8(bytes.subarray(0, length));
}

export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}
