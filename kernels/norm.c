/*
 * Normalisation: x̂ = (x − μ) / √(σ² + ε), y = γ ⊙ x̂ + β. Over the rows of a batch, each feature by itself
 * (BatchNormalization), or over the features, each row by itself (LayerNormalization).
 */
#include "kernels.h"
#include "rows.h"

/* ---- over rows: a lane a feature, sums in the order of rows, BLOCK of them at a time so that rounding stays small -- */

#define BLOCK 64

INLINE int shown(const float *mask, int32_t row) { return !mask || mask[row] != 0.0f; }

static float shown_rows(const float *mask, int32_t N) {
  if (!mask) return (float)N;
  int32_t count = 0;
  for (int32_t row = 0; row < N; row++) count += shown(mask, row);
  return (float)(count > 0 ? count : 1);
}

/* 1 / √(variance + ε) */
INLINE vf inverse_deviation(vf variance, float epsilon) {
  return vf_div(vf_set(1.0f), vf_sqrt(vf_add(variance, vf_set(epsilon))));
}

/* Σ (x − centre)^power over the shown rows of n columns, power 1 or 2 */
INLINE vf sum_of_rows(const float *x, const float *mask, int32_t N, int32_t F, int32_t n, vf centre, int power) {
  vf total = vf_zero();
  for (int32_t block = 0; block < N; block += BLOCK) {
    int32_t end = N - block < BLOCK ? N : block + BLOCK;
    vf sum = vf_zero();
    for (int32_t row = block; row < end; row++) {
      if (!shown(mask, row)) continue;
      vf value = vf_sub(vf_load_to(x + row * F, n), centre);
      sum = power == 1 ? vf_add(sum, value) : vf_madd(value, value, sum);
    }
    total = vf_add(total, sum);
  }
  return total;
}

void batch_moments(float *mean, float *variance, const float *x, const float *mask, int32_t N, int32_t F) {
  vf count = vf_set(shown_rows(mask, N));
  for (int32_t f = 0; f < F; f += LANES) {
    int32_t n = F - f;
    vf centre = vf_div(sum_of_rows(x + f, mask, N, F, n, vf_zero(), 1), count);
    vf_store_to(mean + f, centre, n);
    vf_store_to(variance + f, vf_div(sum_of_rows(x + f, mask, N, F, n, centre, 2), count), n);
  }
}

void batch_norm_forward(float *out, const float *x, const float *mean, const float *variance, const float *gamma,
                        const float *beta, int32_t N, int32_t F, float epsilon) {
  for (int32_t f = 0; f < F; f += LANES) {
    int32_t n = F - f;
    vf scale = inverse_deviation(vf_load_to(variance + f, n), epsilon);
    if (gamma) scale = vf_mul(scale, vf_load_to(gamma + f, n));
    vf centre = vf_load_to(mean + f, n), shift = beta ? vf_load_to(beta + f, n) : vf_zero();
    for (int32_t row = 0; row < N; row++) {
      vf value = vf_sub(vf_load_to(x + row * F + f, n), centre);
      vf_store_to(out + row * F + f, vf_madd(value, scale, shift), n);
    }
  }
}

/* Σ dOut and Σ dOut·x̂ over all rows of n columns. */
INLINE void gradient_sums(vf *plain, vf *normal, const float *dOut, const float *x, vf centre, vf inverse, int32_t N,
                          int32_t F, int32_t n) {
  *plain = *normal = vf_zero();
  for (int32_t block = 0; block < N; block += BLOCK) {
    int32_t end = N - block < BLOCK ? N : block + BLOCK;
    vf a = vf_zero(), b = vf_zero();
    for (int32_t row = block; row < end; row++) {
      vf d = vf_load_to(dOut + row * F, n);
      a = vf_add(a, d);
      b = vf_madd(d, vf_mul(vf_sub(vf_load_to(x + row * F, n), centre), inverse), b);
    }
    *plain = vf_add(*plain, a);
    *normal = vf_add(*normal, b);
  }
}

