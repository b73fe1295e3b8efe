/* Rows of floats, and sums whose order does not depend on the width of vectors. */
#ifndef CELLSTATE_ROWS_H
#define CELLSTATE_ROWS_H

#include "simd.h"

/* out [length] = x [length] */
INLINE void copy_row(float *out, const float *x, int32_t length) {
  for (int32_t i = 0; i < length; i += LANES) vf_store_to(out + i, vf_load_to(x + i, length - i), length - i);
}

/* out [length] += x [length] */
INLINE void add_row(float *out, const float *x, int32_t length) {
  for (int32_t i = 0; i < length; i += LANES) {
    int32_t n = length - i;
    vf_store_to(out + i, vf_add(vf_load_to(out + i, n), vf_load_to(x + i, n)), n);
  }
}

/* x with the lanes from n on set to 0 */
INLINE vf first_lanes_of(vf x, int32_t n) {
  if (n >= LANES) return x;
  float lanes[LANES];
  vf_store(lanes, x);
  return vf_load_n(lanes, n);
}

INLINE float first_lane(vf x) {
  float lanes[LANES];
  vf_store(lanes, x);
  return lanes[0];
}

/*
 * A sum over a row as 16 partial sums, element i in partial i mod 16, added pairwise at the end: the widest vector
 * and the narrowest do the same additions. Start with {0}; give a row 16 elements at a time.
 */
#define PARTIALS 16
#define SUM_VECTORS (PARTIALS / LANES)

typedef struct {
  vf part[SUM_VECTORS];
} row_sum;

INLINE row_sum sum_start(void) {
  row_sum sum;
  for (int v = 0; v < SUM_VECTORS; v++) sum.part[v] = vf_zero();
  return sum;
}

INLINE float sum_end(row_sum sum) {
  float parts[PARTIALS];
  for (int v = 0; v < SUM_VECTORS; v++) vf_store(parts + v * LANES, sum.part[v]);
  for (int half = PARTIALS / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) parts[i] += parts[i + half];
  }
  return parts[0];
}

/* Runs a body for each vector of a row: `i` where it begins, `n` how many elements remain, `v` its partial sum. */
#define EACH_PARTIAL(i, n, v, length)                                                     \
  for (int32_t i##_block = 0; i##_block < (length); i##_block += PARTIALS)                \
    for (int32_t v = 0, i = i##_block, n = (length) - i; v < SUM_VECTORS && n > 0; v++, i += LANES, n -= LANES)

/* Where part `part` of `count` rows begins; it ends where the next one does (src/kernels/shares.ts). */
INLINE int32_t share_of(uint32_t count, int32_t part, int32_t parts) {
  return (int32_t)((int64_t)count * part / parts);
}

#endif
