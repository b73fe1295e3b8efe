/*
 * How the recurrent kernels lay out what they multiply.
 *
 * A panel holds rows of features, one copy a group (with dropout each gate sees its own masked copy), in blocks of
 * PANEL features: [group][block][row][PANEL]. Rows of a block lie PANEL apart, so a tile of rows is read from one
 * pointer at constant offsets. Weights are packed once a call, so that the innermost loop reads them in one run.
 */
#ifndef CELLSTATE_PANEL_H
#define CELLSTATE_PANEL_H

#include "room.h"

/* Features a block; a multiple of LANES for every width. */
#define PANEL 16

/* Whether one vector of units alone is worth a tile of its own; if not, they are rounded up to pairs. */
#define SINGLES (LANES > 8)

INLINE int32_t round_up(int32_t n, int32_t step) { return (n + step - 1) / step * step; }
INLINE int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }
/* Units or features as tiles see them. */
INLINE int32_t padded(int32_t n) { return round_up(n, SINGLES ? LANES : 2 * LANES); }

/* Floats that a pointer takes. */
#define POINTER_FLOATS (sizeof(uintptr_t) / sizeof(float))

/* ---- panels ---- */

typedef struct {
  float *at;
  int32_t groups, features, rows;
} Panel;

/* From one block of a group to the next, and from one group to the next. */
INLINE size_t block_stride(const Panel *p) { return (size_t)p->rows * PANEL; }
INLINE size_t group_stride(const Panel *p) { return (size_t)round_up(p->features, PANEL) * (size_t)p->rows; }

INLINE Panel take_panel(Room *room, int32_t groups, int32_t features, int32_t rows) {
  Panel p = {room->next, groups, features, rows | 1}; /* an odd stride spreads the blocks of a row over the cache */
  take(room, (size_t)groups * group_stride(&p));
  return p;
}
/* Row r of a group from feature k (a multiple of LANES) on. */
INLINE float *panel_at(const Panel *p, int32_t group, int32_t k, int32_t r) {
  const size_t block = (size_t)((uint32_t)k / PANEL), within = (size_t)((uint32_t)k % PANEL);
  return p->at + (size_t)group * group_stride(p) + block * block_stride(p) + (size_t)r * PANEL + within;
}

/* Row r of every group = source [features] ⊙ drop [features] (drop + group·dropStride; NULL: 1). source NULL: zeros. */
INLINE void fill_row(const Panel *p, int32_t r, const float *source, const float *drop, size_t dropStride) {
  const size_t group = group_stride(p);
  for (int32_t k = 0; k < p->features; k += LANES) {
    const int32_t n = p->features - k;
    const vf value = source ? vf_load_to(source + k, n) : vf_zero();
    float *to = panel_at(p, 0, k, r);
    if (!drop) {
      for (int32_t g = 0; g < p->groups; g++) vf_store(to + (size_t)g * group, value);
      continue;
    }
    for (int32_t g = 0; g < p->groups; g++)
      vf_store(to + (size_t)g * group, vf_mul(value, vf_load_to(drop + (size_t)g * dropStride + k, n)));
  }
}

/* ---- packed weights ---- */

/* at: [gate][block of LANES outputs][features][LANES], missing outputs 0 */
typedef struct {
  float *at;
  int32_t features, blocks;
} Packed;

INLINE size_t packed_block(const Packed *p) { return (size_t)p->features * LANES; }
/* A gate's weights for outputs u (a multiple of LANES) … */
INLINE const float *packed_at(const Packed *p, int32_t gate, int32_t u) {
  return p->at + (size_t)(gate * p->blocks + (int32_t)((uint32_t)u / LANES)) * packed_block(p);
}

#endif
