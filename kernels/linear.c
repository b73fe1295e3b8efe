/* Linear classifiers over sparse binary features, by dual coordinate descent. src/kernels/linear.ts has the mathematics. */
#include <stddef.h>

#include "kernels.h"
#include "rows.h"

/*
 * L problems lie side by side. A row is worked on for W of them at a time, 8, 4 or 1, which is known when this is compiled.
 * Each problem's sums are in the same order whichever W it is part of.
 */
#define WIDEST 8
#define VECTORS(width) (((width) + LANES - 1) / LANES)
#define EACH_VECTOR(v) for (int32_t v = 0; v < VECTORS(W); v++)
#define FOR_WIDTHS(call)       \
  for (int32_t l = 0; l < L;) { \
    if (L - l >= 8) {           \
      const int32_t W = 8;      \
      call;                     \
      l += 8;                   \
    } else if (L - l >= 4) {    \
      const int32_t W = 4;      \
      call;                     \
      l += 4;                   \
    } else {                    \
      const int32_t W = 1;      \
      call;                     \
      l += 1;                   \
    }                           \
  }

/* The rows' features, of problems that lie L apart. */
struct features {
  const uint32_t *starts, *ids;
  uint32_t F;
  size_t L;
};

/* Σ over the features of row i of one of the two numbers kept for each: four partial sums, so that loads overlap. */
INLINE void sum_of(float *total, const float *numbers, struct features of, uint32_t i, const int32_t W) {
  const uint32_t from = of.starts[i], to = of.starts[i + 1], whole = from + (to - from) / 4 * 4;
  if (W == 1) {
    float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (uint32_t k = from; k < whole; k += 4) {
      for (uint32_t p = 0; p < 4; p++) sum[p] += of.ids[k + p] < of.F ? numbers[2 * of.ids[k + p] * of.L] : 0.0f;
    }
    for (uint32_t k = whole; k < to; k++) sum[k - whole] += of.ids[k] < of.F ? numbers[2 * of.ids[k] * of.L] : 0.0f;
    *total = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    return;
  }
  vf sum[4][VECTORS(WIDEST)];
  for (uint32_t p = 0; p < 4; p++) EACH_VECTOR(v) sum[p][v] = vf_zero();
  for (uint32_t k = from; k < whole; k += 4) {
    for (uint32_t p = 0; p < 4; p++) {
      if (of.ids[k + p] >= of.F) continue;
      const float *own = numbers + 2 * of.ids[k + p] * of.L;
      EACH_VECTOR(v) sum[p][v] = vf_add(sum[p][v], vf_load_to(own + v * LANES, W - v * LANES));
    }
  }
  for (uint32_t p = 0; p < 3; p++) {
    if (whole + p >= to || of.ids[whole + p] >= of.F) continue;
    const float *own = numbers + 2 * of.ids[whole + p] * of.L;
    EACH_VECTOR(v) sum[p][v] = vf_add(sum[p][v], vf_load_to(own + v * LANES, W - v * LANES));
  }
  EACH_VECTOR(v) {
    const vf all = vf_add(vf_add(sum[0][v], sum[1][v]), vf_add(sum[2][v], sum[3][v]));
    vf_store_to(total + v * LANES, all, W - v * LANES);
  }
}

/* u_j += along · r_j² for the features of row i */
INLINE void move(float *weights, const float *along, struct features of, uint32_t i, const int32_t W) {
  for (uint32_t k = of.starts[i]; k < of.starts[i + 1]; k++) {
    if (of.ids[k] >= of.F) continue;
    float *own = weights + 2 * of.ids[k] * of.L;
    if (W == 1) own[0] += along[0] * own[of.L];
    else {
      EACH_VECTOR(v) {
        const int32_t at = v * LANES, n = W - at;
        const vf step = vf_mul(vf_load_to(along + at, n), vf_load_to(own + of.L + at, n));
        vf_store_to(own + at, vf_add(vf_load_to(own + at, n), step), n);
      }
    }
  }
}

