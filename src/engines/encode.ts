/** Programs as numbers, for the engines that run them in C: what `run_task` of kernels/dispatch.c walks. */
import { KERNEL_NAMES } from "../kernels/abi.js";
import { kernelOf } from "../kernels/kernels.js";
import type { Call, Phase } from "./engine.js";
import { givenValue } from "./given.js";

const KERNEL_IDS = new Map(KERNEL_NAMES.map((name, id) => [name, id]));
const ARGUMENTS = new Map(KERNEL_NAMES.map((name) => [name, Object.entries(kernelOf(name).arguments)]));

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
function encodeCall(out: number[], call: Call): number {
  let furthest = 0;
  out.push(KERNEL_IDS.get(call.kernel)!);
  for (const [field, argument] of ARGUMENTS.get(call.kernel)!) {
    const value = givenValue(call, field, argument);
    if (argument.kind === "real") {
      bits.setFloat32(0, value);
      out.push(bits.getInt32(0));
      continue;
    }
    if ("shape" in argument) furthest = Math.max(furthest, value);
    out.push(value | 0);
  }
  return furthest;
}
