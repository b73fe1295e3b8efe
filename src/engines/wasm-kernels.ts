/** The kernels in WebAssembly at work, in this thread or in a worker. */

export interface KernelExports {
  /** Runs one task of an encoded program; `program` and `starts` are addresses, `memory` and `bytes` are 0. */
  run_task(program: number, starts: number, task: number, memory: number, bytes: number): void;
  __stack_pointer: WebAssembly.Global;
  /** Where static data ends. */
  __heap_base: WebAssembly.Global;
}

/** The kernels at work on a memory. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  const text = (at: number) => {
    const bytes = new Uint8Array(memory.buffer);
    return String.fromCharCode(...bytes.slice(at, bytes.indexOf(0, at)));
  };
  // Debug builds call it in place of going on (kernels/checked.h).
  const kernels_fault = (...texts: number[]) => {
    throw new RangeError(texts.map(text).join(" "));
  };
  const { exports } = new WebAssembly.Instance(module, { env: { memory, kernels_fault } });
  return exports as unknown as KernelExports;
}
