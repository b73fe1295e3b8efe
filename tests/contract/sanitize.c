/*
 * Runs recorded kernel calls under the address and undefined-behaviour sanitizers. Standard input is a sequence of
 * cases, all uint32: bytes of memory, words of the program, the program, number of buffers, and for each its offset,
 * its bytes and its contents. Everything between the buffers is poisoned, so one element too far is caught; and the
 * kernels check their calls themselves (kernels/checked.h).
 */
#include <sanitizer/asan_interface.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "checked.h"

void run_task(const int32_t *program, const int32_t *starts, int32_t task, uintptr_t memory, uintptr_t bytes);

_Noreturn void kernels_fault(const char *kernel, const char *argument, const char *what) {
  fprintf(stderr, "%s %s %s\n", kernel, argument, what);
  exit(4);
}

static int read_bytes(void *out, size_t bytes) { return bytes == 0 || fread(out, bytes, 1, stdin) == 1; }

static uint32_t number(void) {
  uint32_t value;
  if (!read_bytes(&value, sizeof value)) exit(3);
  return value;
}

int main(void) {
  uint32_t bytes, cases = 0;
  for (; read_bytes(&bytes, sizeof bytes); cases++) {
    char *memory = aligned_alloc(64, bytes);
    uint32_t words = number();
    int32_t *program = malloc(words * sizeof *program);
    if (!memory || !program || !read_bytes(program, words * sizeof *program)) return 3;
    ASAN_POISON_MEMORY_REGION(memory, bytes);
    for (uint32_t buffers = number(); buffers > 0; buffers--) {
      uint32_t at = number(), length = number();
      ASAN_UNPOISON_MEMORY_REGION(memory + at, length);
      if (!read_bytes(memory + at, length)) return 3;
    }
    /* One phase of one task: [1, 1, start, end, call …]. */
    run_task(program, program + 2, 0, (uintptr_t)memory, bytes);
    ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
    free(memory);
    free(program);
  }
  printf("%u\n", cases);
  return 0;
}
