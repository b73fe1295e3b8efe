/** What a file is, by how it begins: enough to choose who reads it, without loading any of the readers. */

const begins = (bytes: Uint8Array, signature: readonly number[]) =>
  signature.every((byte, i) => bytes[i] === byte);

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** With or without members. */
export const isZip = (bytes: Uint8Array): boolean =>
  begins(bytes, [0x50, 0x4b]) && (bytes[2] === 3 || bytes[2] === 5);

export const isHdf5 = (bytes: Uint8Array): boolean =>
  begins(bytes, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A JSON object, or what begins like one. */
export const isJson = (bytes: Uint8Array): boolean => /^\s*\{/.test(textOf(bytes.subarray(0, 64)));

/** The `model.json` of a TensorFlow.js model, from how its keys are called. */
export const isTfjs = (bytes: Uint8Array): boolean =>
  isJson(bytes) && /"(modelTopology|weightsManifest)"\s*:/.test(textOf(bytes));

/** A number, which no text would begin with, and a JSON object. */
export const isSafetensors = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, 8).some((byte) => byte < 9 || byte > 126) && bytes[8] === 0x7b;