INLINE void squares_of(float *out, const float *weights, struct features of, int32_t N, const int32_t W) {
  for (int32_t i = 0; i < N; i++) sum_of(out + (size_t)i * of.L, weights + of.L, of, (uint32_t)i, W);
}

void linear_squares(float *out, const float *weights, const uint32_t *starts, const uint32_t *ids, int32_t N,
                    int32_t M, int32_t F, int32_t L) {
  (void)M;
  const struct features of = {starts, ids, (uint32_t)F, (size_t)L};
  FOR_WIDTHS(squares_of(out + l, weights + l, of, N, W))
}

INLINE void epoch_of(float *weights, float *alpha, float *state, const float *rows, const uint32_t *order,
                     struct features of, int32_t N, float tolerance, const int32_t W) {
  const size_t L = of.L;
  const vf zero = vf_zero(), one = vf_set(1.0f), bound = vf_set(tolerance);
  vf bias[VECTORS(WIDEST)], largest[VECTORS(WIDEST)], goes_on[VECTORS(WIDEST)];
  int32_t any = 0;
  for (int32_t l = 0; l < W; l++) any |= !(state[L + l] < tolerance);
  if (!any) return;
  EACH_VECTOR(v) {
    const int32_t at = v * LANES, n = W - at;
    bias[v] = vf_load_to(state + at, n);
    largest[v] = zero;
    goes_on[v] = vf_select(vf_lt(vf_load_to(state + L + at, n), bound), zero, one);
  }
  for (int32_t r = 0; r < N; r++) {
    const uint32_t i = order[r];
    if (i >= (uint32_t)N) continue;
    const float *facts = rows + 4 * (size_t)i * L;
    float *own_alpha = alpha + (size_t)i * L;
    float sum[WIDEST], along[WIDEST];
    sum_of(sum, weights, of, i, W);
    EACH_VECTOR(v) {
      const int32_t at = v * LANES, n = W - at;
      const vf scale = vf_load_to(facts + at, n), y = vf_load_to(facts + L + at, n),
               damping = vf_load_to(facts + 2 * L + at, n), curvature = vf_load_to(facts + 3 * L + at, n),
               before = vf_load_to(own_alpha + at, n);
      const vf score = vf_add(vf_mul(scale, vf_load_to(sum + at, n)), bias[v]);
      const vf full = vf_add(vf_sub(vf_mul(y, score), one), vf_mul(before, damping));
      /* A row at the bound stays there where the gradient leads across, and all rows of a problem that is over. */
      const vf gradient = vf_mul(goes_on[v], vf_select(vf_eq(before, zero), vf_min(full, zero), full));
      largest[v] = vf_max(vf_abs(gradient), largest[v]);
      const vf after = vf_max(vf_sub(before, vf_div(gradient, curvature)), zero);
      vf_store_to(own_alpha + at, after, n);
      const vf step = vf_mul(vf_sub(after, before), y);
      vf_store_to(along + at, vf_mul(step, scale), n);
      bias[v] = vf_add(bias[v], step);
    }
    int32_t moves = 0;
    for (int32_t l = 0; l < W; l++) moves |= along[l] != 0.0f;
    if (moves) move(weights, along, of, i, W);
  }
  EACH_VECTOR(v) {
    const int32_t at = v * LANES, n = W - at;
    const vm is_over = vf_eq(goes_on[v], zero);
    vf_store_to(state + at, vf_select(is_over, vf_load_to(state + at, n), bias[v]), n);
    vf_store_to(state + L + at, vf_select(is_over, vf_load_to(state + L + at, n), largest[v]), n);
  }
}

void linear_epoch(float *weights, float *alpha, float *state, const float *rows, const uint32_t *starts,
                  const uint32_t *ids, const uint32_t *order, int32_t N, int32_t M, int32_t F, int32_t L,
                  float tolerance) {
  (void)M;
  const struct features of = {starts, ids, (uint32_t)F, (size_t)L};
  FOR_WIDTHS(epoch_of(weights + l, alpha + l, state + l, rows + l, order, of, N, tolerance, W))
}
