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
    /* Sums of 2, 4, 8 … neighbours that wait for those of as many more: the digits of a binary counter. */
    vf waiting[32];
    int32_t top = 0;
    for (int32_t s = 0; s + 1 < count; s += 2) {
      const float *pair = parts + s * stride + i;
      vf sum = vf_add(vf_load_to(pair, n), vf_load_to(pair + stride, n));
      for (int32_t m = s / 2 + 1; !(m & 1); m >>= 1) sum = vf_add(waiting[--top], sum);
      waiting[top++] = sum;
    }
    vf sum = count & 1 ? vf_load_to(parts + (count - 1) * stride + i, n) : waiting[--top];
    while (top > 0) sum = vf_add(waiting[--top], sum);
    vf_store_to(out + i, sum, n);
  }
}
