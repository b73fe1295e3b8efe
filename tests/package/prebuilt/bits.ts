/**
 * What a prebuilt addon computes, bit for bit: run by a Node of the system that the addon is for, be it an emulated one.
 * `node bits.js ADDON OUT` writes OUT, as an emulator's standard output may be none (Wine's).
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { type Addon, checkAddon, NativeEngine } from "../../../src/engines/native.js";
import { smallNetwork, trainingRows } from "../../browser/training.js";
import { CASES } from "../../contract/cases.js";
import { runCase } from "../../contract/harness.js";

/** Of one instruction set. */
export interface Bits {
  /** SHA-256 of every buffer of every case of a kernel, by the kernel's name. */
  kernels: Record<string, string>;
  /** SHA-256 of a small network's weights after training on two threads. */
  weights: string;
}

/** Where a number is none, which none it is hangs on the processor. */
function update(hash: ReturnType<typeof createHash>, values: Float32Array | Uint32Array): void {
  const plain =
    values instanceof Float32Array ? values.map((x) => (Number.isNaN(x) ? Number.NaN : x)) : values;
  hash.update(new Uint8Array(plain.buffer, plain.byteOffset, plain.byteLength));
}

async function kernelBits(engine: NativeEngine): Promise<Record<string, string>> {
  const hashes = new Map<string, ReturnType<typeof createHash>>();
  for (const one of CASES) {
    const hash = hashes.get(one.kernel) ?? createHash("sha256");
    hashes.set(one.kernel, hash);
    for (const [, values] of await runCase(engine, one)) update(hash, values);
  }
  return Object.fromEntries([...hashes].map(([kernel, hash]) => [kernel, hash.digest("hex")]));
}

async function trainedWeights(engine: NativeEngine): Promise<string> {
  const model = smallNetwork({ engine });
  const { x, y } = trainingRows();
  await model.fit(x, y, { epochs: 3 });
  const hash = createHash("sha256");
  for (const { data } of model.getWeights()) update(hash, data);
  return hash.digest("hex");
}

/** @param path of the addon. @throws Error where it cannot be used here */
export async function bitsOf(path: string): Promise<Record<string, Bits>> {
  const module = { exports: {} };
  process.dlopen(module, path);
  const found = checkAddon(module.exports as Addon);
  if ("missing" in found) throw new Error(found.missing);
  const all: Record<string, Bits> = {};
  for (const variant of found.addon.variants) {
    const engine = new NativeEngine(found.addon, 2, { variant });
    all[variant] = { kernels: await kernelBits(engine), weights: await trainedWeights(engine) };
    engine.dispose();
  }
  return all;
}

const [, , addon, out] = process.argv;
if (addon?.endsWith(".node") && out !== undefined) {
  await bitsOf(addon).then(
    (bits) => writeFileSync(out, JSON.stringify(bits)),
    (error: Error) => writeFileSync(out, JSON.stringify({ error: error.stack })),
  );
  // Wine's threads may outlive the work.
  process.exit(0);
}
