/* Pooling over steps, each feature by itself. */
#include "kernels.h"
#include "rows.h"

/* The steps of a window that lie within the sequence: from ≤ t < to. */
typedef struct {
  int32_t from;
  int32_t to;
} steps;

INLINE steps window_steps(int32_t s, int32_t T, int32_t size, int32_t stride, int32_t before) {
  int32_t begin = s * stride - before, end = begin + size;
  steps window = {begin < 0 ? 0 : begin, end > T ? T : end};
  return window;
}

void max_pool_forward(float *out, const float *x, int32_t T, int32_t N, int32_t S, int32_t size, int32_t stride,
                      int32_t before) {
  for (int32_t s = 0; s < S; s++, out += N) {
    steps w = window_steps(s, T, size, stride, before);
    for (int32_t i = 0; i < N; i += LANES) {
      int32_t n = N - i;
      vf most = vf_load_to(x + w.from * N + i, n);
      for (int32_t t = w.from + 1; t < w.to; t++) most = vf_max(vf_load_to(x + t * N + i, n), most);
      vf_store_to(out + i, most, n);
    }
  }
}

/* How many steps of a window have the value `most`. */
INLINE vf count_equal(const float *x, vf most, steps w, int32_t N, int32_t n) {
  vf count = vf_zero(), one = vf_set(1.0f);
  for (int32_t t = w.from; t < w.to; t++) {
    count = vf_add(count, vf_select(vf_eq(vf_load_to(x + t * N, n), most), one, vf_zero()));
  }
  return count;
}

/* n columns: their gradient `part` to the first step that has the value `most`, or to every one. */
INLINE void add_where_equal(float *dx, const float *x, vf most, vf part, steps w, int32_t N, int32_t n, int every) {
  for (int32_t t = w.from; t < w.to; t++) {
    vm equal = vf_eq(vf_load_to(x + t * N, n), most);
    vf_store_to(dx + t * N, vf_add(vf_load_to(dx + t * N, n), vf_select(equal, part, vf_zero())), n);
    if (!every) part = vf_select(equal, vf_zero(), part);
  }
}

void max_pool_backward(float *dx, const float *dOut, const float *out, const float *x, int32_t T, int32_t N, int32_t S,
                       int32_t size, int32_t stride, int32_t before, int32_t share) {
  fill(dx, T * N, 0.0f);
  for (int32_t s = 0; s < S; s++, out += N, dOut += N) {
    steps w = window_steps(s, T, size, stride, before);
    for (int32_t i = 0; i < N; i += LANES) {
      int32_t n = N - i;
      vf most = vf_load_to(out + i, n), part = vf_load_to(dOut + i, n);
      if (share) part = vf_div(part, count_equal(x + i, most, w, N, n));
      add_where_equal(dx + i, x + i, most, part, w, N, n, share);
    }
  }
}

INLINE int shown(const float *mask, int32_t t, int32_t b, int32_t B) { return !mask || mask[t * B + b] != 0.0f; }

/* How many steps of a window count for row b. */
static float window_weight(const float *mask, int32_t b, int32_t B, steps w) {
  float weight = 0.0f;
  for (int32_t t = w.from; t < w.to; t++) weight += shown(mask, t, b, B) ? 1.0f : 0.0f;
  return weight;
}

void average_pool_forward(float *out, const float *x, const float *mask, int32_t B, int32_t T, int32_t F, int32_t S,
                          int32_t size, int32_t stride, int32_t before) {
  for (int32_t s = 0; s < S; s++) {
    steps w = window_steps(s, T, size, stride, before);
    for (int32_t b = 0; b < B; b++, out += F) {
      vf weight = vf_set(window_weight(mask, b, B, w));
      for (int32_t f = 0; f < F; f += LANES) {
        int32_t n = F - f;
        vf sum = vf_zero();
        for (int32_t t = w.from; t < w.to; t++) {
          if (shown(mask, t, b, B)) sum = vf_add(sum, vf_load_to(x + (t * B + b) * F + f, n));
        }
        vf_store_to(out + f, vf_div(sum, weight), n);
      }
    }
  }
}

void average_pool_backward(float *dx, const float *dOut, const float *mask, int32_t B, int32_t T, int32_t F, int32_t S,
                           int32_t size, int32_t stride, int32_t before) {
  fill(dx, T * B * F, 0.0f);
  for (int32_t s = 0; s < S; s++) {
    steps w = window_steps(s, T, size, stride, before);
    for (int32_t b = 0; b < B; b++, dOut += F) {
      vf weight = vf_set(window_weight(mask, b, B, w));
      for (int32_t f = 0; f < F; f += LANES) {
        int32_t n = F - f;
        vf part = vf_div(vf_load_to(dOut + f, n), weight);
        for (int32_t t = w.from; t < w.to; t++) {
          float *d = dx + (t * B + b) * F + f;
          if (shown(mask, t, b, B)) vf_store_to(d, vf_add(vf_load_to(d, n), part), n);
        }
      }
    }
  }
}
