/*
 * Jobs of many sizes from two callers at once, with the pool's users coming and going, under the thread sanitizer.
 * Every task must run exactly once.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

#define JOBS 3000
#define MOST_TASKS 40

typedef struct {
  int runs[MOST_TASKS];
} job;

static void task(const void *context, int32_t index) { ((job *)context)->runs[index]++; }

static void *caller(void *seed) {
  unsigned random = (unsigned)(uintptr_t)seed;
  for (int j = 0; j < JOBS; j++) {
    if (j % 50 == 0) pool_retain();
    random = random * 1664525u + 1013904223u;
    int32_t count = (int32_t)(random >> 16) % (MOST_TASKS + 1), threads = 1 + (int32_t)(random >> 8) % 4;
    job current;
    memset(&current, 0, sizeof current);
    pool_run(threads, count, task, &current);
    for (int32_t i = 0; i < MOST_TASKS; i++) {
      if (current.runs[i] != (i < count)) {
        fprintf(stderr, "job %d: task %d of %d ran %d times\n", j, i, count, current.runs[i]);
        exit(1);
      }
    }
    if (j % 50 == 49) pool_release();
  }
  return NULL;
}

int main(void) {
  pthread_t other;
  pthread_create(&other, NULL, caller, (void *)7);
  caller((void *)11);
  pthread_join(other, NULL);
  printf("%d\n", pool_size());
  return 0;
}
