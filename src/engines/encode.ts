/** Programs as numbers, for the engines that run them in C: what `run_task` of the generated dispatch walks. */
import { type Call, KERNELS, type KernelName, type Phase } from "../kernels/contract.js";

const KERNEL_NAMES = Object.keys(KERNELS) as KernelName[];
const KERNEL_IDS = new Map(KERNEL_NAMES.map((name, id) => [name, id]));
const FIELDS = new Map(KERNEL_NAMES.map((name) => [name, Object.entries(KERNELS[name])]));

/** The name of a kernel in C: denseForward is dense_forward. */
export const kernelFunction = (name: string) =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** One line that changes whenever the interface does. An optional pointer is a pointer like any other in C. */
export function abiSignature(): string {
  const letter = (kind: string) => (kind === "optional" ? "p" : kind[0]);
  return KERNEL_NAMES.map((name) => {
    const parameters = FIELDS.get(name)!.map(([field, kind]) => `${letter(kind)} ${field}`);
    return `${kernelFunction(name)}(${parameters.join(",")})`;
  }).join(";");
}

/** FNV-1a of the signature, as uint32: what a built engine must carry to be trusted with pointers. */
export function abiHash(signature = abiSignature()): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < signature.length; i++) hash = Math.imul(hash ^ signature.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * Words: the number of phases; for each phase the number of its tasks and, one more than that, the indices where the
 * tasks' calls begin; then the calls, each a kernel's number and its arguments.
 */
export interface EncodedProgram {
  readonly words: Int32Array;
  /** The memory must reach past this, or a pointer of the program leads nowhere. */
  readonly furthest: number;
}

/** @throws TypeError, RangeError when an argument is missing or a pointer that must be there is 0 */
export function encodeProgram(phases: readonly Phase[]): EncodedProgram {
  const header: number[] = [phases.length];
  const headerLength = phases.reduce((sum, phase) => sum + phase.length + 2, 1);
  const calls: number[] = [];
  let furthest = 0;
  for (const phase of phases) {
    header.push(phase.length, headerLength + calls.length);
    for (const task of phase) {
      for (const call of task) furthest = Math.max(furthest, encodeCall(calls, call));
      header.push(headerLength + calls.length);
    }
  }
  return { words: Int32Array.from([...header, ...calls]), furthest };
}

const bits = new DataView(new ArrayBuffer(4));

/** Appends a call and returns its furthest pointer. */
function encodeCall(out: number[], { kernel, args }: Call): number {
  let furthest = 0;
  out.push(KERNEL_IDS.get(kernel)!);
  for (const [field, kind] of FIELDS.get(kernel)!) {
    const value = (args as Record<string, number>)[field]!;
    if (value === undefined || Number.isNaN(value)) throw new TypeError(`${kernel} ${field} has no value`);
    if (kind === "real") {
      bits.setFloat32(0, value);
      out.push(bits.getInt32(0));
      continue;
    }
    if (value === 0 && (kind === "pointer" || kind === "words")) {
      throw new RangeError(`${kernel} ${field} is a null pointer`);
    }
    if (kind !== "integer") furthest = Math.max(furthest, value);
    out.push(value | 0);
  }
  return furthest;
}
