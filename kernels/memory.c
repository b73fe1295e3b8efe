/* Filling, adding and moving. */
#include "kernels.h"
#include "rows.h"

void fill(float *out, int32_t length, float value) {
  vf values = vf_set(value);
  for (int32_t i = 0; i < length; i += LANES) vf_store_to(out + i, values, length - i);
}

void add(float *out, const float *x, int32_t length) { add_row(out, x, length); }

void to_row_major(float *out, const float *x, int32_t B, int32_t T, int32_t F) {
  for (int32_t b = 0; b < B; b++) {
    for (int32_t t = 0; t < T; t++) copy_row(out + (b * T + t) * F, x + (t * B + b) * F, F);
  }
}

void to_time_major(float *out, const float *x, int32_t B, int32_t T, int32_t F) {
  for (int32_t t = 0; t < T; t++) {
    for (int32_t b = 0; b < B; b++) copy_row(out + (t * B + b) * F, x + (b * T + t) * F, F);
  }
}

void reverse_time(float *out, const float *x, int32_t T, int32_t N) {
  for (int32_t t = 0; t < T; t++) copy_row(out + t * N, x + (T - 1 - t) * N, N);
}

void sum_shards(float *out, const float *parts, int32_t count, int32_t stride, int32_t length) {
  for (int32_t i = 0; i < length; i += LANES) {
    int32_t n = length - i;
    vf sum = vf_load_to(parts + i, n);
    for (int32_t s = 1; s < count; s++) sum = vf_add(sum, vf_load_to(parts + s * stride + i, n));
    vf_store_to(out + i, sum, n);
  }
}
