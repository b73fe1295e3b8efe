/* Optimizers: one pass over parameters, gradients and state. Formulas are Keras 3's (src/kernels/optimizer.ts). */
#include "kernels.h"
#include "rows.h"

/* w − lr·weightDecay·w, the decoupled decay that comes before a step. */
INLINE vf decayed(vf w, float lr, float weightDecay) {
  return weightDecay == 0.0f ? w : vf_nmadd(vf_set(lr * weightDecay), w, w);
}

void sgd(float *w, const float *g, float *velocity, const float *scalars, int32_t length, int32_t nesterov,
         float momentum, float weightDecay) {
  vf lr = vf_set(scalars[0]), mu = vf_set(momentum);
  for (int32_t i = 0; i < length; i += LANES) {
    int32_t n = length - i;
    vf gradient = vf_load_to(g + i, n);
    vf weight = decayed(vf_load_to(w + i, n), scalars[0], weightDecay);
    if (velocity) {
      vf v = vf_settle(vf_nmadd(lr, gradient, vf_mul(mu, vf_load_to(velocity + i, n))));
      vf_store_to(velocity + i, v, n);
      weight = vf_add(weight, nesterov ? vf_nmadd(lr, gradient, vf_mul(mu, v)) : v);
    } else {
      weight = vf_nmadd(lr, gradient, weight);
    }
    vf_store_to(w + i, weight, n);
  }
}

void rmsprop(float *w, const float *g, float *v, float *velocity, float *average, const float *scalars,
             int32_t length, float oneMinusRho, float momentum, float epsilon, float weightDecay) {
  vf lr = vf_set(scalars[0]), gain = vf_set(oneMinusRho), rho = vf_set(1.0f - oneMinusRho);
  for (int32_t i = 0; i < length; i += LANES) {
    int32_t n = length - i;
    vf gradient = vf_load_to(g + i, n);
    vf weight = decayed(vf_load_to(w + i, n), scalars[0], weightDecay);
    vf square = vf_settle(vf_madd(vf_mul(gain, gradient), gradient, vf_mul(rho, vf_load_to(v + i, n))));
    vf_store_to(v + i, square, n);
    vf denominator = vf_add(square, vf_set(epsilon));
    if (average) {
      vf mean = vf_settle(vf_madd(gain, gradient, vf_mul(rho, vf_load_to(average + i, n))));
      vf_store_to(average + i, mean, n);
      denominator = vf_nmadd(mean, mean, denominator);
    }
    vf step = vf_div(vf_mul(lr, gradient), vf_sqrt(denominator));
    if (velocity) {
      step = vf_settle(vf_madd(vf_set(momentum), vf_load_to(velocity + i, n), step));
      vf_store_to(velocity + i, step, n);
    }
    vf_store_to(w + i, vf_sub(weight, step), n);
  }
}

void adam(float *w, const float *g, float *m, float *v, float *vMax, const float *scalars, int32_t length,
          float oneMinusBeta1, float oneMinusBeta2, float epsilon, float weightDecay) {
  vf alpha = vf_set(scalars[1]), gain1 = vf_set(oneMinusBeta1), gain2 = vf_set(oneMinusBeta2);
  for (int32_t i = 0; i < length; i += LANES) {
    int32_t n = length - i;
    vf gradient = vf_load_to(g + i, n);
    vf weight = decayed(vf_load_to(w + i, n), scalars[0], weightDecay);
    vf first = vf_load_to(m + i, n), second = vf_load_to(v + i, n);
    first = vf_settle(vf_madd(vf_sub(gradient, first), gain1, first));
    second = vf_settle(vf_madd(vf_sub(vf_mul(gradient, gradient), second), gain2, second));
    vf_store_to(m + i, first, n);
    vf_store_to(v + i, second, n);
    if (vMax) {
      second = vf_max(vf_load_to(vMax + i, n), second);
      vf_store_to(vMax + i, second, n);
    }
    vf step = vf_div(vf_mul(alpha, first), vf_add(vf_sqrt(second), vf_set(epsilon)));
    vf_store_to(w + i, vf_sub(weight, step), n);
  }
}

void adam_rows(float *w, const float *g, float *m, float *v, float *vMax, const float *scalars, const uint32_t *count,
               const uint32_t *rows, int32_t V, int32_t F, int32_t part, int32_t parts, float oneMinusBeta1,
               float oneMinusBeta2, float epsilon) {
  int32_t to = share_of(count[0], part + 1, parts);
  for (int32_t k = share_of(count[0], part, parts); k < to; k++) {
    int32_t row = (int32_t)rows[k] * F;
    adam(w + row, g + k * F, m + row, v + row, vMax ? vMax + row : vMax, scalars, F, oneMinusBeta1, oneMinusBeta2, epsilon,
         0.0f);
  }
}
