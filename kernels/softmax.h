/* What softmax and the losses over classes share. */
#ifndef CELLSTATE_SOFTMAX_H
#define CELLSTATE_SOFTMAX_H

#include "rows.h"
#include "vmath.h"

/* The largest of x [F] (any, where one is NaN). */
INLINE float row_max(const float *x, int32_t F) {
  float lanes[LANES];
  vf largest = vf_set(x[0]);
  int32_t i = 0;
  for (; i + LANES <= F; i += LANES) largest = vf_max(largest, vf_load(x + i));
  vf_store(lanes, largest);
  float most = lanes[0];
  for (int lane = 1; lane < LANES; lane++) most = lanes[lane] > most ? lanes[lane] : most;
  for (; i < F; i++) most = x[i] > most ? x[i] : most;
  return most;
}

INLINE float row_total(const float *x, int32_t F) {
  row_sum sum = sum_start();
  EACH_PARTIAL(i, n, v, F) sum.part[v] = vf_add(sum.part[v], vf_load_to(x + i, n));
  return sum_end(sum);
}

/* log Σ exp(z) as two terms: kept apart they lose nothing where a loss is small beside its logits. */
typedef struct {
  float most; /* the largest z */
  float rest; /* log Σ exp(z − most) */
} log_sum;

INLINE log_sum log_sum_exp(const float *z, int32_t F) {
  float most = row_max(z, F);
  row_sum sum = sum_start();
  EACH_PARTIAL(i, n, v, F) {
    vf power = vf_exp(vf_sub(vf_load_to(z + i, n), vf_set(most)));
    sum.part[v] = vf_add(sum.part[v], first_lanes_of(power, n));
  }
  return (log_sum){most, first_lane(vf_log(vf_set(sum_end(sum))))};
}

/* log softmax(z) = (z − most) − rest */
INLINE vf log_softmax(vf z, log_sum norm) { return vf_sub(vf_sub(z, vf_set(norm.most)), vf_set(norm.rest)); }

#endif
