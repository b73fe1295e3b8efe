/* Selecting, combining, joining and repeating: what layers without a kernel of their own are put together from. */
#include "kernels.h"
#include "rows.h"

/* out [length] = x, or value where x is NULL */
INLINE void copy_or_fill(float *out, const float *x, int32_t length, float value) {
  if (x) copy_row(out, x, length);
  else fill(out, length, value);
}

/* F = 1: a vector of rows at a time */
static void choose_elements(float *out, const float *mask, const float *x, const float *other, int32_t N, float value) {
  vf constant = vf_set(value);
  for (int32_t i = 0; i < N; i += LANES) {
    int32_t n = N - i;
    vf yes = x ? vf_load_to(x + i, n) : constant;
    vf no = other ? vf_load_to(other + i, n) : constant;
    vf_store_to(out + i, vf_select(vf_eq(vf_load_to(mask + i, n), vf_zero()), no, yes), n);
  }
}

void choose(float *out, const float *mask, const float *x, const float *other, int32_t N, int32_t F, float value) {
  if (F == 1) {
    choose_elements(out, mask, x, other, N, value);
    return;
  }
  for (int32_t row = 0; row < N; row++) {
    const float *from = mask[row] != 0.0f ? x : other;
    copy_or_fill(out + row * F, from ? from + row * F : 0, F, value);
  }
}

void combine(float *out, const float *x, const float *y, int32_t length, float a, float b) {
  vf va = vf_set(a), vb = vf_set(b);
  for (int32_t i = 0; i < length; i += LANES) {
    int32_t n = length - i;
    vf scaled = vf_mul(va, vf_load_to(x + i, n));
    vf_store_to(out + i, y ? vf_madd(vb, vf_load_to(y + i, n), scaled) : scaled, n);
  }
}

void mask_from_values(float *mask, const float *x, int32_t N, int32_t F, float value) {
  for (int32_t row = 0; row < N; row++, x += F) {
    int32_t i = 0;
    while (i < F && x[i] == value) i++;
    mask[row] = i < F ? 1.0f : 0.0f;
  }
}

void copy_rows(float *out, const float *x, int32_t N, int32_t F, int32_t outStride, int32_t xStride) {
  for (int32_t row = 0; row < N; row++) copy_row(out + row * outStride, x + row * xStride, F);
}

void repeat_axis(float *out, const float *x, int32_t A, int32_t R, int32_t C) {
  for (int32_t a = 0; a < A; a++, out += R * C, x += C) {
    if (C == 1) {
      fill(out, R, *x);
      continue;
    }
    for (int32_t r = 0; r < R; r++) copy_row(out + r * C, x, C);
  }
}

/* Σ x [length] */
static float sum_of(const float *x, int32_t length) {
  row_sum sum = sum_start();
  EACH_PARTIAL(i, n, v, length) sum.part[v] = vf_add(sum.part[v], vf_load_to(x + i, n));
  return sum_end(sum);
}

void sum_axis(float *out, const float *x, int32_t A, int32_t R, int32_t C, int32_t accumulate) {
  for (int32_t a = 0; a < A; a++, out += C, x += R * C) {
    if (C == 1) {
      *out = (accumulate ? *out : 0.0f) + sum_of(x, R);
      continue;
    }
    for (int32_t c = 0; c < C; c += LANES) {
      int32_t n = C - c;
      vf sum = accumulate ? vf_load_to(out + c, n) : vf_zero();
      for (int32_t r = 0; r < R; r++) sum = vf_add(sum, vf_load_to(x + r * C + c, n));
      vf_store_to(out + c, sum, n);
    }
  }
}
