import { Inflate, Unzlib } from "fflate";
import { InputError, inputError } from "../errors.js";

/** DEFLATE cannot make more than 1,032 bytes out of one, so this much input yields at most about 4 MB at a time. */
const STEP = 4096;

/**
 * Unpacks DEFLATE data (`zlib`: with zlib's wrapper) that must come to exactly `size` bytes. The data is fed in small
 * steps and dropped as soon as it yields more, so a bomb costs neither memory nor time beyond `size`.
 * The caller has already found `size` bearable.
 */
export function inflateExactly(data: Uint8Array, size: number, where: string, zlib = false): Uint8Array {
  const out = new Uint8Array(size);
  let length = 0;
  const take = (piece: Uint8Array) => {
    if (length + piece.length > size) {
      throw inputError({ expected: `compressed data of ${size} bytes`, where, received: "more than that" });
    }
    out.set(piece, length);
    length += piece.length;
  };
  const stream = zlib ? new Unzlib(take) : new Inflate(take);
  try {
    for (let start = 0; start < data.length; start += STEP) {
      stream.push(data.subarray(start, start + STEP), start + STEP >= data.length);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw inputError({ expected: "intact compressed data", where, received: String(error) });
  }
  if (length !== size) {
    throw inputError({ expected: `compressed data of ${size} bytes`, where, received: length });
  }
  return out;
}
