/* What happens to gradients between backward and the optimizer: norms, clipping, regularisation. */
#include "kernels.h"
#include "rows.h"

void sum_squares(float *out, const float *x, int32_t length, int32_t accumulate) {
  row_sum sum = sum_start();
  EACH_PARTIAL(i, n, v, length) {
    vf value = vf_load_to(x + i, n);
    sum.part[v] = vf_madd(value, value, sum.part[v]);
  }
  out[0] = (accumulate ? out[0] : 0.0f) + sum_end(sum);
}

void clip_to_norm(float *g, const float *norm2, int32_t length, float limit) {
  float norm = __builtin_sqrtf(norm2[0]);
  vf factor = vf_set(limit / (norm <= limit ? limit : norm)); /* a NaN stays one */
  for (int32_t i = 0; i < length; i += LANES) {
    vf_store_to(g + i, vf_mul(vf_load_to(g + i, length - i), factor), length - i);
  }
}

void clip_to_value(float *g, int32_t length, float limit) {
  vf high = vf_set(limit), low = vf_set(-limit);
  for (int32_t i = 0; i < length; i += LANES) {
    /* The value second: a NaN stays one. */
    vf_store_to(g + i, vf_min(high, vf_max(low, vf_load_to(g + i, length - i))), length - i);
  }
}

void regularize(float *g, float *penalty, const float *w, int32_t length, float l1, float l2) {
  row_sum sum = sum_start();
  EACH_PARTIAL(i, n, v, length) {
    vf weight = vf_load_to(w + i, n);
    vf size = vf_abs(weight);
    vf sign = vf_select(vf_lt(weight, vf_zero()), vf_set(-l1), vf_select(vf_lt(vf_zero(), weight), vf_set(l1), vf_zero()));
    vf_store_to(g + i, vf_add(vf_load_to(g + i, n), vf_madd(vf_set(2.0f * l2), weight, sign)), n);
    sum.part[v] = vf_madd(size, vf_madd(vf_set(l2), size, vf_set(l1)), sum.part[v]);
  }
  penalty[0] += sum_end(sum);
}

void sum_squares_of_rows(float *out, const float *x, const uint32_t *count, int32_t N, int32_t F, int32_t accumulate) {
  sum_squares(out, x, (int32_t)count[0] * F, accumulate);
}

void clip_rows(float *g, const float *norm2, const uint32_t *count, int32_t N, int32_t F, float limit) {
  int32_t length = (int32_t)count[0] * F;
  if (norm2) clip_to_norm(g, norm2, length, limit);
  else clip_to_value(g, length, limit);
}
