/*
 * Working room: scratch handed out from the front, on cache lines. Debug builds know where it ends, and whose it is.
 */
#ifndef CELLSTATE_ROOM_H
#define CELLSTATE_ROOM_H

#include <stddef.h>

#include "checked.h"
#include "simd.h"

typedef struct {
  float *next;
#ifdef KERNELS_CHECKED
  const float *end;
  const char *kernel;
#endif
} Room;

/* A kernel's whole scratch; after it what <kernel>_scratch of kernels.h takes. */
#ifdef KERNELS_CHECKED
#define room_of(kernel, scratch, ...) ((Room){scratch, scratch + kernel##_scratch(__VA_ARGS__), #kernel})
#else
#define room_of(kernel, scratch, ...) ((Room){scratch})
#endif

INLINE float *take(Room *room, size_t elements) {
  float *taken = room->next;
#ifdef KERNELS_CHECKED
  if (taken > room->end || elements > (size_t)(room->end - taken)) {
    kernels_fault(room->kernel, "scratch", "is smaller than what the kernel takes");
  }
#endif
  room->next += (elements + 15) & ~(size_t)15;
  return taken;
}

#endif