/* δx = γ/σ · (δy − [shown] (Σ δy + x̂ Σ δy·x̂) / m) with the batch's statistics of m shown rows, else γ/σ · δy */
void batch_norm_backward(float *dx, float *dGamma, float *dBeta, const float *dOut, const float *x, const float *mean,
                         const float *variance, const float *gamma, const float *mask, int32_t N, int32_t F,
                         int32_t batch, float epsilon) {
  vf count = vf_set(shown_rows(mask, N));
  for (int32_t f = 0; f < F; f += LANES) {
    int32_t n = F - f;
    vf centre = vf_load_to(mean + f, n), inverse = inverse_deviation(vf_load_to(variance + f, n), epsilon);
    vf plain, normal;
    gradient_sums(&plain, &normal, dOut + f, x + f, centre, inverse, N, F, n);
    if (dGamma) vf_store_to(dGamma + f, vf_add(vf_load_to(dGamma + f, n), normal), n);
    if (dBeta) vf_store_to(dBeta + f, vf_add(vf_load_to(dBeta + f, n), plain), n);
    if (!dx) continue;
    vf scale = gamma ? vf_mul(inverse, vf_load_to(gamma + f, n)) : inverse;
    vf plainMean = vf_div(plain, count), normalMean = vf_div(normal, count);
    for (int32_t row = 0; row < N; row++) {
      vf d = vf_load_to(dOut + row * F + f, n);
      if (batch && shown(mask, row)) {
        vf hat = vf_mul(vf_sub(vf_load_to(x + row * F + f, n), centre), inverse);
        d = vf_sub(d, vf_madd(hat, normalMean, plainMean));
      }
      vf_store_to(dx + row * F + f, vf_mul(d, scale), n);
    }
  }
}

/* ---- over features ---------------------------------------------------------------------------------------- */

/* Σ (x − centre)^power over x [F], power 1 or 2 */
INLINE float sum_of_features(const float *x, int32_t F, vf centre, int power) {
  row_sum sum = sum_start();
  EACH_PARTIAL(i, n, v, F) {
    vf value = first_lanes_of(vf_sub(vf_load_to(x + i, n), centre), n);
    sum.part[v] = power == 1 ? vf_add(sum.part[v], value) : vf_madd(value, value, sum.part[v]);
  }
  return sum_end(sum);
}

void layer_norm_forward(float *out, float *mean, float *inverse, const float *x, const float *gamma, const float *beta,
                        int32_t N, int32_t F, float epsilon) {
  for (int32_t row = 0; row < N; row++, x += F, out += F) {
    mean[row] = sum_of_features(x, F, vf_zero(), 1) / (float)F;
    vf centre = vf_set(mean[row]);
    inverse[row] = 1.0f / __builtin_sqrtf(sum_of_features(x, F, centre, 2) / (float)F + epsilon);
    vf scale = vf_set(inverse[row]);
    for (int32_t f = 0; f < F; f += LANES) {
      int32_t n = F - f;
      vf hat = vf_mul(vf_sub(vf_load_to(x + f, n), centre), scale);
      vf scaled = gamma ? vf_mul(hat, vf_load_to(gamma + f, n)) : hat;
      vf_store_to(out + f, beta ? vf_add(scaled, vf_load_to(beta + f, n)) : scaled, n);
    }
  }
}

/* δx = (δx̂ − mean δx̂ − x̂ · mean(δx̂ · x̂)) / σ, δx̂ = γ ⊙ δy */
void layer_norm_backward(float *dx, float *dGamma, float *dBeta, const float *dOut, const float *x, const float *mean,
                         const float *inverse, const float *gamma, int32_t N, int32_t F) {
  for (int32_t row = 0; row < N; row++, x += F, dOut += F) {
    vf centre = vf_set(mean[row]), scale = vf_set(inverse[row]);
    row_sum plain = sum_start(), normal = sum_start();
    EACH_PARTIAL(f, n, v, F) {
      vf d = vf_load_to(dOut + f, n), hat = vf_mul(vf_sub(vf_load_to(x + f, n), centre), scale);
      vf product = vf_mul(d, hat);
      if (dGamma) vf_store_to(dGamma + f, vf_add(vf_load_to(dGamma + f, n), product), n);
      if (dBeta) vf_store_to(dBeta + f, vf_add(vf_load_to(dBeta + f, n), d), n);
      vf weight = gamma ? vf_load_to(gamma + f, n) : vf_set(1.0f);
      plain.part[v] = vf_add(plain.part[v], first_lanes_of(vf_mul(d, weight), n));
      normal.part[v] = vf_add(normal.part[v], first_lanes_of(vf_mul(product, weight), n));
    }
    if (!dx) continue;
    vf plainMean = vf_set(sum_end(plain) / (float)F), normalMean = vf_set(sum_end(normal) / (float)F);
    float *to = dx + row * F;
    for (int32_t f = 0; f < F; f += LANES) {
      int32_t n = F - f;
      vf d = vf_load_to(dOut + f, n), hat = vf_mul(vf_sub(vf_load_to(x + f, n), centre), scale);
      if (gamma) d = vf_mul(d, vf_load_to(gamma + f, n));
      vf_store_to(to + f, vf_mul(vf_sub(vf_sub(d, plainMean), vf_mul(hat, normalMean)), scale), n);
    }
  }
}
