/*
 * What debug builds (-DKERNELS_CHECKED) check: the numbers and pointers of a call, before it runs, against the kernel's
 * declaration, and what a kernel takes of its working room against what was declared. A fault names the kernel and the
 * argument, and does not return.
 */
#ifndef CELLSTATE_CHECKED_H
#define CELLSTATE_CHECKED_H

#ifdef KERNELS_CHECKED
#include <stdint.h>

/* Given by whoever runs the kernels: reports, and ends the call. */
#ifdef __wasm__
__attribute__((import_module("env"), import_name("kernels_fault")))
#endif
_Noreturn void kernels_fault(const char *kernel, const char *argument, const char *what);

/* The length of the memory that a program points into. */
static inline uint64_t memory_bytes(uintptr_t bytes) {
#ifdef __wasm__
  (void)bytes;
  return (uint64_t)__builtin_wasm_memory_size(0) << 16;
#else
  return bytes;
#endif
}

static inline void check_whole(const char *kernel, const char *argument, int32_t value) {
  if (value < 0) kernels_fault(kernel, argument, "is negative");
}

static inline void check_flag(const char *kernel, const char *argument, int32_t value) {
  if (value != 0 && value != 1) kernels_fault(kernel, argument, "is neither 0 nor 1");
}

typedef struct {
  const char *kernel, *argument;
  uint32_t alignment;
  int optional;
} Checked;

static inline void check_buffer(Checked c, int32_t offset, int64_t elements, uint64_t bytes) {
  const uint32_t at = (uint32_t)offset;
  if (at == 0) {
    if (c.optional) return;
    kernels_fault(c.kernel, c.argument, "is a null pointer");
  }
  if (at % c.alignment != 0) kernels_fault(c.kernel, c.argument, "is not aligned");
  if (elements > 0 && at + 4 * (uint64_t)elements > bytes) {
    kernels_fault(c.kernel, c.argument, "reaches past the end of the memory");
  }
}
#endif

#endif
