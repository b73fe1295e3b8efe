/** NumPy's single numbers and texts inside pickles: `scalar(dtype, bytes)`, where dtype is made as dtype("<i8"). */
import { signedInteger } from "./pickle-scalars.js";
import { PickleClass, PickleObject, type PickleValue } from "./pickle-values.js";

export const NUMPY_DTYPE = "numpy.dtype";
export const NUMPY_SCALARS: ReadonlySet<string> = new Set([
  "numpy.core.multiarray.scalar",
  "numpy._core.multiarray.scalar",
]);

/** The number or text that the call stands for, or undefined where it is another kind. */
export function numpyScalar([dtype, bytes]: readonly PickleValue[]): number | string | boolean | undefined {
  if (!(dtype instanceof PickleObject) || !(bytes instanceof Uint8Array)) return undefined;
  const kind = dtype.args[0] instanceof PickleClass ? undefined : dtype.args[0];
  const order = Array.isArray(dtype.state) ? dtype.state[1] : "<";
  if (typeof kind !== "string" || order === ">") return undefined;
  if (/^i[1248]$/.test(kind) && bytes.length === Number(kind[1])) return signedInteger(bytes);
  if (kind === "b1" && bytes.length === 1) return bytes[0] === 1;
  if (/^U\d{1,9}$/.test(kind) && bytes.length === 4 * Number(kind.slice(1))) return utf32(bytes);
  return undefined;
}

const STEP = 16_384;

/** UTF-32, the lowest byte first, filled up with zeros. */
function utf32(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let used = bytes.length;
  while (used >= 4 && view.getUint32(used - 4, true) === 0) used -= 4;
  let text = "";
  for (let start = 0; start < used; start += STEP) {
    const codes: number[] = [];
    for (let at = start; at < Math.min(start + STEP, used); at += 4) codes.push(view.getUint32(at, true));
    if (codes.some((code) => code > 0x10ffff)) return undefined;
    text += String.fromCodePoint(...codes);
  }
  return text;
}
