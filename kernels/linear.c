/* Linear classifiers over sparse binary features, by dual coordinate descent. src/kernels/linear.ts has the mathematics. */
#include <stddef.h>

#include "kernels.h"
#include "rows.h"

/* Σ over the features of a row of one of the two numbers kept for each: four partial sums, so that loads overlap. */
INLINE float sum_of(const float *numbers, const uint32_t *ids, uint32_t from, uint32_t to, uint32_t F) {
  float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
  uint32_t k = from;
  for (; k + 4 <= to; k += 4) {
    for (uint32_t p = 0; p < 4; p++) sum[p] += ids[k + p] < F ? numbers[2 * (size_t)ids[k + p]] : 0.0f;
  }
  for (uint32_t p = 0; k < to; k++, p++) sum[p] += ids[k] < F ? numbers[2 * (size_t)ids[k]] : 0.0f;
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

void linear_squares(float *out, const float *weights, const uint32_t *starts, const uint32_t *ids, int32_t N,
                    int32_t M, int32_t F) {
  (void)M;
  for (int32_t i = 0; i < N; i++) out[i] = sum_of(weights + 1, ids, starts[i], starts[i + 1], (uint32_t)F);
}

void linear_epoch(float *weights, float *alpha, float *state, const float *rows, const uint32_t *starts,
                  const uint32_t *ids, const uint32_t *order, int32_t N, int32_t M, int32_t F,
                  float tolerance) {
  (void)M;
  if (state[1] < tolerance) return;
  float bias = state[0], largest = 0.0f;
  for (int32_t n = 0; n < N; n++) {
    uint32_t i = order[n];
    if (i >= (uint32_t)N) continue;
    const float scale = rows[4 * (size_t)i], y = rows[4 * (size_t)i + 1], damping = rows[4 * (size_t)i + 2],
                curvature = rows[4 * (size_t)i + 3];
    const uint32_t from = starts[i], to = starts[i + 1];
    const float before = alpha[i];
    const float gradient = y * (scale * sum_of(weights, ids, from, to, (uint32_t)F) + bias) - 1.0f + before * damping;
    if (before == 0.0f && gradient >= 0.0f) continue;
    const float size = gradient < 0.0f ? -gradient : gradient;
    if (size > largest) largest = size;
    float after = before - gradient / curvature;
    if (after < 0.0f) after = 0.0f;
    alpha[i] = after;
    const float step = (after - before) * y, along = step * scale;
    for (uint32_t k = from; k < to; k++) {
      if (ids[k] >= (uint32_t)F) continue;
      float *pair = weights + 2 * (size_t)ids[k];
      pair[0] += along * pair[1];
    }
    bias += step;
  }
  state[0] = bias;
  state[1] = largest;
}
