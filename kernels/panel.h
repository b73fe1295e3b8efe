/*
 * How the recurrent kernels lay out what they multiply.
 *
 * A panel holds rows of features, one copy a group (with dropout each gate sees its own masked copy), in blocks of
 * PANEL features: [group][block][row][PANEL]. Rows of a block lie PANEL apart, so a tile of rows is read from one
 * pointer at constant offsets. Weights are packed once a call so that the innermost loop reads them in one run.
 */
#ifndef CELLSTATE_PANEL_H
#define CELLSTATE_PANEL_H

#include <stddef.h>

#include "simd.h"

/* Features a block; a multiple of LANES for every width. */
#define PANEL 16

INLINE int32_t round_up(int32_t n, int32_t step) { return (n + step - 1) / step * step; }
INLINE int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }

/* Scratch is handed out from the front, on cache lines. */
typedef struct {
  float *next;
} Room;

INLINE Room room_at(float *scratch) { return (Room){(float *)(((uintptr_t)scratch + 63) & ~(uintptr_t)63)}; }
INLINE float *take(Room *room, size_t elements) {
  float *taken = room->next;
  room->next += (elements + 15) & ~(size_t)15;
  return taken;
}

typedef struct {
  float *at;
  int32_t groups, features, rows;
} Panel;

INLINE size_t panel_elements(int32_t groups, int32_t features, int32_t rows) {
  return (size_t)groups * (size_t)round_up(features, PANEL) * (size_t)rows;
}
INLINE Panel take_panel(Room *room, int32_t groups, int32_t features, int32_t rows) {
  rows |= 1; /* an odd stride spreads the blocks of a row over the cache */
  return (Panel){take(room, panel_elements(groups, features, rows)), groups, features, rows};
}
/* From one block of a group to the next, and from one group to the next. */
INLINE size_t block_stride(const Panel *p) { return (size_t)p->rows * PANEL; }
INLINE size_t group_stride(const Panel *p) { return panel_elements(1, p->features, p->rows); }
/* Row r of a group from feature k (a multiple of PANEL) on. */
INLINE float *panel_at(const Panel *p, int32_t group, int32_t k, int32_t r) {
  return p->at + (size_t)group * group_stride(p) + (size_t)(k / PANEL) * block_stride(p) + (size_t)r * PANEL;
}

/* Row r of every group = source [features] ⊙ drop [features] (drop + group·dropStride; NULL: 1). source NULL: zeros. */
INLINE void fill_row(const Panel *p, int32_t r, const float *source, const float *drop, size_t dropStride) {
  const size_t group = group_stride(p);
  for (int32_t k = 0; k < p->features; k += LANES) {
    const int32_t n = p->features - k;
    const vf value = source ? vf_load_to(source + k, n) : vf_zero();
    float *to = panel_at(p, 0, k / PANEL * PANEL, r) + k % PANEL;
    if (!drop) {
      for (int32_t g = 0; g < p->groups; g++) vf_store(to + (size_t)g * group, value);
      continue;
    }
    for (int32_t g = 0; g < p->groups; g++)
      vf_store(to + (size_t)g * group, vf_mul(value, vf_load_to(drop + (size_t)g * dropStride + k, n)));
  }
}

/* ---- packed weights ---- */

/*
 * Gates first … first + count − 1 of matrix [F][gates·U] → rows from … from + F − 1 of packed
 * [unit block][K][count][LANES], missing units 0: one pass over k yields all gates of a block of units.
 */
NOINLINE void pack_gates(float *packed, const float *matrix, int32_t from, int32_t F, int32_t K, int32_t U,
                         int32_t gates, int32_t first, int32_t count) {
  for (int32_t u = 0; u < U; u += LANES) {
    float *to = packed + ((size_t)(u / LANES) * (size_t)K + (size_t)from) * (size_t)(count * LANES);
    for (int32_t k = 0; k < F; k++) {
      const float *row = matrix + ((size_t)k * (size_t)gates + (size_t)first) * (size_t)U + u;
      for (int32_t gate = 0; gate < count; gate++, row += U, to += LANES) vf_store(to, vf_load_to(row, U - u));
    }
  }
}

/* matrix [F][gates·U] → packed [feature block][gates][U][LANES], missing features 0: the transposed product's order. */
NOINLINE void pack_transposed(float *packed, const float *matrix, int32_t F, int32_t U,
                                                    int32_t gates) {
  int32_t width = gates * U;
  for (int32_t f = 0; f < F; f += LANES) {
    float *to = packed + (size_t)f * (size_t)width;
    for (int32_t lane = 0; lane < LANES; lane++) {
      const float *row = matrix + (size_t)(f + lane) * (size_t)width;
      for (int32_t j = 0; j < width; j++) to[(size_t)j * LANES + lane] = f + lane < F ? row[j] : 0.0f;
    }
  }
}

#endif
